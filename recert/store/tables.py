"""The tables: a projection of the ledger that can be asked questions.

Every row that matters is written in the transaction that appends its ledger entry. Columns hold
text, integers and instants (as text, UTC) only, so that SQLite and PostgreSQL read them alike.
JSON columns hold canonical or plain JSON text. No relationship is declared: reads name their
columns.
"""

from sqlalchemy import CheckConstraint, Index, LargeBinary, MetaData, Text, text
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class Table(SQLModel):
    """The base of every table; it carries the naming convention, so that each constraint has a name."""

    metadata = metadata


class LedgerRow(Table, table=True):
    """One entry of the ledger: its exact canonical bytes, chained by hash, never changed."""

    __tablename__ = "ledger"

    seq: int = Field(primary_key=True)
    prev: str = Field(sa_type=Text, unique=True)
    hash: str = Field(sa_type=Text, unique=True)
    entry: str = Field(sa_type=Text)


class Meta(Table, table=True):
    """What the store is: `store_id`, `kind` (live or replay), `synthetic`, `created_at` and the like."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)


class PersonRow(Table, table=True):
    """A known human; `roles`, `aliases` (in owner tags), `sts` (ARN patterns) and `teams` are JSON lists.

    `backup` and `manager` are ids of other persons.
    """

    __tablename__ = "person"

    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    roles: str = Field(default="[]", sa_type=Text)
    aliases: str = Field(default="[]", sa_type=Text)
    sts: str = Field(default="[]", sa_type=Text)
    active: bool = True
    added_at: str = Field(sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text)
    backup: str | None = Field(default=None, sa_type=Text)
    manager: str | None = Field(default=None, sa_type=Text)
    teams: str = Field(default="[]", sa_type=Text, sa_column_kwargs={"server_default": "[]"})


class AgentSetting(Table, table=True):
    """Owner and purpose that a person stated for an agent; they win over tags."""

    __tablename__ = "agent_setting"

    agent: str = Field(primary_key=True, sa_type=Text)
    owner: str | None = Field(default=None, sa_type=Text)
    purpose: str | None = Field(default=None, sa_type=Text)
    set_at: str = Field(sa_type=Text)
    set_by: str = Field(sa_type=Text)


class SnapshotRow(Table, table=True):
    """One reading: its estate as compressed JSON, its source, its digest and its counts."""

    __tablename__ = "snapshot"

    id: str = Field(primary_key=True, sa_type=Text)
    taken_at: str = Field(sa_type=Text, index=True)
    source: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    agents: int
    roles: int
    gaps: int
    api_calls: int
    entry: int = Field(foreign_key="ledger.seq", index=True)
    estate: bytes = Field(sa_type=LargeBinary)


class EventRow(Table, table=True):
    """One lifecycle event; `before` and `after` are JSON text."""

    __tablename__ = "event"

    id: str = Field(primary_key=True, sa_type=Text)
    snapshot: str = Field(foreign_key="snapshot.id", sa_type=Text, index=True)
    agent: str = Field(sa_type=Text, index=True)
    kind: str = Field(sa_type=Text)
    severity: str = Field(sa_type=Text)
    live: bool
    subject: str = Field(default="", sa_type=Text)
    before: str = Field(default="null", sa_type=Text)
    after: str = Field(default="null", sa_type=Text)
    how: str = Field(default="", sa_type=Text)
    detected_at: str = Field(sa_type=Text, index=True)
    campaign: str | None = Field(default=None, foreign_key="campaign.id", sa_type=Text, index=True)


class CampaignRow(Table, table=True):
    """One campaign; `trigger` and `settings` are JSON text, `scope` the JSON list of its agents."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint(
            "state in ('draft','preparing','prepare_failed','staged','active','cancelled',"
            "'reviewed','remediating','verified','closed')",
            name="state_known",
        ),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text, index=True)
    trigger: str = Field(sa_type=Text)
    scope: str = Field(default="[]", sa_type=Text)
    settings: str = Field(default="{}", sa_type=Text)
    owner: str | None = Field(default=None, sa_type=Text)
    opened_at: str = Field(sa_type=Text)
    launched_at: str | None = Field(default=None, sa_type=Text)
    due_at: str | None = Field(default=None, sa_type=Text)
    due_zone: str = Field(default="UTC", sa_type=Text)
    ended_at: str | None = Field(default=None, sa_type=Text)
    end_reason: str | None = Field(default=None, sa_type=Text)
    snapshot: str | None = Field(default=None, foreign_key="snapshot.id", sa_type=Text)
    predecessor: str | None = Field(default=None, foreign_key="campaign.id", sa_type=Text)
    catalogue: str = Field(default="", sa_type=Text)


