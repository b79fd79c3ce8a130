"""Time stamps of RFC 3161: somebody else's word that a checkpoint was there at a time.

A token bounds the ledger from above: what it covers was not made later. It proves nothing without
the authority's root certificates, which have to be known from elsewhere.
"""

import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from recert.errors import RecertError, UsageError

_LARGEST = 2**18
_PATIENCE = 30
_SHA256 = "2.16.840.1.101.3.4.2.1"
_QUERY = "application/timestamp-query"
_REPLY = "application/timestamp-reply"


class TimestampError(RecertError):
    """A time stamp that was not given, or that does not hold."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Token:
    """What an authority says: when, under which policy, with which serial number; `content` is its answer."""

    content: bytes
    at: datetime
    policy: str
    serial: str


def ask(url: str, data: bytes) -> Token:
    """Have data stamped; raises UsageError for no URL, TimestampError for no token over the data."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"{url!r} is no address of an authority.", "Write http:// or https://.")
    import rfc3161_client as tsp  # noqa: PLC0415 - only an authority needs it

    query = (
        tsp.TimestampRequestBuilder()
        .data(data)
        .hash_algorithm(tsp.HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        url, data=query.as_bytes(), headers={"Content-Type": _QUERY, "Accept": _REPLY}
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - as above
            content = answer.read(_LARGEST + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise TimestampError(
            f"The authority at {url} did not answer: {error}.", "Nothing was recorded."
        ) from error
    token, response = _read(content)
    if response.tst_info.nonce != query.nonce:
        raise TimestampError("The authority answered another question.", "Nothing was recorded.")
    require_over(token, data)
    return token


def _read(content: bytes) -> tuple[Token, Any]:
    import rfc3161_client as tsp  # noqa: PLC0415 - only an authority needs it

    if len(content) > _LARGEST:
        raise TimestampError("That is too long to be a time stamp.")
    try:
        response = tsp.decode_timestamp_response(content)
        if response.status != tsp.PKIStatus.GRANTED:
            raise TimestampError("The authority gave no time stamp.")
        info = response.tst_info
        at = info.gen_time
        token = Token(
            content,
            at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC),
            info.policy.dotted_string,
            str(info.serial_number),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise TimestampError(f"That is no time stamp: {error}.") from error
    return token, response


def read(content: bytes) -> Token:
    """Return what a token says; raises TimestampError where it is none."""
    return _read(content)[0]


def require_over(token: Token, data: bytes) -> None:
    """Refuse a token over other data; raises TimestampError."""
    imprint = _read(token.content)[1].tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256:
        raise TimestampError("The time stamp uses a hash that is not accepted.")
    if imprint.message != hashlib.sha256(data).digest():
        raise TimestampError("The time stamp is of something else.")


def roots(path: Path) -> tuple[Any, ...]:
    """Read the root certificates of authorities from a PEM file; raises UsageError."""
    from cryptography import x509  # noqa: PLC0415 - only an authority needs it

    try:
        found = tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} holds no certificates.", "Name a PEM file.") from error
    return found


def require_signed(token: Token, data: bytes, trusted: tuple[Any, ...]) -> None:
    """Refuse a token that no authority under these roots has signed; raises TimestampError."""
    import rfc3161_client as tsp  # noqa: PLC0415 - only an authority needs it

    builder = tsp.VerifierBuilder(roots=list(trusted))
    try:
        builder.build().verify_message(_read(token.content)[1], data)
    except (tsp.VerificationError, ValueError, TypeError) as error:
        raise TimestampError(f"The time stamp does not verify: {error}.") from error
