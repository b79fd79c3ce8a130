"""The rules of a decision, each with its stable short name.

campaign_not_active   the campaign does not take decisions now
deadline              the campaign's deadline is hard, and passed
not_reviewer          the caller is not the item's reviewer of record, and stands in for nobody
delegation_over       the caller stood in for the reviewer, at another time
item_settled          the item is signed off, excluded, superseded or waits for a reviewer
stale_basis           the basis is not the one that the decision rests on
no_response           that is an outcome of the close, never an answer
unread                what could not be read cannot be attested
rationale             this verdict, or a decision on many items, says why
until                 the date is missing or not in the future
reduce_kind           nothing of this kind can be narrowed
reduce_to             the actions are none, not effective ones, or all of them
exception             it needs a control, an approver and an end
approver              the approver is the caller, or nobody who may approve
bulk_privileged       privileged items are kept one by one; in a loop each names the basis that it saw
independence          a privileged item is kept by somebody who does not own the agent, did not create
                      it or change it last, and cannot assume its role
same_person           nobody answers in two stages of one item
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from recert.campaigns.attention import LOOP, Habit
from recert.campaigns.delegation import Delegation, delegations, held_by, now_valid
from recert.campaigns.independence import Independence, facts_of, independence
from recert.campaigns.narrowing import narrowed
from recert.campaigns.people import Directory
from recert.campaigns.views import Caller, DecisionRequest, Verdict
from recert.campaigns.wording import require_text
from recert.clock import from_rfc3339, require_zone, to_rfc3339
from recert.errors import RefusedError
from recert.store.canonical import parse_strict
from recert.store.outcome import ACCEPTS
from recert.store.tables import CampaignRow, ItemRow

_SAYS_WHY = {
    Verdict.REDUCE: "Narrowing (reduce)",
    Verdict.REVOKE: "A revocation",
    Verdict.EXCEPTION: "An exception",
    Verdict.ABSTAIN: "An abstention",
}
_LONGEST_NAME = 256


@dataclass(frozen=True)
class Ruling:
    """One request, checked against one item after another; raises RefusedError with the rule."""

    request: DecisionRequest
    caller: Caller
    people: Directory
    campaign: CampaignRow
    now: datetime
    habit: Habit = field(default_factory=Habit)

    @property
    def bulk(self) -> int:
        """Return how many items this counts as: a loop of headless decisions is one in bulk."""
        loop = self.habit.burst + len(self.request.items)
        looped = self.request.headless and loop > LOOP
        return loop if looped else len(self.request.items)

    @property
    def until(self) -> datetime | None:
        """Return the end that the decision sets itself."""
        found = self.request.until if self.request.until is not None else self.request.expires
        return require_zone(found) if found is not None else None

    @cached_property
    def names(self) -> frozenset[str]:
        """Return every name of the caller, folded."""
        return frozenset(name.casefold() for name in self.people.names_of(self.caller.id))

    def check_request(self) -> None:
        """Check what does not depend on an item."""
        request = self.request
        if self.campaign.state != "active":
            raise RefusedError(
                f"The campaign {self.campaign.id} is {self.campaign.state} and takes no decisions.",
                "Decisions are taken while it is active.",
                rule="campaign_not_active",
            )
        self._check_deadline()
        if request.verdict is Verdict.NO_RESPONSE:
            raise RefusedError("Nobody decides to give no response.", rule="no_response")
        require_text(request.rationale, "The rationale")
        require_text(request.control, "The control")
        require_text(request.approver, "The approver", longest=_LONGEST_NAME)
        if not request.rationale.strip():
            self._require_no_rationale()
        self._check_end()
        if request.verdict is Verdict.EXCEPTION:
            self._check_exception()

    def _check_deadline(self) -> None:
        settings = parse_strict(self.campaign.settings)
        due = self.campaign.due_at
        if settings.get("deadline") == "hard" and due and self.now > from_rfc3339(due):
            raise RefusedError(
                f"The campaign {self.campaign.id} took decisions until {due}.",
                "Ask its owner for a new deadline.",
                rule="deadline",
            )

    def _require_no_rationale(self) -> None:
        if self.request.verdict in _SAYS_WHY:
            what = f"{_SAYS_WHY[self.request.verdict]} needs a rationale."
            raise RefusedError(what, "Say why with --rationale.", rule="rationale")
        if self.bulk > 1:
            looped = len(self.request.items) == 1
            raise RefusedError(
                "So many decisions in a minute are one in bulk, which needs a rationale."
                if looped
                else "A decision on many items needs a rationale.",
                "Say why with --rationale, or decide one by one.",
                rule="rationale",
            )

    def _check_end(self) -> None:
        ends = self.request.verdict in (Verdict.ATTEST_UNTIL, Verdict.EXCEPTION)
        if not ends:
            return
        rule = "until" if self.request.verdict is Verdict.ATTEST_UNTIL else "exception"
        if self.until is None:
            raise RefusedError("The decision needs an end.", "Give a date.", rule=rule)
        if self.until <= self.now:
            raise RefusedError(
                f"{to_rfc3339(self.until)} is not in the future.", "Give a later date.", rule=rule
            )

    def _check_exception(self) -> None:
        control, approver = self.request.control, self.request.approver
        if not (control and control.strip()) or not (approver and approver.strip()):
            raise RefusedError(
                "An exception needs a control and an approver.",
                "Say what keeps it in check, and who approves.",
                rule="exception",
            )
        if approver.casefold() in self.names or self.people.same(approver, self.caller.id):
            raise RefusedError(
                "Nobody approves their own exception.", "Name another approver.", rule="approver"
            )
        allowed = self.people.with_role("approver")
        if allowed and not any(self.people.same(one.id, approver) for one in allowed):
            raise RefusedError(
                f"{approver} may not approve exceptions.",
                f"These may: {', '.join(one.id for one in allowed)}.",
                rule="approver",
            )

    def stands_in(self, item: ItemRow) -> Delegation | None:
        """Return the delegation by which the caller decides for the reviewer of record, if any."""
        found = held_by(self.people, self._delegated, item.id, item.reviewer)
        return next(iter(now_valid(found, to_rfc3339(self.now))), None)

    @cached_property
    def _delegated(self) -> tuple[Delegation, ...]:
        found = delegations(self.campaign.settings)
        return tuple(one for one in found if self.people.same(one.delegate, self.caller.id))

    def _require_not_over(self, item: ItemRow) -> None:
        found = held_by(self.people, self._delegated, item.id, item.reviewer)
        if found:
            last = found[-1]
            raise RefusedError(
                f"{self.caller.id} decides for {last.reviewer} from {last.valid_from} until "
                f"{last.ended_at or last.valid_until} only.",
                "Let the reviewer decide, or ask for a further delegation.",
                rule="delegation_over",
            )

    def check_item(self, item: ItemRow) -> Independence:
        """Check one item and return how independent the decision is."""
        if (item.reviewer or "").casefold() not in self.names and self.stands_in(item) is None:
            self._require_not_over(item)
            who = f"is {item.reviewer}" if item.reviewer else "is not named yet"
            raise RefusedError(
                f"The reviewer of the item {item.id} {who}, not {self.caller.id}.",
                "Only the reviewer of record decides; they can hand it over.",
                rule="not_reviewer",
            )
        if item.state not in ("pending", "decided"):
            raise RefusedError(
                f"The item {item.id} is {item.state.replace('_', ' ')}.",
                "It takes no decision any more." if item.state != "conflicted" else "",
                rule="item_settled",
            )
        self._check_basis(item)
        self._check_kind(item)
        return self._check_independence(item)

    def _check_basis(self, item: ItemRow) -> None:
        seen = self.request.seen.get(item.id)
        if seen is not None and seen.removeprefix("sha256:") != item.basis_digest:
            raise RefusedError(
                f"What the item {item.id} rests on has changed since it was seen.",
                "Look at it again; then decide on what it is now.",
                rule="stale_basis",
            )

    def _check_kind(self, item: ItemRow) -> None:
        verdict = self.request.verdict
        if item.kind == "unread" and verdict in (Verdict.ATTEST, Verdict.ATTEST_UNTIL):
            raise RefusedError(
                f"The item {item.id} is about what could not be read; nobody can attest it.",
                "Let the reader see it and sync again, or accept it as an exception with an end.",
                rule="unread",
            )
        if verdict is Verdict.REDUCE:
            narrowed(item, self.request)
        keeps = verdict in ACCEPTS
        if item.privileged and keeps and len(self.request.items) > 1:
            raise RefusedError(
                f"The item {item.id} is privileged.",
                "Privileged items are kept one by one, each with its reason.",
                rule="bulk_privileged",
            )
        if item.privileged and keeps and self.bulk > 1 and item.id not in self.request.seen:
            raise RefusedError(
                f"The item {item.id} is privileged, and so many decisions in a minute are one in bulk.",
                "Name the basis that you saw with --seen, or take your time.",
                rule="bulk_privileged",
            )
        if item.privileged and keeps and not self.request.rationale.strip():
            raise RefusedError(
                f"The item {item.id} is privileged; keeping it needs a rationale.",
                "Say why with --rationale.",
                rule="rationale",
            )

    def _check_independence(self, item: ItemRow) -> Independence:
        found = independence(self.people, self.caller.id, facts_of(json.loads(item.body)))
        keeps = item.privileged and self.request.verdict in ACCEPTS
        if keeps and found.barred and found.others:
            raise RefusedError(
                f"{self.caller.id} {found.barred[0]} of the privileged item {item.id}."
                if found.owner
                else f"{self.caller.id} {found.barred[0]}; the item {item.id} is privileged.",
                f"Hand it to somebody else, such as {found.others[0]}.",
                rule="independence",
            )
        return found
