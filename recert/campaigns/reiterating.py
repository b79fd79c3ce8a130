"""Asking again, in a linked campaign, what a review left without an answer."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns import transitions
from recert.campaigns.custody import require_owner
from recert.campaigns.decisions import campaign_row
from recert.campaigns.opening import DUE_DAYS, Draft, launch_if_staged, open_draft
from recert.campaigns.people import directory
from recert.campaigns.reads import rows
from recert.campaigns.scene import Scene
from recert.campaigns.stages import stages_of
from recert.campaigns.views import Caller
from recert.errors import RefusedError
from recert.store.tables import CampaignRow, DecisionRow, ItemRow
from recert.store.transaction import Transaction

_LEFT = (*transitions.OVER, "closed")


def reiterate(
    tx: Transaction,
    caller: Caller,
    campaign: str,
    scene: Scene,
    *,
    due_in_days: int = DUE_DAYS,
) -> CampaignRow:
    """Ask again what got no response or an abstention, in a linked campaign; return it.

    Who abstained is not asked again where somebody else can be. Raises RefusedError where the
    review is not over or left nothing of the kind.
    """
    row = campaign_row(tx.session, campaign)
    require_owner(directory(tx.session), row, caller)
    left = _left(tx.session, campaign) if row.state in _LEFT else {}
    only = _by_agent(left, scene)
    if not only:
        raise RefusedError(
            f"The campaign {campaign} is {row.state} and left nothing to ask again.",
            "Reiterate a review that ended with items that nobody answered.",
            rule="nothing_left",
        )
    draft = Draft(
        agents=tuple(sorted(only)),
        name=f"{row.name} (again)",
        kind="reiteration",
        reason=f"What {campaign} left without an answer.",
        due_in_days=due_in_days,
        owner=row.owner,
        predecessor=campaign,
        only=only,
        stages=stages_of(row),
    )
    fresh = open_draft(tx, scene, draft)
    _spare(tx, fresh, scene, left)
    launch_if_staged(tx, fresh)
    return fresh


Left = tuple[str, str, str]


def _by_agent(
    left: Mapping[Left, str | None], scene: Scene
) -> dict[str, frozenset[tuple[str, str]]]:
    """Return the kinds and subjects that are left, of the agents that are still there."""
    found: dict[str, set[tuple[str, str]]] = {}
    for agent, kind, subject in left:
        if agent in scene.estate.agents_by_arn:
            found.setdefault(agent, set()).add((kind, subject))
    return {agent: frozenset(keys) for agent, keys in found.items()}


def _left(session: Session, campaign: str) -> dict[Left, str | None]:
    """Return what got no answer, each with who abstained from it."""
    statement = (
        select(
            col(ItemRow.agent),
            col(ItemRow.kind),
            col(ItemRow.subject),
            col(DecisionRow.verdict),
            col(DecisionRow.decided_by),
        )
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.agent).is_not(None))
        .where(col(DecisionRow.verdict).in_(("abstain", "no_response")))
    )
    return {
        (agent, kind, subject): by if verdict == "abstain" else None
        for agent, kind, subject, verdict, by in rows(session, statement)
    }


def _spare(
    tx: Transaction, fresh: CampaignRow, scene: Scene, left: Mapping[Left, str | None]
) -> None:
    """Take items from those who abstained from them, where somebody else can be asked."""
    abstained = {key: by for key, by in left.items() if by is not None}
    for item in _items(tx.session, fresh.id, [key[2] for key in abstained]):
        by = abstained.get((item.agent or "", item.kind, item.subject))
        if by is None or not scene.people.same(item.reviewer, by):
            continue
        others = scene.people.judges_other_than(by)
        second = others[0].id if others else fresh.owner
        if second is not None and not scene.people.same(second, by):
            transitions.reassign(tx, item, second, f"{by} abstained.")


def _items(session: Session, campaign: str, subjects: Sequence[str]) -> list[ItemRow]:
    statement = select(col(ItemRow.id)).where(
        col(ItemRow.campaign) == campaign,
        col(ItemRow.state) == "pending",
        col(ItemRow.subject).in_(subjects),
    )
    return [session.get_one(ItemRow, item) for (item,) in rows(session, statement)]
