"""Taking a signed decision back: one person asks for it, a second one confirms it.

Confirmed, the decision stands in the history and has no effect any more, and a linked successor
asks about the item again. What had been carried out by then is rolled back by `recert remediate`.
"""

import uuid
from collections.abc import Sequence

from sqlmodel import Session

from recert.campaigns import transitions
from recert.campaigns.custody import owns
from recert.campaigns.decisions import campaign_row, item_rows
from recert.campaigns.opening import Draft, launch_if_staged, open_draft
from recert.campaigns.people import Directory, directory
from recert.campaigns.rescissions import as_json, latest
from recert.campaigns.revocations import CARRIED_OUT, remediation_states
from recert.campaigns.scene import Scene
from recert.campaigns.stages import stages_of
from recert.campaigns.views import Caller, Rescinded, Verdict
from recert.campaigns.wording import require_text
from recert.clock import to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, RescissionRow
from recert.store.transaction import Transaction

_RUNNING = ("active", *transitions.OVER)
_LETTERS = 12


def request(
    tx: Transaction, caller: Caller, campaign: str, items: Sequence[str], rationale: str
) -> Rescinded:
    """Ask that signed decisions are taken back; nothing changes until a second person confirms it.

    Who decided may ask, and the campaign's owner. Raises RefusedError for what is not signed, not
    theirs, asked for already, or part of a campaign that has ended.
    """
    row = _running(tx, campaign)
    people = directory(tx.session)
    why = require_text(rationale, "The rationale")
    if not why:
        raise RefusedError(
            "To rescind needs a rationale.", "Say why with --rationale.", rule="rationale"
        )
    made = []
    for item in item_rows(tx.session, campaign, _named(items)):
        decision = _signed(tx.session, item)
        if not (people.same(decision.decided_by, caller.id) or owns(people, row, caller)):
            raise RefusedError(
                f"The item {item.id} was decided by {decision.decided_by}.",
                f"They can rescind it, or the campaign's owner, {row.owner or 'nobody'}.",
                rule="not_reviewer",
            )
        if latest(tx.session, decision.id, "requested") is not None:
            raise RefusedError(
                f"The decision on the item {item.id} is being rescinded already.",
                "A second person confirms it with --confirm.",
                rule="rescinding",
            )
        made.append(_ask(tx, caller, item, decision, why))
    tx.session.flush()
    return Rescinded(campaign, tuple(as_json(one) for one in made))


def _ask(
    tx: Transaction, caller: Caller, item: ItemRow, decision: DecisionRow, why: str
) -> RescissionRow:
    asked = RescissionRow(
        id=f"x-{uuid.uuid4().hex[:_LETTERS]}",
        campaign=item.campaign,
        item=item.id,
        decision=decision.id,
        state="requested",
        rationale=why,
        requested_by=caller.id,
        requested_strength=caller.strength.value,
        requested_at=to_rfc3339(tx.clock.now()),
    )
    _tell(tx, asked)
    tx.session.add(asked)
    return asked


def confirm(
    tx: Transaction, caller: Caller, campaign: str, items: Sequence[str], scene: Scene
) -> Rescinded:
    """Confirm as a second person that decisions are taken back, and ask about them again.

    Raises RefusedError where nobody asked for it, or the caller did, or may not judge.
    """
    row = _running(tx, campaign)
    people = directory(tx.session)
    asked: list[tuple[ItemRow, RescissionRow]] = []
    for item in item_rows(tx.session, campaign, _named(items)):
        found = _requested(tx.session, item)
        _require_second(people, caller, found)
        asked.append((item, found))
    successor = _ask_again(tx, scene, row, [item for item, _ in asked])
    states = remediation_states(tx.session, campaign)
    applied = []
    for item, found in asked:
        found.applied = states.get(item.id) in CARRIED_OUT
        found.state, found.successor = "confirmed", successor
        found.confirmed_by, found.confirmed_strength = caller.id, caller.strength.value
        found.confirmed_at = to_rfc3339(tx.clock.now())
        _tell(tx, found)
        # The store lets a decision be rescinded only where the confirmation stands.
        tx.session.flush()
        tx.session.get_one(DecisionRow, found.decision).state = "rescinded"
        tx.session.flush()
        if found.applied:
            applied.append(item.id)
    told = tuple(as_json(found) for _, found in asked)
    return Rescinded(campaign, told, successor, tuple(applied))


