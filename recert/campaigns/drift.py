"""What a newer reading does to campaigns that run.

The population stays the one that was staged: an item whose basis changed goes to review again, an
item whose subject is gone is superseded, and what is new, or was signed on another basis, is asked
in a linked successor. Where something of the agent could not be read, nothing counts as gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from recert.analysis import ReviewSubject
from recert.campaigns import transitions
from recert.campaigns.history import Key
from recert.campaigns.population import Mill, Subject, basis_digest
from recert.campaigns.reads import rows
from recert.campaigns.scene import Scene
from recert.campaigns.transitions import UNSETTLED
from recert.store.glance import COLUMNS
from recert.store.tables import CampaignRow, ItemRow
from recert.store.transaction import Transaction

_RECORD = (
    "title", "service", "level", "privileged", "recommendation", "reason", "basis_digest",
    "shown_digest", "body", "reviewer", *COLUMNS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drift:
    """What a reading did to one agent's running campaigns.

    `touched` are campaigns with items that were reset or superseded; `open` the subjects that are
    still being asked, `signed` those that were signed in a running campaign as they are now.
    """

    running: tuple[str, ...]
    touched: tuple[str, ...]
    open: frozenset[Key]
    signed: frozenset[Key]


@dataclass(frozen=True, slots=True)
class _Line:
    id: str
    campaign: str
    key: Key
    state: str
    basis: str


def running_agents(session: Session) -> set[str]:
    """Return the agents that a campaign asks about which is prepared, staged or active."""
    statement = (
        select(col(ItemRow.agent))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(CampaignRow.state).in_(transitions.RUNNING), col(ItemRow.agent).is_not(None))
        .distinct()
    )
    return {agent for (agent,) in rows(session, statement)}


def settle(
    tx: Transaction,
    scene: Scene,
    about: Subject,
    asked: Sequence[ReviewSubject],
    *,
    certain: bool,
) -> Drift:
    """Bring one agent's running items up to date with a reading.

    `asked` is empty for an agent that is gone; `certain` tells that what is missing there is gone.
    """
    now = {(one.kind, one.subject): one for one in asked}
    touched: dict[str, None] = {}
    open_: set[Key] = set()
    signed: set[Key] = set()
    running: dict[str, None] = {}
    for line in _lines(tx.session, about.agent):
        running[line.campaign] = None
        subject = now.get(line.key)
        same = subject is not None and basis_digest(about, subject) == line.basis
        if line.state == "signed_off":
            if same:
                signed.add(line.key)
        elif line.state in UNSETTLED:
            if same or (subject is None and not certain):
                open_.add(line.key)
            elif subject is None:
                _supersede(tx, scene, line)
                touched[line.campaign] = None
            elif _reset(tx, scene, about, subject, line):
                open_.add(line.key)
                touched[line.campaign] = None
    return Drift(tuple(running), tuple(touched), frozenset(open_), frozenset(signed))


def _lines(session: Session, agent: str) -> list[_Line]:
    statement = (
        select(
            col(ItemRow.id),
            col(ItemRow.campaign),
            col(ItemRow.kind),
            col(ItemRow.subject),
            col(ItemRow.state),
            col(ItemRow.basis_digest),
        )
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(ItemRow.agent) == agent, col(CampaignRow.state).in_(transitions.RUNNING))
        .order_by(col(CampaignRow.opened_at), col(ItemRow.campaign), col(ItemRow.rank))
    )
    return [
        _Line(item, campaign, (kind, subject), state, basis)
        for item, campaign, kind, subject, state, basis in rows(session, statement)
    ]


def _supersede(tx: Transaction, scene: Scene, line: _Line) -> None:
    item = tx.session.get_one(ItemRow, line.id)
    transitions.supersede(tx, item, f"The reading {scene.snapshot} no longer holds it.")


def _reset(
    tx: Transaction, scene: Scene, about: Subject, subject: ReviewSubject, line: _Line
) -> bool:
    """Put an item to review again as it is now; a conflicted one keeps waiting for its reviewer."""
    item = tx.session.get_one(ItemRow, line.id)
    campaign = tx.session.get_one(CampaignRow, line.campaign)
    mill = Mill(tx.session, line.campaign, scene.assigner(campaign))
    fresh = mill.items(about, [subject])[0]
    if item.state == "conflicted":
        transitions.supersede(tx, item, f"Its basis changed with the reading {scene.snapshot}.")
        return False
    record = {name: fresh[name] for name in _RECORD}
    transitions.reset(tx, item, record, f"Its basis changed with the reading {scene.snapshot}.")
    return True
