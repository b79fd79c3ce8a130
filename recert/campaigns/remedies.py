"""What carries revocations out asks of the campaigns: what was signed, what the ledger says of it.

Remediation stands on campaigns, AWS and the engine alone; what it needs of the rooms between them
(the reading, its analysis, the ledger's words) is handed on from here.

Where the revocation of an item stands is derived from the ledger alone: from its last
`remediation.recorded`, and from the `apply.*` entries of the change that it belongs to.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.analysis import Analyst, propose_boundary, propose_scp, subjects_of, unread
from recert.analysis.invokers import ACTIONS as INVOKES
from recert.analysis.trust import SERVICE_OF_KIND, TrustGrant, trust_grants
from recert.campaigns import transitions
from recert.campaigns.asking import asking, packaged
from recert.campaigns.deadlines import Calendar
from recert.campaigns.decisions import campaign_row
from recert.campaigns.estates import Readings
from recert.campaigns.item_pages import agent_names
from recert.campaigns.opening import Draft, launch_if_staged, open_draft
from recert.campaigns.reads import rows
from recert.campaigns.revocations import removes
from recert.campaigns.scene import make_scene
from recert.lifecycle import Agent, AgentKind, Estate
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.ledger_reads import of_types
from recert.store.store import Store
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, SignoffRow, SnapshotRow
from recert.store.transaction import Transaction

__all__ = [
    "INVOKES",
    "SERVICE_OF_KIND",
    "Actor",
    "Agent",
    "AgentKind",
    "Analyst",
    "EntryType",
    "Estate",
    "Removal",
    "Store",
    "Told",
    "Transaction",
    "TrustGrant",
    "ask_again",
    "asked_again",
    "begin",
    "current",
    "packaged",
    "propose_boundary",
    "propose_scp",
    "reading",
    "removals",
    "staged",
    "subject_now",
    "subjects_of",
    "told",
    "trust_grants",
    "unread",
    "watched",
]

APPLY = (
    EntryType.APPLY_PLANNED,
    EntryType.APPLY_EXECUTED,
    EntryType.APPLY_VERIFIED,
    EntryType.APPLY_ROLLED_BACK,
    EntryType.REMEDIATION_RECORDED,
)


@dataclass(frozen=True, slots=True)
class Removal:
    """A signed decision that takes something away.

    `keep` are the actions and `keep_resources` the resources that a `reduce` leaves, empty where it
    leaves them as they are; `grant` has the shape of the `permissions`
    command, None for other kinds; `role_id` is the id of the role that was reviewed. `signed_at` is
    the instant of the sign-off, of what silence revokes that of the end of the review.
    """

    item: str
    campaign: str
    agent: str | None
    agent_name: str
    kind: str
    title: str
    subject: str
    verdict: str
    keep: tuple[str, ...]
    rationale: str
    signed_at: str
    grant: Mapping[str, Any] | None
    basis: Mapping[str, Any] = field(default_factory=dict)
    keep_resources: tuple[str, ...] = ()
    signed_entry: int = 0

    @property
    def role_id(self) -> str | None:
        """The id of the role that the reviewer saw, None where that was not read."""
        found = self.basis.get("role_id")
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the ledger about remediation."""

    seq: int
    at: str
    type: str
    campaign: str | None
    body: Mapping[str, Any]


def removals(session: Session, campaign: str, *, rescinded: bool = False) -> tuple[Removal, ...]:
    """Return the signed revocations and reductions of a campaign in review order.

    What silence revokes is among them, signed by nobody; what was rescinded only where it is asked
    for, as it may have to be rolled back.
    """
    campaign_row(session, campaign)
    names = agent_names(session, campaign)
    statement = (
        select(
            col(ItemRow.id),
            col(ItemRow.agent),
            col(ItemRow.kind),
            col(ItemRow.title),
            col(ItemRow.subject),
            col(ItemRow.body),
            col(DecisionRow.verdict),
            col(DecisionRow.reduce_to),
            col(DecisionRow.rationale),
            func.coalesce(col(SignoffRow.signed_at), col(DecisionRow.decided_at)),
            col(DecisionRow.reduce_resources),
            func.coalesce(col(SignoffRow.entry), col(DecisionRow.entry)),
        )
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .outerjoin(SignoffRow, col(SignoffRow.id) == col(ItemRow.signoff))
        .where(col(ItemRow.campaign) == campaign, removes())
        .where(col(DecisionRow.state).in_(("current", "rescinded") if rescinded else ("current",)))
        .order_by(col(ItemRow.rank), col(ItemRow.id))
    )
    return tuple(_removal(campaign, names, found) for found in rows(session, statement))


def _removal(campaign: str, names: Mapping[str, str], found: Sequence[Any]) -> Removal:
    item, agent, kind, title, subject, text, verdict, reduce_to, why, at, resources, entry = found
    body = parse_strict(text)
    return Removal(
        item=item,
        campaign=campaign,
        agent=agent,
        agent_name=names.get(agent or "") or str(agent or "").rpartition("/")[2],
        kind=kind,
        title=title,
        subject=subject,
        verdict="reduce" if verdict == "reduce" else "revoke",
        keep=tuple(parse_strict(reduce_to)) if verdict == "reduce" else (),
        rationale=why,
        signed_at=at,
        grant=body.get("grant"),
        basis=body.get("basis") or {},
        keep_resources=tuple(parse_strict(resources)) if verdict == "reduce" else (),
        signed_entry=entry,
    )