def withdraw(tx: Transaction, caller: Caller, campaign: str, items: Sequence[str]) -> Rescinded:
    """Take the request back; the decision stands as it was signed."""
    row = _running(tx, campaign)
    people = directory(tx.session)
    made = []
    for item in item_rows(tx.session, campaign, _named(items)):
        found = _requested(tx.session, item)
        if not (people.same(found.requested_by, caller.id) or owns(people, row, caller)):
            raise RefusedError(
                f"{found.requested_by} asked for it.",
                f"They withdraw it, or the campaign's owner, {row.owner or 'nobody'}.",
                rule="not_reviewer",
            )
        found.state = "withdrawn"
        _tell(tx, found)
        made.append(found)
    tx.session.flush()
    return Rescinded(campaign, tuple(as_json(one) for one in made))


def _named(items: Sequence[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(items))
    if not wanted:
        raise UsageError("Name at least one item.")
    return wanted


def _running(tx: Transaction, campaign: str) -> CampaignRow:
    row = campaign_row(tx.session, campaign)
    if row.state not in _RUNNING:
        raise RefusedError(
            f"The campaign {campaign} is {row.state}; nothing is rescinded in it.",
            "Decide again in a new one: `recert campaign open`."
            if row.state == "closed"
            else "Decisions are rescinded while it runs.",
            rule="campaign_not_active",
        )
    return row


def _signed(session: Session, item: ItemRow) -> DecisionRow:
    decision = session.get(DecisionRow, item.current) if item.current else None
    if item.state != "signed_off" or decision is None or decision.verdict == Verdict.NO_RESPONSE:
        raise RefusedError(
            f"The item {item.id} is {item.state.replace('_', ' ')}, not signed off.",
            "What is not signed is undone: `recert undo`." if item.state == "decided" else "",
            rule="not_signed",
        )
    if decision.state == "rescinded":
        raise RefusedError(
            f"The decision on the item {item.id} was rescinded before.", rule="rescinded"
        )
    return decision


def _requested(session: Session, item: ItemRow) -> RescissionRow:
    found = latest(session, _signed(session, item).id, "requested")
    if found is None:
        raise RefusedError(
            f"Nobody asked to rescind the decision on the item {item.id}.",
            "Ask for it with --rationale; a second person confirms it.",
            rule="not_requested",
        )
    return found


def _require_second(people: Directory, caller: Caller, asked: RescissionRow) -> None:
    if people.same(asked.requested_by, caller.id):
        raise RefusedError(
            f"{caller.id} asked for it; a second person confirms it.",
            "Let somebody else run it with --confirm. Where you are alone, review the agent again "
            "in a new campaign.",
            rule="second_person",
        )
    person = people.find(caller.id)
    if person is None or not person.judges:
        raise RefusedError(
            f"{caller.id} is nobody who may review, and confirms nothing.",
            "`recert people list` names who may.",
            rule="second_person",
        )


def _tell(tx: Transaction, row: RescissionRow) -> None:
    tx.append(EntryType.DECISION_RESCINDED, entries.decision_rescinded(row), campaign=row.campaign)


def _ask_again(
    tx: Transaction, scene: Scene, row: CampaignRow, items: Sequence[ItemRow]
) -> str | None:
    """Ask about items in a linked campaign, None where the last reading holds none of them."""
    only: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        if item.agent is not None and item.agent in scene.estate.agents_by_arn:
            only.setdefault(item.agent, set()).add((item.kind, item.subject))
    there = {
        agent: keys & {(one.kind, one.subject) for one in scene.ask(scene.estate, agent)}
        for agent, keys in only.items()
    }
    left = {agent: frozenset(keys) for agent, keys in there.items() if keys}
    if not left:
        return None
    draft = Draft(
        agents=tuple(sorted(left)),
        name=f"{row.name} (rescinded)",
        kind="rescission",
        reason=f"Decisions of {row.id} were rescinded.",
        owner=row.owner,
        predecessor=row.id,
        only=left,
        stages=stages_of(row),
    )
    fresh = open_draft(tx, scene, draft)
    launch_if_staged(tx, fresh)
    return fresh.id