class ItemRow(Table, table=True):
    """One thing to decide. `body` is JSON: what the item is about and the evidence for it.

    `rank` orders a review (0 first: unexplained, new, risky); `current` is the decision in force.
    """

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint(
            "state in ('pending','decided','signed_off','excluded','superseded','conflicted')",
            name="state_known",
        ),
        CheckConstraint(
            "kind in ('permission','attachment','trust','invoker','integration','stewardship','unread')",
            name="kind_known",
        ),
        Index("ix_item_campaign_rank_id", "campaign", "rank", "id"),
        Index("ix_item_campaign_state_reviewer", "campaign", "state", "reviewer"),
        Index("ix_item_campaign_service_rank_id", "campaign", "service", "rank", "id"),
        Index("ix_item_campaign_policy_rank_id", "campaign", "policy", "rank", "id"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    campaign: str = Field(foreign_key="campaign.id", sa_type=Text)
    kind: str = Field(sa_type=Text)
    state: str = Field(default="pending", sa_type=Text)
    agent: str | None = Field(default=None, sa_type=Text, index=True)
    reviewer: str | None = Field(default=None, sa_type=Text)
    title: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    """What stays the same across campaigns (a grant's key, a principal), for the delta."""
    service: str = Field(default="", sa_type=Text)
    level: str = Field(default="", sa_type=Text)
    privileged: bool = False
    rank: int = 0
    delta: str = Field(default="new", sa_type=Text)
    recommendation: str = Field(default="", sa_type=Text)
    reason: str = Field(default="", sa_type=Text)
    basis_digest: str = Field(sa_type=Text)
    shown_digest: str = Field(sa_type=Text)
    body: str = Field(default="{}", sa_type=Text)
    current: str | None = Field(default=None, sa_type=Text)
    signoff: str | None = Field(default=None, sa_type=Text)
    excluded_by: str | None = Field(default=None, sa_type=Text)
    version: int = 0
    action: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    resource: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    policy: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    used: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    stage: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    """The stage that the item is in, 1 first."""


class DecisionRow(Table, table=True):
    """One decision, kept for ever; `client_id` makes a repeated request harmless.

    `state` is `current`, `superseded` (by a later one), `undone`, `answered` (signed in one stage of
    its item, and not the answer that is in force) or `rescinded`. `consequence` is what a
    `no_response` comes to, `keep` or `revoke`.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(
            "verdict in ('attest','attest_until','reduce','revoke','exception','abstain','no_response')",
            name="verdict_known",
        ),
        CheckConstraint(
            "state in ('current','superseded','undone','answered','rescinded')", name="state_known"
        ),
        Index("ix_decision_campaign_entry", "campaign", "entry"),
        Index("ix_decision_campaign_state_verdict", "campaign", "state", "verdict"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    item: str = Field(foreign_key="item.id", sa_type=Text, index=True)
    campaign: str = Field(foreign_key="campaign.id", sa_type=Text)
    verdict: str = Field(sa_type=Text)
    state: str = Field(default="current", sa_type=Text)
    rationale: str = Field(default="", sa_type=Text)
    until: str | None = Field(default=None, sa_type=Text)
    reduce_to: str = Field(default="[]", sa_type=Text)
    control: str | None = Field(default=None, sa_type=Text)
    approver: str | None = Field(default=None, sa_type=Text)
    decided_by: str = Field(sa_type=Text)
    strength: str = Field(sa_type=Text)
    decided_at: str = Field(sa_type=Text)
    basis_digest: str = Field(sa_type=Text)
    shown_digest: str | None = Field(default=None, sa_type=Text)
    headless: bool
    basis_named: bool
    bulk: int = 1
    client_id: str = Field(sa_type=Text, unique=True)
    supersedes: str | None = Field(default=None, sa_type=Text)
    entry: int = Field(foreign_key="ledger.seq")
    stage: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    reduce_resources: str = Field(
        default="[]", sa_type=Text, sa_column_kwargs={"server_default": text("'[]'")}
    )
    consequence: str | None = Field(default=None, sa_type=Text)


class RescissionRow(Table, table=True):
    """A signed decision that its reviewer takes back; it holds once a second person confirmed it.

    `applied` tells that the decision had been carried out; `successor` is the campaign that asks
    about the item again.
    """

    __tablename__ = "rescission"
    __table_args__ = (
        CheckConstraint("state in ('requested','confirmed','withdrawn')", name="state_known"),
        CheckConstraint(
            "state <> 'confirmed' or (confirmed_by is not null and confirmed_by <> requested_by)",
            name="second_person",
        ),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    campaign: str = Field(foreign_key="campaign.id", sa_type=Text, index=True)
    item: str = Field(foreign_key="item.id", sa_type=Text, index=True)
    decision: str = Field(sa_type=Text, index=True)
    state: str = Field(default="requested", sa_type=Text)
    rationale: str = Field(sa_type=Text)
    requested_by: str = Field(sa_type=Text)
    requested_strength: str = Field(sa_type=Text)
    requested_at: str = Field(sa_type=Text)
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    confirmed_strength: str | None = Field(default=None, sa_type=Text)
    confirmed_at: str | None = Field(default=None, sa_type=Text)
    applied: bool = False
    successor: str | None = Field(default=None, sa_type=Text)


class SetAsideRow(Table, table=True):
    """A message of a queue that no hint could be taken from, with the reason; no part of the ledger.

    `body` is its beginning, `characters` its whole length and `sha256` the digest of all of it.
    """

    __tablename__ = "set_aside"

    id: int | None = Field(default=None, primary_key=True)
    at: str = Field(sa_type=Text)
    queue: str = Field(sa_type=Text)
    message: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    received: int
    characters: int
    sha256: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)


class KeyRow(Table, table=True):
    """A person's SSH key by its fingerprint; `revoked_at` is set once and for good."""

    __tablename__ = "person_key"

    id: str = Field(primary_key=True, sa_type=Text)
    person: str = Field(sa_type=Text, index=True)
    public: str = Field(sa_type=Text)
    enrolled_at: str = Field(sa_type=Text)
    enrolled_by: str = Field(sa_type=Text)
    countersigned_by: str | None = Field(default=None, sa_type=Text)
    statement: str = Field(sa_type=Text)
    armor: str | None = Field(default=None, sa_type=Text)
    revoked_at: str | None = Field(default=None, sa_type=Text)
    revoked_by: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)


class SignoffRow(Table, table=True):
    """One sign-off: the statement that was signed, its signature if any, and the head that it covers.

    `signature` is `none`, `ssh` or `ssh-touch`; then `key` is the fingerprint and `armor` the
    signature as `ssh-keygen` writes it.
    """

    __tablename__ = "signoff"

    id: str = Field(primary_key=True, sa_type=Text)
    campaign: str = Field(foreign_key="campaign.id", sa_type=Text, index=True)
    signer: str = Field(sa_type=Text)
    strength: str = Field(sa_type=Text)
    signature: str = Field(default="none", sa_type=Text)
    statement: str = Field(sa_type=Text)
    key: str | None = Field(default=None, sa_type=Text)
    armor: str | None = Field(default=None, sa_type=Text)
    signed_at: str = Field(sa_type=Text)
    size: int
    head: str = Field(sa_type=Text)
    entry: int = Field(foreign_key="ledger.seq")