def told(session: Session, campaign: str | None = None) -> tuple[Told, ...]:
    """Return what the ledger says about remediation, oldest first; of one campaign where it is named."""
    return tuple(
        Told(entry["seq"], entry["at"], entry["type"], entry["campaign"], entry["body"])
        for entry in of_types(session, *APPLY)
        if campaign is None or entry["campaign"] == campaign
    )


def watched(session: Session) -> tuple[str, ...]:
    """Return the campaigns of which the ledger records a remediation, sorted."""
    return tuple(sorted({one.campaign for one in told(session) if one.campaign}))


def begin(tx: Transaction, campaign: str) -> None:
    """Say that the revocations of a reviewed campaign are being carried out; elsewhere nothing."""
    row = campaign_row(tx.session, campaign)
    if row.state == "reviewed":
        transitions.begin_remediation(tx, row, "Its revocations are carried out.")


def current(store: Store) -> tuple[str, Estate]:
    """Return the id of the last reading and its estate; raises UsageError where there is none."""
    return Readings(store).current()


def staged(store: Store, campaign: str) -> Estate | None:
    """Return the reading that the reviewers of a campaign saw."""
    return Readings(store).staged(campaign)


def reading(session: Session, snapshot: str) -> tuple[int, str] | None:
    """Return the entry that recorded a reading and the instant at which it was taken."""
    row = session.get(SnapshotRow, snapshot)
    return (row.entry, row.taken_at) if row is not None else None


def ask_again(
    tx: Transaction,
    campaign: str,
    items: Iterable[Removal],
    *,
    snapshot: str,
    estate: Estate,
    reason: str,
) -> str | None:
    """Ask about items again in a linked campaign; return its id, None where nothing is left to ask.

    What a running successor of the campaign asks already is not asked twice. What came back as another
    grant is no item of these: the reading that found it asks about that grant.
    """
    row = campaign_row(tx.session, campaign)
    only: dict[str, set[tuple[str, str]]] = {}
    asks: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        key = (item.kind, subject_now(item, estate))
        known = item.agent is not None and item.agent in estate.agents_by_arn
        if not known or not item.agent or key in _open(tx.session, campaign, item.agent):
            continue
        if item.agent not in asks:
            asked = asking()(estate, item.agent)
            asks[item.agent] = {(one.kind, one.subject) for one in asked}
        if key in asks[item.agent]:
            only.setdefault(item.agent, set()).add(key)
    if not only:
        return None
    scene = make_scene(tx, snapshot, estate, asking(), packaged(), calendar=Calendar(row.due_zone))
    draft = Draft(
        agents=tuple(sorted(only)),
        name=f"{row.name} (again)",
        kind="remediation",
        reason=reason,
        owner=row.owner,
        predecessor=campaign,
        only={agent: frozenset(keys) for agent, keys in only.items()},
    )
    fresh = open_draft(tx, scene, draft)
    return fresh.id if launch_if_staged(tx, fresh) else None


def subject_now(item: Removal, estate: Estate) -> str:
    """Return what a reading calls an item: a gateway's target that was made again has another id.

    It is the same where it has the same name, which is unique in its gateway, and calls the same.
    """
    if not item.subject.startswith("gateway_target "):
        return item.subject
    reviewed = item.basis.get("integration") or {}
    called = (reviewed.get("name"), reviewed.get("target"))
    agent = estate.agents_by_arn.get(str(item.agent))
    found = [
        f"{one.kind} {one.id}"
        for version in (agent.versions if agent is not None else ())
        for one in version.integrations
        if one.kind == "gateway_target" and (one.name, one.target) == called
    ]
    return item.subject if item.subject in found or not found else found[0]


def _open(session: Session, campaign: str, agent: str) -> Collection[tuple[str, str]]:
    """Return what running successors of a campaign still ask about an agent."""
    return set(_asked(session, campaign, agent))


def asked_again(
    session: Session, campaign: str, items: Iterable[Removal], *, estate: Estate
) -> dict[str, str]:
    """Return, by item, which running successor of a campaign asks about it again."""
    found = {}
    for item in items:
        if item.agent is None:
            continue
        asking = _asked(session, campaign, item.agent).get((item.kind, subject_now(item, estate)))
        if asking is not None:
            found[item.item] = asking
    return found


def _asked(session: Session, campaign: str, agent: str) -> dict[tuple[str, str], str]:
    statement = (
        select(col(ItemRow.kind), col(ItemRow.subject), col(ItemRow.campaign))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(CampaignRow.predecessor) == campaign, col(ItemRow.agent) == agent)
        .where(col(CampaignRow.state).in_(("staged", "active")))
        .where(col(ItemRow.state).in_(transitions.UNSETTLED))
        .order_by(col(ItemRow.campaign))
    )
    return {(kind, subject): asking for kind, subject, asking in rows(session, statement)}
