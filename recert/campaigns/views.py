"""What the faces are handed: plain frozen values, cheap to import and to make."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a reviewer may say of an item."""

    ATTEST = "attest"
    ATTEST_UNTIL = "attest_until"
    REDUCE = "reduce"
    REVOKE = "revoke"
    EXCEPTION = "exception"
    ABSTAIN = "abstain"
    NO_RESPONSE = "no_response"


class Strength(StrEnum):
    """How strongly it is known who somebody is."""

    SSH = "ssh"
    STS = "sts"
    OS = "os"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is acting: `id` as in owner tags and in an item's reviewer."""

    id: str
    name: str
    strength: Strength
    roles: tuple[str, ...] = ()
    known: bool = False
    """Whether the store lists this person."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items of a campaign are in which state, and how they were decided."""

    items: int = 0
    pending: int = 0
    decided: int = 0
    signed_off: int = 0
    attested: int = 0
    reduced: int = 0
    revoked: int = 0
    excepted: int = 0
    abstained: int = 0
    no_response: int = 0
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as the owner and the reviewers see it."""

    id: str
    name: str
    state: str
    trigger: dict[str, Any]
    owner: str | None
    opened_at: datetime
    due_at: datetime | None
    due_zone: str
    counts: Counts
    complete: bool
    blockers: tuple[str, ...]
    agents: tuple[str, ...] = ()
    predecessor: str | None = None
    delegations: tuple[dict[str, Any], ...] = ()
    """Who stands in for whom, each with whether that holds now."""
    mine_pending: int = 0
    """Items that wait for the caller's decision."""
    mine_unsigned: int = 0
    """Items that the caller decided and has not signed."""
    stages: dict[str, Any] = field(default_factory=dict)
    """How many stages there are, by which strategy, and how many items are in which."""
    completely_reviewed: int = 0
    """Items with nothing left to decide or to sign, those that were left out not counted."""
    rescinded: int = 0
    rescissions: tuple[dict[str, Any], ...] = ()
    """The requests to take a signed decision back that wait for a second person."""
    bars: tuple[str, ...] = ()
    """Those of the blockers that have to go before it can be closed."""
    leaves: tuple[str, ...] = ()
    """Those of the blockers that stay with it though it is closed."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the evidence suggests (`attest`, `reduce`, `revoke`, `look`), and why; never a decision."""

    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision in force."""

    id: str
    verdict: Verdict
    rationale: str
    decided_by: str
    decided_at: datetime
    basis_digest: str
    headless: bool
    until: datetime | None = None
    reduce_to: tuple[str, ...] = ()
    control: str | None = None
    approver: str | None = None
    basis_named: bool = False
    """Whether the decider named the basis that the decision rests on."""
    bulk: int = 1
    """How many items the same request decided."""
    independent: bool | None = None
    """Whether the decider is independent of what they decided, None where that is unknown."""
    stage: int = 1
    state: str = "current"
    reduce_resources: tuple[str, ...] = ()
    consequence: str | None = None
    """What no response comes to, `keep` or `revoke`."""
    breaks: tuple[dict[str, Any], ...] = ()
    """The other agents that lose it, too, where the decision takes something from a shared role."""
    independence: dict[str, Any] = field(default_factory=dict)
    """What is known of who decided: owner, creator, last changer, able to assume the role."""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One line of a review list; no evidence, so that a page of them is cheap."""

    id: str
    kind: str
    state: str
    agent: str | None
    agent_name: str
    reviewer: str | None
    title: str
    service: str
    level: str
    privileged: bool
    rank: int
    delta: str
    recommendation: Recommendation
    verdict: Verdict | None
    basis_digest: str
    action: str = ""
    """The action element as the policy writes it; empty where the item is no permission."""
    resource: str = ""
    """The first resource, and how many more there are."""
    policy: str = ""
    used: str = ""
    """`used`, `unused` or `unknown`, with the day where one is known."""
    stage: int = 1
    rescission: str = ""
    """`requested` or `confirmed` where the signed decision is to be, or was, taken back."""


