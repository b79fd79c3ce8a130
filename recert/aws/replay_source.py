"""A reading's source that plays a recording: no network, no credentials, no pacing."""

from datetime import datetime
from typing import Any

from recert.aws.matching import Place
from recert.aws.read import Read
from recert.aws.recording import Recording
from recert.aws.replay import Overlay, Player, ReplayClients
from recert.clock import Clock
from recert.estate.estate import Gap, Source


class ReplaySource:
    """Visits what one point in time of a recording holds; an `AwsSource`.

    `synthetic` marks a recording of an estate that never existed.
    """

    workers = 1
    replayed = True
    gaps: tuple[Gap, ...] = ()
    limits: tuple[str, ...] = ()

    def __init__(
        self, recording: Recording, *, overlay: Overlay | None = None, synthetic: bool = False
    ) -> None:
        self.recording = recording
        self._player = Player(recording, overlay)
        self._clients = ReplayClients(self._player)
        self._synthetic = synthetic

    def turn_to(self, recording: Recording) -> None:
        """Play another point in time from here on, to the same clients: to make them takes long."""
        self.recording = recording
        self._player.recording = recording

    @property
    def places(self) -> tuple[Place, ...]:
        """Return the accounts and regions that the recording holds."""
        return self.recording.pairs

    @property
    def organization_account(self) -> str | None:
        """Return the first account with answers about an organisation, None where there is none."""
        accounts = sorted({place.account for place in self.places})
        holds = self.recording.index.holds
        return next((one for one in accounts if holds("organizations", one)), None)

    def client(self, service: str, place: Place) -> Any:
        """Return a boto3 client whose requests the recording answers."""
        return self._clients.client(service, place)

    def source(self) -> Source:
        """Name the recording by its digest."""
        return Source(
            kind="replay",
            recording_digest=self.recording.digest,
            synthetic=self._synthetic,
        )

    def taken_at(self, clock: Clock) -> datetime:  # noqa: ARG002 - a live source asks the clock
        """Return the instant that the recording plays."""
        return self.recording.at

    def offers(self, service: str, place: Place) -> bool:  # noqa: ARG002 - the recording decides
        """Tell that every service may be asked for."""
        return True

    def holds(self, read: Read, account: str, **named: str) -> bool:
        """Tell whether the recording has a line of the operation in the account that could answer."""
        index = self.recording.index
        asked = (read.service, account, read.operation)
        return index.holds(*asked) and all(
            index.speaks_of(*asked, name, value) for name, value in named.items()
        )

    def pace(self, read: Read, place: Place) -> None:
        """Return at once: a recording has no rate."""
