"""Small estates, questions about them, and a store to review them in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recert.analysis import ReviewSubject
from recert.campaigns import people
from recert.campaigns.intake import Intake, record_reading
from recert.campaigns.service import Campaigns
from recert.campaigns.views import Caller, DecisionRequest, ItemFilter, ItemLine, Strength, Verdict
from recert.clock import FixedClock
from recert.estate.agents import Agent, AgentKind, AgentVersion, Alias
from recert.estate.authority import InlinePolicy, Role
from recert.estate.estate import Coverage, Estate, Gap, Source, Visit
from recert.evidence.pack import stored_ledger
from recert.store.compare import differences
from recert.store.ledger import Actor
from recert.store.store import Store

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACCOUNT = "111122223333"
REGION = "us-east-1"


def arn(name: str) -> str:
    return f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/{name.upper()}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def agent(
    name: str,
    *,
    owner: str | None = "alice",
    purpose: str | None = "time off",
    role: str | None = None,
    **version: Any,
) -> Agent:
    one = AgentVersion(
        version="1", role_arn=role_arn(role or f"{name}-role"), model="a.model", **version
    )
    return Agent(
        arn=arn(name),
        id=name.upper(),
        name=name,
        kind=AgentKind.BEDROCK_AGENT,
        account=ACCOUNT,
        region=REGION,
        owner=owner,
        purpose=purpose,
        versions=(one,),
        aliases=(Alias(id="PROD", name="prod", versions=("1",)),),
    )


def role(name: str, actions: Iterable[str], *, role_id: str | None = None) -> Role:
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::files/*"}
        for action in actions
    ]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return Role(
        arn=role_arn(name),
        role_id=role_id or f"AROA{name.upper()}",
        name=name,
        path="/",
        account=ACCOUNT,
        trust=json.dumps(trust),
        inline=(InlinePolicy(name="p", document=document),) if statements else (),
    )


def estate(
    agents: Iterable[Agent],
    roles: Mapping[str, Iterable[str]] | Iterable[Role],
    *,
    day: int = 0,
    visited: bool = True,
    gaps: tuple[Gap, ...] = (),
) -> Estate:
    made = (
        tuple(role(name, actions) for name, actions in sorted(roles.items()))
        if isinstance(roles, Mapping)
        else tuple(roles)
    )
    visit = Visit(account=ACCOUNT, region=REGION, kind=AgentKind.BEDROCK_AGENT, collector=1)
    return Estate(
        taken_at=START + timedelta(days=day),
        source=Source(kind="replay", recording_digest=f"sha256:{day}"),
        visits=(visit,) if visited else (),
        agents=tuple(sorted(agents, key=lambda one: one.arn)),
        roles=made,
        coverage=Coverage(gaps=gaps),
    )


def gap(operation: str, *, service: str = "bedrock-agent", subject: str = "") -> Gap:
    return Gap(
        account=ACCOUNT,
        region=REGION,
        service=service,
        operation=operation,
        error="AccessDeniedException",
        effect="unknown",
        subject=subject,
    )


def ask(found: Estate, name: str) -> tuple[ReviewSubject, ...]:
    """Ask about each allowed action of the agent's role, and about its stewardship."""
    one = found.agents_by_arn[name]
    asked = [
        ReviewSubject(
            kind="stewardship",
            agent=name,
            subject="stewardship",
            title=f"{one.name} belongs to {one.owner}",
            basis={"owner": one.owner, "purpose": one.purpose},
            rank=60,
            recommendation="attest",
            reason="It is stated.",
        )
    ]
    held = found.roles_by_arn.get(one.execution_role_arn or "")
    if held is None:
        asked.append(
            ReviewSubject(
                kind="unread",
                agent=name,
                subject="role",
                title="Could not be read: the role",
                basis={"unread": "role"},
                privileged=True,
                rank=0,
            )
        )
        return tuple(asked)
    others = [
        mate.arn
        for mate in found.agents
        if mate.arn != name and mate.execution_role_arn == held.arn
    ]
    for policy in held.inline:
        for index, statement in enumerate(json.loads(policy.document)["Statement"]):
            asked.append(_permission(one, held, f"{policy.name} {index}", statement, others))
    return tuple(asked)


