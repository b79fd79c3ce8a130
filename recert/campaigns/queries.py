"""What the faces are shown: campaigns, pages of items, one item with its evidence.

A page reads its own lines only; bodies are read one at a time. The cursor of a page is the place of
its last item, so that pages do not move when items are decided.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from recert.campaigns import grouping
from recert.campaigns.blockers import blockers, look
from recert.campaigns.counts import Tally, tallies
from recert.campaigns.decisions import campaign_row
from recert.campaigns.decisions import view as decision_view
from recert.campaigns.delegating import listed, pending_for_others, stood_in_for
from recert.campaigns.links import links
from recert.campaigns.people import Directory, directory
from recert.campaigns.reads import rows, scalar
from recert.campaigns.rescinding import rescission_of
from recert.campaigns.stages import answers_of, stages_in, stages_of
from recert.campaigns.standing import KEY
from recert.campaigns.views import (
    Caller,
    CampaignView,
    DecisionView,
    Group,
    ItemFilter,
    ItemLine,
    ItemPage,
    ItemView,
    Recommendation,
    Verdict,
)
from recert.clock import from_rfc3339
from recert.errors import AmbiguousNameError, UsageError
from recert.store.canonical import parse_strict
from recert.store.glance import COLUMNS
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, LedgerRow

_LINE = (
    "id", "kind", "state", "agent", "reviewer", "title", "service", "level", "privileged", "rank",
    "delta", "recommendation", "reason", "basis_digest", *COLUMNS,
    "stage",
)  # fmt: skip
_SAID = ("title", "service", "level", "action", "resource", "policy", "delta", "kind")
"""The columns in which the words of a filter are looked for."""
_MOST = 5_000
_SHOWN_CANDIDATES = 6
_URGENCY = {"active": 0, "staged": 1, "reviewed": 2, "remediating": 2, "verified": 3}


def campaigns(session: Session, caller: Caller, now: str) -> tuple[CampaignView, ...]:
    """Return every campaign: those that wait for the caller first, then by state and deadline."""
    found = list(session.exec(select_rows(CampaignRow)))
    counted = tallies(session)
    people = directory(session)
    mine = _names(people, caller)
    views = [_view(session, row, counted.get(row.id), mine, now) for row in found]
    views.sort(
        key=lambda one: (
            _URGENCY.get(one.state, 4),
            not (one.mine_pending or one.mine_unsigned),
            one.due_at or one.opened_at,
            one.id,
        )
    )
    return tuple(views)


def campaign(session: Session, caller: Caller, name: str, now: str) -> CampaignView:
    """Return one campaign by its id; raises UsageError where there is none."""
    row = campaign_row(session, name)
    counted = tallies(session, [row.id])
    mine = _names(directory(session), caller)
    return _view(session, row, counted.get(row.id), mine, now)


def _names(people: Directory, caller: Caller) -> frozenset[str]:
    return frozenset(name.casefold() for name in people.names_of(caller.id))


def _view(
    session: Session,
    row: CampaignRow,
    tally: Tally | None,
    mine: frozenset[str],
    now: str,
) -> CampaignView:
    counted = tally or Tally()
    why = blockers(row, counted, look(session, row, counted, now))
    return CampaignView(
        id=row.id,
        name=row.name,
        state=row.state,
        trigger=parse_strict(row.trigger),
        owner=row.owner,
        opened_at=from_rfc3339(row.opened_at),
        due_at=from_rfc3339(row.due_at) if row.due_at else None,
        due_zone=row.due_zone,
        counts=counted.counts,
        complete=row.state == "closed" and not why,
        blockers=why,
        agents=tuple(json.loads(row.scope)),
        predecessor=row.predecessor,
        mine_pending=_of(counted.pending, mine) + _for_others(session, row, mine, now),
        mine_unsigned=_of(counted.unsigned, mine),
        delegations=listed(row.settings, now),
        stages=_stages(session, row, counted),
        completely_reviewed=counted.settled,
        rescinded=counted.rescinded,
    )


def _for_others(session: Session, row: CampaignRow, mine: frozenset[str], now: str) -> int:
    if not mine or KEY not in row.settings:
        return 0
    return pending_for_others(session, row.id, min(mine), now)


def _stages(session: Session, row: CampaignRow, counted: Tally) -> dict[str, Any]:
    found = stages_of(row)
    there = {"1": counted.counts.items} if found.count == 1 else stages_in(session, row)
    return {**found.as_json(), "items": there}


def _of(counted: Mapping[str | None, int], names: frozenset[str]) -> int:
    return sum(count for name, count in counted.items() if name and name.casefold() in names)


def items(
    session: Session, name: str, wanted: ItemFilter, *, after: str | None, limit: int
) -> ItemPage:
    """Return a page of items in review order; raises UsageError for a cursor that is none."""
    campaign_row(session, name)
    size = max(1, min(limit, _MOST))
    conditions = _conditions(session, name, wanted)
    if wanted.group:
        return _grouped(session, name, wanted.group, conditions, after=after, size=size)
    where = and_(col(ItemRow.campaign) == name, *conditions)
    total = scalar(session, select(func.count()).select_from(ItemRow).where(where))
    statement = _lines().where(where)
    if after is not None:
        rank, item = _cursor(after)
        later = and_(col(ItemRow.rank) == rank, col(ItemRow.id) > item)
        statement = statement.where(or_(col(ItemRow.rank) > rank, later))
    statement = statement.order_by(col(ItemRow.rank), col(ItemRow.id)).limit(size + 1)
    return _page(session, name, rows(session, statement), int(total or 0), size)


def _page(session: Session, name: str, found: Sequence[Any], total: int, size: int) -> ItemPage:
    names = agent_names(session, name)
    lines = tuple(_line(row, names) for row in found[:size])
    more = len(found) > size
    return ItemPage(lines, total, f"{lines[-1].rank}:{lines[-1].id}" if more else None)


def _grouped(
    session: Session,
    name: str,
    by: str,
    conditions: Sequence[ColumnElement[bool]],
    *,
    after: str | None,
    size: int,
) -> ItemPage:
    """Return a page that goes through the groups in their order, in review order inside each."""
    there = grouping.groups(session, name, by, conditions)
    keys = [group.key for group in there]
    last, at = _cursor(after) if after is not None else None, None
    if last is not None:
        at = grouping.group_of(session, name, by, last[1])
        # The group of the last item may hold nothing any more that fits.
        every = [group.key for group in grouping.groups(session, name, by, ())]
        keys = keys if at not in every else [key for key in every[every.index(at) :] if key in keys]
    found: list[Any] = []
    for key in keys:
        statement = _lines().where(col(ItemRow.campaign) == name, grouping.key(by) == key)
        statement = statement.where(*conditions)
        if last is not None and key == at:
            later = and_(col(ItemRow.rank) == last[0], col(ItemRow.id) > last[1])
            statement = statement.where(or_(col(ItemRow.rank) > last[0], later))
        statement = statement.order_by(col(ItemRow.rank), col(ItemRow.id))
        found += rows(session, statement.limit(size + 1 - len(found)))
        if len(found) > size:
            break
    return _page(session, name, found, sum(group.items for group in there), size)


def groups(session: Session, name: str, wanted: ItemFilter) -> tuple[Group, ...]:
    """Return the groups of a filter in their order, each with what is still pending in it."""
    campaign_row(session, name)
    return grouping.groups(session, name, wanted.group, _conditions(session, name, wanted))


def _lines() -> Select[Any]:
    columns = [getattr(ItemRow, name) for name in _LINE]
    found: Select[Any] = (
        select(*columns, col(DecisionRow.verdict))
        .select_from(ItemRow)
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
    )
    return found


def _line(row: Any, names: Mapping[str, str]) -> ItemLine:
    found = dict(zip(_LINE, row[:-1], strict=True))
    advice = Recommendation(found.pop("recommendation"), found.pop("reason"))
    agent = found["agent"]
    return ItemLine(
        **{**found, "privileged": bool(found["privileged"])},
        agent_name=names.get(agent or "", (agent or "").rpartition("/")[2]),
        recommendation=advice,
        verdict=Verdict(row[-1]) if row[-1] else None,
    )


def _conditions(session: Session, name: str, wanted: ItemFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.reviewer is not None:
        mine = col(ItemRow.reviewer).in_(reviewers_named(session, name, wanted.reviewer))
        others = stood_in_for(session, name, wanted.reviewer, wanted.at) if wanted.at else []
        found.append(or_(mine, *others))
    if wanted.states:
        found.append(col(ItemRow.state).in_(wanted.states))
    if wanted.undecided:
        found.append(col(ItemRow.state) == "pending")
    if wanted.agent is not None:
        found.append(col(ItemRow.agent) == wanted.agent)
    return [*found, *(_says(session, name, word) for word in wanted.text.split())]


def reviewers_named(session: Session, name: str, person: str) -> list[str]:
    """Return how a campaign's items write the reviewer who is this person, whatever the case."""
    names = {one.casefold() for one in directory(session).names_of(person)}
    statement = select(col(ItemRow.reviewer)).where(col(ItemRow.campaign) == name).distinct()
    return [one for (one,) in rows(session, statement) if one and one.casefold() in names]


