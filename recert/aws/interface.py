"""What the rest of recert sees of a reading: where it goes, what it brings back, how it reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from recert.aws.matching import Place
from recert.aws.read import Read
from recert.clock import Clock
from recert.errors import RecertError
from recert.estate.estate import Estate, Gap, Source


class ReadingCancelledError(RecertError):
    """The reading was interrupted; nothing of it was kept."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class TagNames:
    """Which tags name the owner and the purpose, in the order in which they are asked; case is ignored."""

    owner: tuple[str, ...] = ("owner", "agent-owner", "recert:owner", "owner-email", "contact")
    purpose: tuple[str, ...] = ("purpose", "agent-purpose", "recert:purpose", "use-case")


@dataclass(frozen=True, slots=True)
class Scope:
    """A few agents by ARN, and versions of them to read although no alias routes to them."""

    agents: frozenset[str]
    versions: tuple[str, ...] = ()
    buckets: bool = False
    """Whether the tags of the buckets that they read are read, too."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a reading takes in besides the agents and their authority.

    `organization` asks for the organisation's ceilings; `usage` for service-last-accessed reports,
    which AWS prepares on demand; `events_days` for CloudTrail's event history (0 leaves it alone),
    of which at most `events_pages` pages of 50 events are read in each place. `identity_store`
    is where owners are looked up, in its region. `scope` leaves
    everything out that the fingerprints of its agents do not rest on.
    """

    tags: TagNames = TagNames()
    organization: bool = True
    usage: bool = True
    events_days: int = 0
    events_pages: int = 100
    scope: Scope | None = None
    identity_store: str | None = None
    identity_store_region: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How far a reading is: `done` of `total` things of `phase`; `total` None while it is not known."""

    phase: str
    done: int
    total: int | None
    calls: int


Progress = Callable[[Step], None]
"""Is told each step, from the thread that started the reading or from one of its workers."""

Cancelled = Callable[[], bool]
"""Is asked before each call whether the reading should stop."""


class AwsSource(Protocol):
    """Where a reading comes from: AWS itself, or a recording of it."""

    @property
    def places(self) -> tuple[Place, ...]:
        """Return the accounts and regions to visit, sorted."""
        ...

    @property
    def workers(self) -> int:
        """Return how many calls may be under way at once."""
        ...

    @property
    def replayed(self) -> bool:
        """Tell whether the answers come from a recording, with what is concealed in it."""
        ...

    @property
    def organization_account(self) -> str | None:
        """Return the account to ask about the organisation, None where none can be asked."""
        ...

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what could not even be entered."""
        ...

    @property
    def limits(self) -> tuple[str, ...]:
        """Return what the reading leaves out by its own scope."""
        ...

    def client(self, service: str, place: Place) -> Any:
        """Return a boto3 client that signs for an account and a region; raises AwsError."""
        ...

    def source(self) -> Source:
        """Return what the reading says about where it comes from."""
        ...

    def taken_at(self, clock: Clock) -> datetime:
        """Return the instant of the reading."""
        ...

    def offers(self, service: str, place: Place) -> bool:
        """Tell whether the region has the service at all."""
        ...

    def holds(self, read: Read, account: str, **named: str) -> bool:
        """Tell whether an answer to a call, with these parameters, can be expected in an account."""
        ...

    def pace(self, read: Read, place: Place) -> None:
        """Wait until a call may be made without exceeding the rate that AWS documents."""
        ...


@dataclass(frozen=True, slots=True)
class CallCounts:
    """How many calls a reading made, and how many of each operation (`bedrock-agent:GetAgent`).

    `log` tells more of each operation in each account and region, see `recert.aws.calls`.
    """

    total: int = 0
    retries: int = 0
    by_operation: Mapping[str, int] = field(default_factory=dict)
    log: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """An estate, and what it cost to read it."""

    estate: Estate
    calls: CallCounts

    @property
    def api_calls(self) -> int:
        """Return the number of calls."""
        return self.calls.total