@dataclass(frozen=True, slots=True)
class Group:
    """Items of a campaign that have something in common, how many, and how many of them are pending."""

    key: str
    items: int
    pending: int


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with everything that a decision on it rests on.

    `grant` is the permission in the shape of the `permissions` command, None for other kinds;
    `evidence` holds the rest (meaning, worst case, causes, policy document, trust, integration).
    """

    line: ItemLine
    campaign: str
    grant: dict[str, Any] | None
    evidence: dict[str, Any]
    decision: DecisionView | None
    shown_digest: str
    delegate: str | None = None
    """Who may decide it for its reviewer now."""
    answers: tuple[DecisionView | None, ...] = ()
    """The signed answers of the stages, None for one that is hidden from the next stage."""
    rescission: dict[str, Any] | None = None
    """The request to take the signed decision back, where there is one."""
    links: tuple[dict[str, Any], ...] = ()
    """The items of other agents that share what this one is about, with what was decided on them."""


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items of a campaign; every given field must hold, `text` in what a line of a list says.

    `group` puts them in the order of their groups: `risk`, `service`, `policy` or `delta`; empty
    leaves them in review order.
    """

    reviewer: str | None = None
    states: tuple[str, ...] = ()
    agent: str | None = None
    text: str = ""
    undecided: bool = False
    group: str = ""
    at: str = ""
    """The instant at which delegations to the reviewer count; the service says it."""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page in review order; `next` is the cursor of the following page, None at the end."""

    items: tuple[ItemLine, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Attention:
    """What a face measured of the look at one item: milliseconds, and whether details were opened."""

    dwell_ms: int | None = None
    opened: bool | None = None


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What a reviewer decides on one or many items.

    `seen` maps item id to the basis digest that the decision rests on; an item that is missing
    there rests on the current one, and the decision says so. `client_id` makes a repeat harmless;
    `attention` maps item id to what was measured of the look at it.
    """

    campaign: str
    items: tuple[str, ...]
    verdict: Verdict
    rationale: str = ""
    until: datetime | None = None
    reduce_to: tuple[str, ...] = ()
    reduce_resources: tuple[str, ...] = ()
    control: str | None = None
    approver: str | None = None
    expires: datetime | None = None
    seen: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    headless: bool = True
    client_id: str = ""
    chosen_by: str = ""
    """The filter by which the items of a bulk were chosen, as it was typed; empty where each was named."""
    attention: dict[str, Attention] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignSummary:
    """What the caller is about to sign: their decided items, by verdict, and what they leave open."""

    campaign: str
    signer: str
    decided: int
    by_verdict: dict[str, int]
    pending: int
    statement: str
    not_independent: int = 0
    """Privileged items among them that the owner of the agent decided, as nobody else was known."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The outcome of a sign-off; `signature` is `none` where no key was used."""

    id: str
    campaign: str
    items: int
    signature: str
    signed_at: datetime
    campaign_state: str
    advanced: int = 0
    """How many of the items go on to the next stage."""


@dataclass(frozen=True, slots=True)
class Rescinded:
    """What became of a request to rescind; `successor` asks about the items again.

    `applied` are the items that have to be rolled back, as their decision was carried out.
    """

    campaign: str
    rescissions: tuple[dict[str, Any], ...]
    successor: str | None = None
    applied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would be asked how much, and what is left out: names to numbers of items."""

    campaign: str
    reviewers: dict[str, int]
    kinds: dict[str, int]
    deltas: dict[str, int]
    excluded: dict[str, int]
    risks: dict[str, int] = field(default_factory=dict)
    """How many are privileged and how many ordinary: what a no-response policy tells apart."""
    second: str | None = None
    """Who answers in the second stage, None where there is but one."""


@dataclass(frozen=True, slots=True)
class NoResponse:
    """What silence comes to: `items` without an answer, of them `unsigned` decided and not signed.

    `keep` and `revoke` count what would follow; `brake` tells that so many revocations need the
    owner to name their number.
    """

    campaign: str
    items: int
    unsigned: int
    keep: int
    revoke: int
    brake: bool