def _says(session: Session, name: str, word: str) -> ColumnElement[bool]:
    agents = [
        arn
        for arn, said in agent_names(session, name).items()
        if word.casefold() in said.casefold()
    ]
    named = col(ItemRow.agent).in_(agents) if agents else false()
    said = (col(getattr(ItemRow, name)) for name in _SAID)
    return or_(*(column.icontains(word, autoescape=True) for column in said), named)


def _cursor(text: str) -> tuple[int, str]:
    rank, mark, item = text.partition(":")
    if not mark or not rank.lstrip("-").isdigit():
        raise UsageError(f"{text!r} is no place in a list of items.", "Begin at the first page.")
    return int(rank), item


def agent_names(session: Session, name: str) -> dict[str, str]:
    """Return how the agents of a campaign are called, by ARN."""
    settings = scalar(session, select(col(CampaignRow.settings)).where(col(CampaignRow.id) == name))
    found = json.loads(settings or "{}").get("agents", {})
    return {arn: str(facts.get("name", "")) for arn, facts in found.items()}


def item(session: Session, campaign_id: str, name: str) -> ItemView:
    """Return one item with its evidence and the decision in force; raises UsageError."""
    found = session.get(ItemRow, name)
    if found is None or found.campaign != campaign_id:
        raise UsageError(
            f"There is no item {name!r} in the campaign {campaign_id}.",
            f"`recert items {campaign_id}` lists them.",
        )
    body = json.loads(found.body)
    decision = session.get(DecisionRow, found.current) if found.current else None
    values = [getattr(found, column) for column in _LINE]
    line = _line([*values, decision.verdict if decision else None], {})
    told = ItemLine(**{**_fields(line), "agent_name": body.get("agent_name") or line.agent_name})
    return ItemView(
        line=told,
        campaign=found.campaign,
        grant=body.get("grant"),
        evidence=_evidence(body),
        decision=decision_view(decision, _independence(session, decision)) if decision else None,
        shown_digest=found.shown_digest,
        answers=_answers(session, found),
        rescission=rescission_of(session, found.current),
        links=tuple(one.as_json() for one in links(session, found)),
    )


