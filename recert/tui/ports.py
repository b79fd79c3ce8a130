"""What the screens ask for; who answers is none of their business.

Every method may block (they are called from worker threads only) and may raise RecertError.
Mappings have the keys of the command of the same name with `--json`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from recert.campaigns.views import (
    Caller,
    CampaignView,
    DecisionRequest,
    DecisionView,
    Group,
    ItemFilter,
    ItemPage,
    ItemView,
    NoResponse,
    Preview,
    Rescinded,
    Signed,
    SignSummary,
)

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """Whose session this is, and on what.

    `banner` is SYNTHETIC or REPLAY with a digest, None on a live store; `place` is the store as a
    person would name it; `gaps` counts what the last reading could not read; `as_others` says how to
    sit down as somebody else, where that is part of the show.
    """

    caller: Caller
    store_id: str
    place: str
    banner: str | None = None
    gaps: int = 0
    as_others: str = ""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry of the ledger, newest first in lists."""

    seq: int
    at: str
    type: str
    actor: str
    campaign: str | None
    hash: str
    body: Facts


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a verification looked at."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification or an export came to; `path` is what it was about."""

    title: str
    ok: bool
    summary: str
    checks: tuple[Check, ...] = ()
    path: Path | None = None


class Services(Protocol):
    """Everything that the terminal UI can see and do."""

    def session(self) -> Session:
        """Return who the caller is and what store this is."""
        ...

    def campaigns(self) -> Sequence[CampaignView]:
        """Return every campaign, the most urgent first."""
        ...

    def campaign(self, campaign: str, /) -> CampaignView:
        """Return one campaign."""
        ...

    def items(
        self, campaign: str, wanted: ItemFilter, *, after: str | None, limit: int
    ) -> ItemPage:
        """Return one page of items in review order."""
        ...

    def groups(self, campaign: str, wanted: ItemFilter, /) -> Sequence[Group]:
        """Return the groups of `wanted.group` in their order."""
        ...

    def item(self, campaign: str, item: str, /) -> ItemView:
        """Return an item with its evidence."""
        ...

    def decide(self, request: DecisionRequest, /) -> Sequence[DecisionView]:
        """Record a decision; RefusedError where a rule says no."""
        ...

    def undo(self, campaign: str, /) -> Sequence[str]:
        """Take the caller's last decision back; return the items that it touched."""
        ...

    def redo(self, campaign: str, /) -> Sequence[str]:
        """Decide again what was undone last; return the items that it touched."""
        ...

    def reassign(self, campaign: str, items: Sequence[str], to: str, note: str, /) -> None:
        """Hand items to another reviewer."""
        ...

    def people(self) -> Sequence[Facts]:
        """Return the known persons: `id`, `name`, `roles`."""
        ...

    def summary(self, campaign: str, /) -> SignSummary:
        """Return what the caller would sign now."""
        ...

    def sign(self, campaign: str, /, *, asks: bool = False) -> Signed:
        """Sign the caller's decided items.

        `asks` lends ssh-keygen the terminal; without it a key with a passphrase, or one to be touched,
        raises TerminalNeededError and nothing is signed.
        """
        ...

    def rescind(self, campaign: str, items: Sequence[str], rationale: str, /) -> Rescinded:
        """Ask that signed decisions are taken back; RefusedError where they cannot be."""
        ...

    def confirm_rescission(self, campaign: str, items: Sequence[str], /) -> Rescinded:
        """Confirm it as the second person."""
        ...

    def withdraw_rescission(self, campaign: str, items: Sequence[str], /) -> Rescinded:
        """Take the request back."""
        ...

    def preview(self, campaign: str, /) -> Preview:
        """Return who would be asked how much, and what is left out."""
        ...

    def launch(self, campaign: str, /) -> CampaignView:
        """Let the reviewers of a staged campaign decide."""
        ...

    def reminders(self, campaign: str, /) -> Sequence[Facts]:
        """Return who would be reminded: `person`, `template`, and how much is `pending` and `unsigned`."""
        ...

    def remind(self, campaign: str, /) -> Report:
        """Remind them; one check for each message."""
        ...

    def silence(self, campaign: str, policy: Mapping[str, str] | None = None, /) -> NoResponse:
        """Return what would follow if the review ended now."""
        ...

    def end_review(
        self,
        campaign: str,
        /,
        *,
        policy: Mapping[str, str] | None = None,
        revocations: int | None = None,
    ) -> NoResponse:
        """End an active review."""
        ...

    def close(self, campaign: str, /, *, asks: bool = False) -> CampaignView:
        """Close a campaign that nothing blocks, signed where the store asks for a key; `asks` as above."""
        ...

    def reiterate(self, campaign: str, /) -> CampaignView:
        """Ask again, in a linked campaign, what got no answer."""
        ...

    def cancel(self, campaign: str, reason: str, /) -> CampaignView:
        """End a campaign without a result."""
        ...

    def agents(self) -> Sequence[Facts]:
        """Return every agent."""
        ...

    def agent(self, agent: str, /) -> Facts:
        """Return one agent with `roles`, `blast_radius`, `integrations`, `findings`, as far as known."""
        ...

    def events(self, agent: str | None = None, /) -> Sequence[Facts]:
        """Return lifecycle events, the latest first."""
        ...

    def ledger(self, before: int | None, limit: int, /) -> Sequence[LedgerEntry]:
        """Return ledger entries, the latest first, older than `before`."""
        ...

    def export(self, campaign: str, target: Path, /) -> Report:
        """Write the evidence pack of a campaign."""
        ...

    def verify(self, target: Path | None, /) -> Report:
        """Verify a pack, or the store itself where no target is given."""
        ...


OpenServices = Callable[[], Services]
"""Opens the store and everything above it; slow, called once, in a worker thread."""
