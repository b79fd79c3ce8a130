"""The trigger catalogue as one table: all fifty rows by number, each with what follows from it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from loading import load

from recert.estate.agents import Alias
from recert.estate.authority import Ceiling, CeilingLevel, ControlPolicy, Organization
from recert.estate.companions import EventWindow, Observed, OwnerState, RoleUse, ServiceUse
from recert.estate.estate import Estate
from recert.lifecycle import Event, Opens, TriggerPolicy, compare, plan, wildcards_grown

Pair = tuple[Estate, Estate]


_PLAIN = load(Path(__file__).with_name("test_rows.py"))
_CORE = load(Path(__file__).with_name("test_rows_agentcore.py"))
_HOUSE = load(Path(__file__).parent.parent / "campaigns" / "world.py")


@dataclass(frozen=True)
class Case:
    """One row, or a part of one: two estates, and everything that is told of the agent."""

    number: int
    name: str
    pair: Callable[[Any], Pair]
    told: tuple[tuple[str, str, bool], ...]
    opens: Opens
    agent: str = "HR"

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


OPENS = TriggerPolicy()


def _from_rows() -> Iterator[Case]:
    """Yield the rows that stand in the two tables beside this one, by their number."""
    for row in _PLAIN.ROWS:
        number = re.match(r"\d+", row.name)
        if number:

            def plain(w: Any, row: Any = row) -> Pair:
                before = w.small()
                return before, row.change(w, before)

            told = ((row.kind, row.severity, row.live),)
            words = row.name.partition(" ")[2]
            yield Case(int(number[0]), words, plain, told, OPENS.opens(row.kind), row.agent)
    make_core = _CORE.core.__wrapped__ if hasattr(_CORE.core, "__wrapped__") else _CORE.core
    for row in _CORE.ROWS:
        number = re.match(r"\d+", row.name)
        if number:

            def core(w: Any, row: Any = row) -> Pair:
                before = make_core(w, w.small())
                return before, _CORE.change(row, w, before)

            told = ((row.kind, row.severity, True),)
            words = row.name.partition(" ")[2]
            yield Case(int(number[0]), words, core, told, OPENS.opens(row.kind))


def organization(w: Any, *levels: tuple[str, ...]) -> Organization:
    texts = {
        "all": w.policy(w.allow("*")),
        "deny": w.policy({"Effect": "Deny", "Action": "bedrock:Delete*", "Resource": "*"}),
    }
    policies = tuple(
        ControlPolicy(id=name, arn=name, name=name, kind="scp", document=text)
        for name, text in texts.items()
    )
    made = tuple(
        CeilingLevel(target_id=f"ou-{n}", name=f"ou-{n}", scps=names)
        for n, names in enumerate(levels)
    )
    return Organization(
        id="o-1", ceilings=(Ceiling(account=w.ACCOUNT, levels=made),), policies=policies
    )


def relaxed(w: Any) -> Pair:
    before = w.later(w.small(), organization=organization(w, ("all", "deny")))
    return before, w.later(before, organization=organization(w, ("all",)))


def moved_account(w: Any) -> Pair:
    before = w.later(w.small(), organization=organization(w, ("all",), ("all", "deny")))
    return before, w.later(before, organization=organization(w, ("all",), ("all",)))


def owner_left(w: Any) -> Pair:
    before = w.with_agent(w.small(), w.BANK, lambda a: a.model_copy(update={"owner": "bob"}))
    before = w.later(before, owners=(OwnerState(name="alice@example.com", state="active"),))
    gone = (OwnerState(name="alice@example.com", state="disabled"),)
    return before, w.later(before, owners=gone)


def prepared(w: Any) -> Pair:
    draft = w.with_version(w.small(), w.HR, "DRAFT", model="amazon.nova-pro-v1:0")
    before, after = (
        w.with_agent(draft, w.HR, lambda a, s=status: a.model_copy(update={"status": s}))
        for status in ("NOT_PREPARED", "PREPARED")
    )
    return before, w.later(after)


def repointed(w: Any) -> Pair:
    estate = w.small()
    two = w.version("2", network=("PUBLIC",))
    before = w.with_agent(
        estate, w.HR, lambda a: a.model_copy(update={"versions": (*a.versions, two)})
    )
    to = (Alias(id="PROD", name="prod", versions=("2",)),)
    return before, w.with_agent(before, w.HR, lambda a: a.model_copy(update={"aliases": to}))


def elsewhere(w: Any) -> Pair:
    def seen(**more: Any) -> Observed:
        return Observed(
            account=w.ACCOUNT, region=w.REGION, role_arn=w.HR_ROLE, action="s3:ListBuckets",
            agent_arn=w.HR, attribution="only_agent", last_at=w.START, count=1, **more,
        )  # fmt: skip

    window = EventWindow(
        account=w.ACCOUNT,
        region=w.REGION,
        since=w.START - timedelta(days=9),
        until=w.START,
        events=1,
    )
    before = w.later(w.small(), observed=(seen(),), event_windows=(window,))
    return before, w.later(before, observed=(seen(outside=1, sessions=("kim",)),))


def dormant(w: Any) -> Pair:
    known = w.with_role(
        w.small(), w.HR_ROLE, last_used_at=w.START - timedelta(days=89), last_used_known=True
    )
    return w.later(known, taken_at=w.START), w.later(known, taken_at=w.START + timedelta(days=1))


def unused(w: Any) -> Pair:
    services = (
        ServiceUse(service="s3", last_at=w.START - timedelta(days=89)),
        ServiceUse(service="logs", last_at=w.START),
    )
    known = w.later(w.small(), usage=(RoleUse(role_arn=w.HR_ROLE, services=services),))
    return w.later(known, taken_at=w.START), w.later(known, taken_at=w.START + timedelta(days=1))


def new_provider(w: Any) -> Pair:
    estate = w.with_role(
        w.small(),
        w.HR_ROLE,
        inline=(
            w.InlinePolicy(
                name="p0", document=w.policy(w.allow("bedrock-agentcore:GetResourceOauth2Token"))
            ),
        ),
    )
    return estate, w.later(estate, resources=(_CORE.PROVIDER,))


FULL, DELTA, NOTE = Opens.FULL, Opens.DELTA, Opens.NOTE
CASES = [
    *_from_rows(),
    Case(26, "SCP detached", relaxed, (("ceiling.relaxed", "critical", True),), DELTA),
    Case(26, "account moved", moved_account, (("ceiling.relaxed", "critical", True),), DELTA),
    Case(28, "owner disabled", owner_left, (("owner.left", "high", True),), FULL),
    Case(31, "draft prepared", prepared, (("draft.reachable", "medium", True),), NOTE),
    Case(
        33, "endpoint repointed", repointed,
        (("alias.routed", "high", True), ("network.changed", "high", True)), DELTA,
    ),
    Case(38, "provider added", new_provider, (("credential_provider.added", "high", True),), DELTA),
    Case(44, "session of somebody", elsewhere, (("role.used_elsewhere", "high", True),), DELTA),
    Case(45, "dormant", dormant, (("agent.dormant", "medium", True),), NOTE),
    Case(46, "service unused", unused, (("permission.unused", "medium", True),), NOTE),
]  # fmt: skip
CERTIFICATION_AGE = 50
"""Needs a review to have grown old, so that it is tested on a store."""


def test_every_row_of_the_catalogue_stands_in_the_table() -> None:
    assert {case.number for case in CASES} | {CERTIFICATION_AGE} == set(range(1, 51))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_row_gives_its_event_its_severity_and_what_it_opens(case: Case, w: Any) -> None:
    events = compare(*case.pair(w))
    mine = [event for event in events if event.agent.rpartition("/")[2].startswith(case.agent)]
    told = {(event.kind, event.severity.value, event.live) for event in mine}
    assert told == set(case.told)
    assert all(_says_how(event) for event in mine)
    plans = plan(mine, OPENS)
    if case.opens is NOTE:
        assert plans == ()
        return
    (asked,) = plans
    assert asked.depth is case.opens
    assert asked.due_in_days == OPENS.due_days[asked.severity]
    assert {event.kind for event in asked.events} == {kind for kind, _, _ in case.told}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_same_reading_again_tells_nothing(case: Case, w: Any) -> None:
    _, after = case.pair(w)
    assert compare(after, w.later(after, taken_at=after.taken_at + timedelta(minutes=1))) == ()


def _says_how(event: Event) -> bool:
    return bool(event.how) and event.detected_at.tzinfo is not None


def test_row_50_a_certification_that_is_too_old(tmp_path: Path) -> None:
    w, house = _HOUSE, _HOUSE.House.build(tmp_path)
    roles = {"hr-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr")], roles))
    campaign = house.open("hr")
    house.attest_all(campaign)
    house.close(campaign)
    house.tomorrow(400)
    taken = house.sync(w.estate([w.agent("hr")], roles, day=400))
    (event,) = taken.told
    assert (event["kind"], event["agent"], event["live"]) == (
        "certification.expired", w.arn("hr"), True,
    )  # fmt: skip
    assert event["severity"] == event["after"]["risk_tier"], "by policy: that of the tier"
    (opened,) = taken.plans
    assert (opened["kind"], opened["depth"]) == ("cadence", "full")
    assert [cause["id"] for cause in opened["causes"]] == [event["id"]]
    assert house.problems() == []
    house.store.close()


def test_actions_that_aws_added_are_told_where_a_wildcard_lets_them_through(
    w: Any, estate: Estate
) -> None:
    document = w.policy(
        w.allow("bedrock:Invoke*", w.BASE),
        w.allow("dynamodb:*"),
        {"Effect": "Deny", "Action": "dynamodb:Purge*", "Resource": "*"},
    )
    wide = w.with_role(estate, w.HR_ROLE, inline=(w.InlinePolicy(name="p0", document=document),))
    new = ("bedrock:InvokeSwarm", "dynamodb:PurgeAll", "s3:Shred", "dynamodb:Rewind")
    found = {
        event.subject.rpartition(" ")[2]: event
        for event in wildcards_grown(wide, new)
        if event.agent == w.HR
    }
    assert set(found) == {"bedrock:invoke*", "dynamodb:*"}
    assert found["dynamodb:*"].after is not None
    assert found["dynamodb:*"].after["actions"] == ["dynamodb:Rewind"]
    assert {event.live for event in found.values()} == {True}
    assert wildcards_grown(wide, ()) == ()


def test_a_policy_that_aws_changed_says_that_aws_did_it(w: Any, estate: Estate) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"
    old = w.ManagedPolicy(
        arn=arn, name="x", version_id="v1", document=w.policy(w.allow("bedrock:Get*"))
    )
    role = estate.roles_by_arn[w.HR_ROLE]
    before = w.with_role(estate, w.HR_ROLE, attached=(*role.attached, arn))
    before = w.later(before, managed_policies=(*before.managed_policies, old))
    new = old.model_copy(
        update={"version_id": "v2", "document": w.policy(w.allow(["bedrock:Get*", "logs:*"]))}
    )
    after = w.later(before, managed_policies=(*estate.managed_policies, new))
    (event,) = compare(before, after)
    assert (event.kind, event.live) == ("policy.widened", True)
    assert event.how.startswith("AWS took its policy AmazonBedrockReadOnly from v1 to v2")