def _answers(session: Session, item: ItemRow) -> tuple[DecisionView | None, ...]:
    """Return the answers of an item's stages; while a blind stage lasts, the others are hidden."""
    stages = stages_of(session.get_one(CampaignRow, item.campaign))
    if stages.count == 1:
        return ()
    given = answers_of(session, item.id)
    current = session.get(DecisionRow, item.current) if item.current else None
    over = item.state == "signed_off" or (
        current is not None and current.verdict == Verdict.NO_RESPONSE
    )
    if over and current is not None:
        given = sorted([*given, current], key=lambda one: one.stage)
    hidden = stages.blind and not over
    return tuple(None if hidden else decision_view(one) for one in given)


def _fields(line: ItemLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ItemLine.__slots__}


def _evidence(body: Mapping[str, Any]) -> dict[str, Any]:
    shown = body.get("shown") or {}
    found = {**shown, "basis": body.get("basis"), "assignment": body.get("assignment")}
    if body.get("causes"):
        found["causes"] = body["causes"]
    if body.get("changes"):
        found["before"], found["after"] = body["changes"]["before"], body["changes"]["after"]
    if body.get("last"):
        found["last_decision"] = body["last"]
    if body.get("linked"):
        found["linked"] = body["linked"]
    return found


def _independence(session: Session, decision: DecisionRow) -> dict[str, Any]:
    entry = session.get(LedgerRow, decision.entry)
    found = json.loads(entry.entry)["body"].get("independence") if entry else None
    return found if isinstance(found, dict) else {}


def find_item(session: Session, campaign_id: str, typed: str) -> str:
    """Return the id of the item that is meant by an id or its beginning; raises UsageError."""
    return _beginning(
        session,
        select(col(ItemRow.id)).where(col(ItemRow.campaign) == campaign_id),
        col(ItemRow.id),
        typed,
        what="item",
    )


def find_campaign(session: Session, typed: str) -> str:
    """Return the id of the campaign that is meant by an id, its beginning, or a whole name."""
    named = rows(session, select(col(CampaignRow.id)).where(col(CampaignRow.name) == typed))
    if len(named) == 1:
        return str(named[0][0])
    return _beginning(
        session, select(col(CampaignRow.id)), col(CampaignRow.id), typed, what="campaign"
    )


def _beginning(
    session: Session, statement: Select[Any], column: Any, typed: str, *, what: str
) -> str:
    found: Sequence[Any] = ()
    if typed:
        begins = column.startswith(typed, autoescape=True)
        found = rows(session, statement.where(begins).order_by(column).limit(_SHOWN_CANDIDATES))
    ids = [str(one) for (one,) in found]
    if typed in ids or len(ids) == 1:
        return typed if typed in ids else ids[0]
    if ids:
        raise AmbiguousNameError(typed, ids)
    raise UsageError(f"There is no {what} {typed!r}.", f"List them with `recert {what}s`.")
