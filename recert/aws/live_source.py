"""A reading's source that is AWS itself: the standard credential chain, one session per account."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import boto3.session
from botocore.exceptions import BotoCoreError, ClientError

from recert.aws import regions
from recert.aws.matching import Place
from recert.aws.pacing import Pacer
from recert.aws.read import Read
from recert.aws.sessions import (
    HOME,
    Caller,
    Sessions,
    Spokes,
    client_config,
    enter_spokes,
    has_own_endpoint,
    make_client,
    not_entered,
    own_session,
    who_am_i,
)
from recert.clock import Clock
from recert.estate.estate import Gap, Source

WORKERS = 12


class LiveSource:
    """Visits accounts and regions of AWS; an `AwsSource`. Made by `open_live`."""

    workers = WORKERS
    replayed = False

    def __init__(
        self,
        caller: Caller,
        sessions: Sessions,
        regions_to_visit: Sequence[str],
        *,
        gaps: tuple[Gap, ...] = (),
        limits: tuple[str, ...] = (),
        told: str = "",
        pacer: Pacer | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.caller = caller
        self.gaps = gaps
        self.limits = limits
        self._told = told
        self._sessions = sessions
        self._regions = tuple(sorted(set(regions_to_visit)))
        self._pacer = pacer or Pacer()
        self._now = now
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, Place], tuple[boto3.session.Session, Any]] = {}
        self._offered: dict[tuple[str, str], bool] = {}

    @property
    def places(self) -> tuple[Place, ...]:
        """Return every region of every account that could be entered."""
        return tuple(
            Place(account, region)
            for account in self._sessions.accounts
            for region in self._regions
        )

    @property
    def organization_account(self) -> str | None:
        """Return the caller's account: only its sessions may ask about the organisation."""
        return self.caller.account

    def client(self, service: str, place: Place) -> Any:
        """Return a client for an account and a region; raises AwsError for an account not entered."""
        with self._lock:
            session = self._sessions.get(place.account, self._now())
            made_by, client = self._clients.get((service, place), (None, None))
            if made_by is not session:
                client = make_client(
                    session,
                    service,
                    region_name=place.region,
                    config=client_config(own_endpoint=has_own_endpoint(session), told=self._told),
                )
                self._clients[service, place] = (session, client)
            return client

    def offers(self, service: str, place: Place) -> bool:
        """Tell whether AWS has the service in the region."""
        key = (service, place.region)
        if key not in self._offered:
            client = self.client(service, place)
            host = urlsplit(client.meta.endpoint_url).hostname or ""
            self._offered[key] = regions.offers(service, place.region, lambda: _resolves(host))
        return self._offered[key]

    def holds(self, read: Read, account: str, **named: str) -> bool:  # noqa: ARG002 - AWS answers or refuses
        """Tell that every call may be made."""
        return True

    def source(self) -> Source:
        """Name the caller."""
        return Source(kind="live", caller_arn=self.caller.arn)

    def taken_at(self, clock: Clock) -> datetime:
        """Return the present."""
        return clock.now()

    def pace(self, read: Read, place: Place) -> None:
        """Wait until the call keeps to the documented rate."""
        self._pacer.wait((read.name, place.account, place.region), read.per_second)


def _resolves(host: str) -> bool:
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        return False
    return True


def open_live(
    *,
    profile: str | None = None,
    regions_to_visit: Sequence[str] = (),
    spokes: Spokes | None = None,
    told: str = "",
) -> LiveSource:
    """Enter AWS with the standard credential chain; raises AwsError where that fails.

    Without regions the session's own region is visited, and the coverage says so; without one, every
    region in which agents are offered. `told` is added to the user agent of every call.
    """
    try:
        session = own_session(profile)
        home = session.region_name or HOME
        caller = who_am_i(session, home)
    except (BotoCoreError, ClientError, ValueError) as error:
        raise not_entered(error) from error
    chosen = tuple(regions_to_visit) or (
        (session.region_name,) if session.region_name else regions.EVERY
    )
    limits: tuple[str, ...] = ()
    if not regions_to_visit and session.region_name:
        limits = (
            f"Only the region {session.region_name} was visited, because no others were asked for.",
        )
    sessions = Sessions(caller.account, session)
    gaps: tuple[Gap, ...] = ()
    if spokes is not None:
        gaps = enter_spokes(sessions, session, caller, spokes)
    return LiveSource(caller, sessions, chosen, gaps=gaps, limits=limits, told=told)