def _permission(
    one: Agent,
    held: Role,
    place: str,
    statement: dict[str, Any],
    others: list[str],
) -> ReviewSubject:
    action = statement["Action"]
    effective = [action] if "*" not in action else ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    return ReviewSubject(
        kind="permission",
        agent=one.arn,
        subject=f"{held.arn} inline {place.partition(' ')[0]} {action}",
        title=f"May {action}",
        basis={"statement": statement, "role_arn": held.arn, "purpose": one.purpose},
        shown={"shared_with": others, "meaning": f"It may {action}."},
        grant={
            "id": f"g {place}",
            "role_arn": held.arn,
            "action": action,
            "policy": {"kind": "inline", "name": place.partition(" ")[0]},
            "resources": [statement["Resource"]],
            "conditions": {},
            "effective_actions": effective,
        },
        service=action.partition(":")[0],
        level="Write" if "Put" in action else "Read",
        privileged=action.startswith("iam:"),
        rank=10 if action.startswith("iam:") else 30,
        recommendation="attest",
        reason="Explained.",
    )


def _own(path: Path, made: bytes) -> None:
    path.write_bytes(made)
    path.chmod(0o600)


@dataclass
class House:
    """A store with its clock; every call goes through the real services."""

    store: Store
    clock: FixedClock
    actor: Actor = field(default_factory=lambda: Actor("owner", "os"))

    @classmethod
    def build(cls, folder: Path, made: bytes = b"") -> "House":
        """Open a new store, or a copy of one that was made before."""
        clock = FixedClock(START)
        if made:
            _own(folder / "store.db", made)
        return cls(Store.open(folder / "store.db", clock=clock), clock)

    def put(self, made: bytes) -> None:
        """Go on in a copy of a store that was made before."""
        self.store.close()
        _own(self.store.location, made)
        self.store = Store.open(self.store.location, clock=self.clock)

    def sync(self, found: Estate, **more: Any) -> Intake:
        values = {"api_calls": 3, "clock": self.clock, "actor": self.actor, "ask": ask, **more}
        return record_reading(self.store, found, **values)

    def know(self, *ids: str, roles: tuple[str, ...] = ("reviewer",), **more: Any) -> None:
        persons = [people.Person(id=one, name=one.title(), roles=roles, **more) for one in ids]
        people.add(self.store, persons, clock=self.clock, actor=self.actor)

    def as_(self, name: str) -> Campaigns:
        return Campaigns(self.store, self.clock, Caller(name, name, Strength.OS, known=True))

    def open(self, *agents: str, **more: Any) -> str:
        names = tuple(arn(one) for one in agents)
        return self.as_("owner").open(names, **{"ask": ask, **more}).id

    def close(self, campaign: str) -> Any:
        return self.as_("owner").close(campaign, ask=ask)

    def lines(self, campaign: str, **wanted: Any) -> list[ItemLine]:
        return list(self.as_("x").items(campaign, ItemFilter(**wanted), limit=5_000).items)

    def line(self, campaign: str, text: str) -> ItemLine:
        return next(one for one in self.lines(campaign) if text in one.title)

    def decide(
        self, name: str, campaign: str, *items: str, verdict: Verdict = Verdict.ATTEST, **more: Any
    ) -> tuple[Any, ...]:
        request = DecisionRequest(campaign=campaign, items=items, verdict=verdict, **more)
        return self.as_(name).decide(request)

    def attest_all(self, campaign: str) -> None:
        """Let every reviewer attest their items one by one, and sign."""
        reviewers = set()
        for one in self.lines(campaign, undecided=True):
            assert one.reviewer is not None
            self.decide(one.reviewer, campaign, one.id, rationale="It is needed.")
            reviewers.add(one.reviewer)
        for name in sorted(reviewers):
            self.as_(name).sign(campaign)

    def problems(self) -> list[str]:
        """Return everything in which the ledger breaks a rule or the tables say something else."""
        with self.store.read() as session:
            ledger = stored_ledger(session)
            found = [sentence for _, sentence in ledger.projection.problems]
            return [*found, *differences(session, ledger.projection, ledger.head)]

    def entries(self) -> list[dict[str, Any]]:
        with self.store.read() as session:
            return list(stored_ledger(session).entries)

    def tomorrow(self, days: int = 1) -> None:
        self.clock.instant += timedelta(days=days)
