"""Roles in a second AWS, which moto plays over the wire, and a campaign that revokes from them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3

from recert.aws.collect.authority import read_authority
from recert.aws.collect.buckets import read_bucket
from recert.aws.executor import Calls as Made
from recert.aws.executor import Executor, WriteRefusedError, Written
from recert.aws.keyring import Keyring
from recert.aws.live_source import LiveSource, open_live
from recert.aws.matching import Place
from recert.aws.reader import Reader
from recert.aws.tally import Tally
from recert.campaigns.intake import record_reading
from recert.campaigns.service import Campaigns
from recert.campaigns.views import Caller, DecisionRequest, ItemFilter, ItemLine, Strength, Verdict
from recert.clock import FixedClock, SystemClock
from recert.estate.agents import Agent, AgentKind, AgentVersion, Alias
from recert.estate.estate import Estate, Source, Visit
from recert.evidence.pack import stored_ledger
from recert.remediation.service import Remediation, Report
from recert.store import settings
from recert.store.compare import differences
from recert.store.ledger import Actor
from recert.store.store import Store

ACCOUNT = "123456789012"
REGION = "us-east-1"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
        ],
    }
)
ACTOR = Actor("owner", "os")


class Crash(BaseException):
    """The process dies here."""


def allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def arn(name: str) -> str:
    return f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/{name.upper()}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def agent(name: str, role: str | None = None) -> Agent:
    version = AgentVersion(version="1", role_arn=role_arn(role or name), model="a.model")
    return Agent(
        arn=arn(name),
        id=name.upper(),
        name=name,
        kind=AgentKind.BEDROCK_AGENT,
        account=ACCOUNT,
        region=REGION,
        owner="alice",
        purpose="time off",
        versions=(version,),
        aliases=(Alias(id="PROD", name="prod", versions=("1",)),),
    )


def make_role(name: str, **inline: Mapping[str, Any]) -> None:
    iam = boto3.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    for policy_name, document in inline.items():
        iam.put_role_policy(
            RoleName=name, PolicyName=policy_name, PolicyDocument=json.dumps(document)
        )


def make_policy(name: str, document: Mapping[str, Any], *roles: str) -> str:
    iam = boto3.client("iam")
    made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
    found = str(made["Policy"]["Arn"])
    for role in roles:
        iam.attach_role_policy(RoleName=role, PolicyArn=found)
    return found


def inline(role: str, name: str = "p") -> Any:
    return boto3.client("iam").get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


def managed(found: str) -> Any:
    iam = boto3.client("iam")
    version = iam.get_policy(PolicyArn=found)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=found, VersionId=version)["PolicyVersion"]["Document"]


@dataclass
class Calls:
    """The true calls, counted, with a fault right after the call of a number, or a refusal."""

    inner: Made
    made: list[str] = field(default_factory=list)
    crash_after: int | None = None
    lose_after: int | None = None
    refuse: Mapping[str, str] = field(default_factory=dict)

    def call(
        self, place: Place, service: str, operation: str, params: Mapping[str, Any]
    ) -> Written:
        self.made.append(operation)
        number = len(self.made)
        if operation in self.refuse:
            raise WriteRefusedError(operation, self.refuse[operation], "no", answered=True)
        done = self.inner.call(place, service, operation, params)
        if number == self.crash_after:
            raise Crash
        if number == self.lose_after:
            raise WriteRefusedError(operation, "ReadTimeoutError", "gone", answered=False)
        return done

    @property
    def writes(self) -> list[str]:
        return [one for one in self.made if not one.startswith(("Get", "List"))]


@dataclass
class House:
    """A live store whose readings come from moto, and the people who review in it."""

    store: Store
    clock: FixedClock
    source: LiveSource
    agents: tuple[Agent, ...] = ()
    buckets: tuple[str, ...] = ()

    @classmethod
    def build(cls, folder: Path) -> "House":
        clock = FixedClock(SystemClock().now())
        fresh = not (folder / "store.db").exists()
        store = Store.open(folder / "store.db", clock=clock)
        if fresh:
            with store.write(ACTOR) as tx:
                settings.put(tx, "signatures", "none", "nobody here has a key")
        return cls(store, clock, open_live())

    def estate(self, *agents: Agent) -> Estate:
        reader = Reader(self.source, Place(ACCOUNT, REGION), Tally(), Keyring(b"k" * 32))
        found = read_authority(reader)
        visit = Visit(account=ACCOUNT, region=REGION, kind=AgentKind.BEDROCK_AGENT, collector=1)
        return Estate(
            taken_at=self.clock.now(),
            source=Source(kind="live", caller_arn=f"arn:aws:iam::{ACCOUNT}:user/me"),
            visits=(visit,),
            agents=tuple(sorted(agents, key=lambda one: one.arn)),
            roles=tuple(found.roles),
            managed_policies=tuple(found.policies),
            buckets=tuple(
                read_bucket(reader, f"arn:aws:s3:::{name}", ACCOUNT) for name in self.buckets
            ),
        )

    def sync(self, *agents: Agent) -> Any:
        self.agents = agents or self.agents
        self.tick()
        return record_reading(
            self.store,
            self.estate(*self.agents),
            api_calls=1,
            clock=self.clock,
            actor=ACTOR,
        )

    def tick(self, **delta: int) -> None:
        self.clock.instant += timedelta(**(delta or {"minutes": 1}))

    def as_(self, name: str) -> Campaigns:
        return Campaigns(self.store, self.clock, Caller(name, name, Strength.OS, known=True))

    def open(self, *names: str) -> str:
        return self.as_("owner").open([arn(one) for one in names]).id

    def lines(self, campaign: str) -> list[ItemLine]:
        return list(self.as_("x").items(campaign, ItemFilter(), limit=5_000).items)

    def item(self, campaign: str, action: str, who: str = "") -> str:
        """Return the item about an action element, or whose title starts with these words."""
        for line in self.lines(campaign):
            if who and line.agent != arn(who):
                continue
            view = self.as_("x").item(campaign, line.id)
            if line.title.startswith(action) or (view.grant or {}).get("action") == action:
                return line.id
        raise LookupError(action)

    def revoke(
        self, campaign: str, *actions: str, who: str = "", keep: Iterable[str] = ()
    ) -> list[str]:
        """Let the reviewers revoke (or reduce) and sign."""
        items = [self.item(campaign, one, who) for one in actions]
        verdict = Verdict.REDUCE if keep else Verdict.REVOKE
        by = {line.id: line.reviewer for line in self.lines(campaign)}
        for item in items:
            request = DecisionRequest(
                campaign=campaign,
                items=(item,),
                verdict=verdict,
                rationale="Not needed.",
                reduce_to=tuple(keep),
            )
            self.as_(str(by[item])).decide(request)
        for reviewer in sorted({str(by[item]) for item in items}):
            self.as_(reviewer).sign(campaign)
        return items

    def attest_rest(self, campaign: str) -> None:
        reviewers = set()
        for line in self.lines(campaign):
            if line.state == "pending":
                request = DecisionRequest(
                    campaign=campaign,
                    items=(line.id,),
                    verdict=Verdict.ATTEST,
                    rationale="It is needed.",
                )
                self.as_(str(line.reviewer)).decide(request)
                reviewers.add(str(line.reviewer))
        for reviewer in sorted(reviewers):
            self.as_(reviewer).sign(campaign)

    def work(self, campaign: str) -> Remediation:
        return Remediation(self.store, self.clock, ACTOR, campaign, pause=lambda _: None)

    def calls(self, **faults: Any) -> Calls:
        return Calls(Executor(self.source), **faults)

    def apply(self, campaign: str, **more: Any) -> Report:
        return self.work(campaign).apply(self.calls(), **more)

    def verify(self, campaign: str) -> Report:
        self.sync()
        return self.work(campaign).verify()

    def problems(self) -> list[str]:
        with self.store.read() as session:
            ledger = stored_ledger(session)
            found = [sentence for _, sentence in ledger.projection.problems]
            return [*found, *differences(session, ledger.projection, ledger.head)]

    def entries(self, kind: str = "") -> list[dict[str, Any]]:
        with self.store.read() as session:
            found = stored_ledger(session).entries
        return [one for one in found if not kind or one["type"] == kind]


def states(report: Report) -> dict[str, str]:
    return {one.item: one.state.value for one in report.items}


def only(report: Report) -> Any:
    (found,) = report.items
    return found
