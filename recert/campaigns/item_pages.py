"""Pages and groups of a campaign's items: lines only, as bodies are read one item at a time.

The cursor of a page is the place of its last item, so that pages do not move when items are decided.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlmodel import Session, col

from recert.campaigns import grouping
from recert.campaigns.decisions import campaign_row
from recert.campaigns.delegating import stood_in_for
from recert.campaigns.people import directory
from recert.campaigns.reads import rows, scalar
from recert.campaigns.rescissions import states_by_item
from recert.campaigns.views import Group, ItemFilter, ItemLine, ItemPage, Recommendation, Verdict
from recert.errors import UsageError
from recert.store.glance import COLUMNS
from recert.store.tables import CampaignRow, DecisionRow, ItemRow

LINE = (
    "id", "kind", "state", "agent", "reviewer", "title", "service", "level", "privileged", "rank",
    "delta", "recommendation", "reason", "basis_digest", *COLUMNS,
    "stage",
)  # fmt: skip
"""The columns of an item that a line shows."""
_SAID = ("title", "service", "level", "action", "resource", "policy", "delta", "kind")
"""The columns in which the words of a filter are looked for."""
_MOST = 5_000


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
    asked = states_by_item(session, name)
    lines = tuple(line_of(row, names, asked) for row in found[:size])
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
    columns = [getattr(ItemRow, name) for name in LINE]
    found: Select[Any] = (
        select(*columns, col(DecisionRow.verdict))
        .select_from(ItemRow)
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
    )
    return found


def line_of(row: Any, names: Mapping[str, str], asked: Mapping[str, str]) -> ItemLine:
    """Return the line of a row: the columns of `LINE`, then the verdict in force.

    `asked` says of items, by their id, how far the request to take their decision back is.
    """
    found = dict(zip(LINE, row[:-1], strict=True))
    advice = Recommendation(found.pop("recommendation"), found.pop("reason"))
    agent = found["agent"]
    return ItemLine(
        **{**found, "privileged": bool(found["privileged"])},
        agent_name=names.get(agent or "", (agent or "").rpartition("/")[2]),
        recommendation=advice,
        verdict=Verdict(row[-1]) if row[-1] else None,
        rescission=asked.get(found["id"], ""),
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
