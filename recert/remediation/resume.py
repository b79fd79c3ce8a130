"""A plan that goes on from what the ledger tells: what was begun comes first, what waits is left."""

from collections.abc import Sequence
from dataclasses import replace

from recert.campaigns.remedies import Removal
from recert.remediation.books import Account, Standing
from recert.remediation.model import OPEN, Change, Outcome, State
from recert.remediation.plan import Planner
from recert.remediation.sheet import Plan, outcome_of
from recert.remediation.verify import Later


def resumed(removals: Sequence[Removal], account: Account, planner: Planner, later: Later) -> Plan:
    """Return the plan of removals as the ledger stands: afresh where nothing was begun, else as told."""
    standing = account.standing
    fresh = [
        one
        for one in removals
        if state_of(standing.get(one.item)) in OPEN
        and not _waits(account, standing.get(one.item), later)
    ]
    made = planner.plan(fresh)
    by_item = {one.item: _told(one, standing.get(one.item), later) for one in made.items}
    begun: list[Change] = []
    for removal in removals:
        if removal.item in by_item:
            continue
        known = standing[removal.item]
        by_item[removal.item] = replace(
            outcome_of(removal, _shown(known), known.detail),
            still_allowed_by=known.still_allowed_by,
            change=known.change,
            successor=known.successor,
        )
        change = account.changes.get(known.change or "")
        if known.state is State.CLAIMED and change and change not in begun:
            begun.append(change)
    # What was begun is gone on with first: a draft that is half changed stops what comes after.
    changes = (*begun, *(one for one in made.changes if one not in begun))
    return Plan(tuple(by_item[one.item] for one in removals), changes)


def state_of(known: Standing | None) -> State:
    """Return where an item stands, of which the ledger may not tell yet."""
    return known.state if known is not None else State.PLANNED


def _shown(known: Standing) -> State:
    if known.state is State.VERIFIED and known.still_allowed_by:
        return State.STILL_ALLOWED
    return known.state


def _told(made: Outcome, known: Standing | None, later: Later) -> Outcome:
    """Say beside a fresh plan what happened before."""
    if known is None:
        return made
    if made.state is State.GONE and not later(known.seq, known.at):
        return made.moved(State.PLANNED, f"{known.detail} No reading is later than that yet.")
    if made.state is State.HANDED_OVER and made.change is None:
        return replace(made, change=known.change)
    if made.state is State.PLANNED and known.state is State.HANDED_OVER:
        said = made.detail if known.detail in made.detail else f"{made.detail} {known.detail}"
        return made.moved(State.HANDED_OVER, said.strip())
    if made.state is State.PLANNED and known.state in (State.FAILED, State.REAPPEARED):
        return made.moved(State.PLANNED, f"{made.detail} Before: {known.detail}")
    return made


def _waits(account: Account, known: Standing | None, later: Later) -> bool:
    """Tell whether what was made for an item was not read again yet."""
    made = account.made.get(known.change or "") if known is not None else None
    handed_over = known is not None and known.state is State.HANDED_OVER
    return handed_over and made is not None and not later(made.seq, made.at)
