"""Replay below boto3's signing and above the socket.

A handler on `before-send` answers each request from a recording, so that the true client code
runs: serialising, endpoint rules, signing, retries, parsing, paginators. The account and the region
come from the request's own signature; the parameters from what the caller handed in.
"""

import io
import os
import re
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Protocol

import boto3.session
import botocore.configprovider
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.model import OperationModel
from botocore.retries import standard

from recert.aws.matching import Place
from recert.aws.models import loader, operation_model
from recert.aws.recording import Recording
from recert.aws.recording_line import decode_output
from recert.aws.wire import WireAnswer, encode_error, encode_output
from recert.errors import AwsError

_KEY_PREFIX = "RECERT"
_SCOPE = re.compile(rf"Credential={_KEY_PREFIX}(\d{{12}})/\d+/([a-z0-9-]+)/")
_HANDLER_ID = "recert-replay"
_MAKING = threading.Lock()
"""Sessions are not thread-safe; clients are."""
MAX_ATTEMPTS = 8


class NotRecordedError(AwsError):
    """A request that the recording does not hold; nothing was sent anywhere."""

    code = "NotRecorded"

    def __init__(self, service: str, operation: str, place: Place) -> None:
        self.service = service
        self.operation = operation
        self.place = place
        super().__init__(
            f"The recording holds no answer to {service} {operation} "
            f"in account {place.account}, region {place.region}.",
            "Record again with a version of recert that makes this call.",
        )


class Overlay(Protocol):
    """Answers some requests itself, before the recording is asked."""

    def answer(
        self, place: Place, model: OperationModel, params: dict[str, Any]
    ) -> WireAnswer | None:
        """Return an answer, None to leave the request to the recording."""
        ...


class _Body(io.BytesIO):
    """A body that can be read as urllib3 reads one."""

    def stream(self, _amount: int = 0, **_: object) -> Iterator[bytes]:
        while chunk := self.read():
            yield chunk


class Player:
    """Plays one recording to every client of one botocore session."""

    def __init__(self, recording: Recording, overlay: Overlay | None = None) -> None:
        self.recording = recording
        self.overlay = overlay
        self._local = threading.local()

    def answer_for(self, client: Any) -> None:
        """Answer every request that a client makes from now on."""
        events = client.meta.events
        events.register_first("before-parameter-build", self._remember)
        events.register_first("before-send", self._answer, unique_id=_HANDLER_ID)

    def _remember(self, params: dict[str, Any], model: OperationModel, **_: object) -> None:
        self._local.call = (model, dict(params))

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        model, params = self._local.call
        answer = self._find(signed_for(request), model, params)
        return AWSResponse(str(request.url), answer.status, _headers(answer), _Body(answer.body))

    def _find(self, place: Place, model: OperationModel, params: dict[str, Any]) -> WireAnswer:
        if self.overlay is not None:
            taken = self.overlay.answer(place, model, params)
            if taken is not None:
                return taken
        service = str(model.service_model.service_name)
        entry = self.recording.answer(place, service, model.name, params)
        if entry is None:
            raise NotRecordedError(service, model.name, place)
        if entry.output is None:
            return encode_error(model, entry.error_code, entry.error_message, entry.status)
        return encode_output(
            operation_model(service, model.name), decode_output(entry), entry.status
        )


def _headers(answer: WireAnswer) -> Any:
    headers = HTTPHeaders()
    for name, value in answer.headers.items():
        headers[name] = value
    return headers


def signed_for(request: AWSPreparedRequest) -> Place:
    """Return the account and region of a request's signature; raises AwsError for a foreign one."""
    header = request.headers.get("Authorization", b"")
    text = header.decode("latin-1") if isinstance(header, bytes) else str(header)
    found = _SCOPE.search(text)
    if found is None:
        raise AwsError(
            "A request reached the replay without the signature of the replay.",
            "Make its client with the replay's own session.",
        )
    return Place(found[1], found[2])


@lru_cache(maxsize=1)
def isolated_session() -> botocore.session.Session:
    """Return a botocore session that reads no environment, no file and no credential provider."""
    session = botocore.session.Session()
    store = session.get_component("config_store")
    for name, (
        _,
        _,
        default,
        _,
    ) in botocore.configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES.items():
        value = os.devnull if name in {"config_file", "credentials_file"} else default
        store.set_config_provider(name, botocore.configprovider.ConstantProvider(value))
    session.register_component("data_loader", loader())
    session.register_component("token_provider", _NoTokens())
    session.register_component("credential_provider", _NoCredentials())
    return session


@lru_cache(maxsize=1)
def _maker() -> Any:
    # One session for all recordings: what it has read of botocore's models is read once.
    return boto3.session.Session(botocore_session=isolated_session())


class _NoTokens:
    def load_token(self, **_: object) -> None:
        return None


class _NoCredentials:
    def load_credentials(self) -> None:
        return None


class ReplayClients:
    """Makes real boto3 clients whose every request is answered by a player."""

    def __init__(self, player: Player) -> None:
        self.player = player
        settings: dict[str, Any] = {
            "retries": {"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
            "ignore_configured_endpoint_urls": True,
            "proxies": {},
            "signature_version": "v4",
            "parameter_validation": False,
        }
        self._config = Config(**settings)
        self._clients: dict[tuple[str, Place], Any] = {}

    def client(self, service: str, place: Place) -> Any:
        """Return the client of a service that signs for an account and a region."""
        key = (service, place)
        with _MAKING:
            if key not in self._clients:
                self._clients[key] = self._make(service, place)
            return self._clients[key]

    def _make(self, service: str, place: Place) -> Any:
        client = _maker().client(
            service,
            region_name=place.region,
            aws_access_key_id=f"{_KEY_PREFIX}{place.account}",
            aws_secret_access_key="replay",  # noqa: S106 - signs requests that are never sent
            config=self._config,
        )
        self.player.answer_for(client)
        _retry_at_once(client)
        require_replay(client)
        return client


def _retry_at_once(client: Any) -> None:
    """Keep botocore's own decision whether to retry, and take the waiting out of it."""
    service = client.meta.service_model.service_id.hyphenize()
    event, identity = f"needs-retry.{service}", f"retry-config-{service}"
    client.meta.events.unregister(event, unique_id=identity)
    handler = standard.register_retry_handler(client, MAX_ATTEMPTS)
    client.meta.events.unregister(event, unique_id=identity)
    client.meta.events.register(event, _without_delay(handler.needs_retry), unique_id=identity)


def _without_delay(needs_retry: Callable[..., Any]) -> Callable[..., Any]:
    def decide(**event: Any) -> Any:
        delay = needs_retry(**event)
        return 0 if delay else delay

    return decide


def require_replay(client: Any) -> None:
    """Make sure that a client's requests end in the replay; raises AwsError where they would not."""
    emitter = client.meta.events
    registered = getattr(emitter, "_emitter", emitter)
    handlers = registered._handlers.prefix_search("before-send.any.Operation")  # noqa: SLF001 - botocore offers no other way to ask
    if not any(isinstance(getattr(one, "__self__", None), Player) for one in handlers):
        raise AwsError(
            "A client was made that the replay does not answer.", "This is a fault of recert."
        )
