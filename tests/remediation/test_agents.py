"""Action groups, knowledge bases and gateway targets, on what a demo writes on top of a recording."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from recert.aws.collect.run import collect
from recert.aws.executor import Calls, Executor, Looks, Place, WriteRefusedError, Written
from recert.aws.overlay import JournalOverlay
from recert.aws.recording import Recording, load_recording
from recert.campaigns.intake import record_reading
from recert.campaigns.service import Campaigns
from recert.campaigns.views import Caller, DecisionRequest, ItemFilter, Strength, Verdict
from recert.cli.demo_store import KEY
from recert.clock import SystemClock
from recert.demo.overlay import DemoSource, journal
from recert.demo.recordings import recording_path
from recert.evidence.pack import stored_ledger
from recert.remediation.service import Remediation, Report
from recert.store import settings
from recert.store.compare import differences
from recert.store.ledger import Actor
from recert.store.store import Store

AGENT = "arn:aws:bedrock:us-east-1:111122223333:agent/EWRT25DKQ6"
GATEWAY = "arn:aws:bedrock-agentcore:us-east-1:777788889999:gateway/sre-tools-YY5QP1M678"
OWNER = "maria.sanchez"


@lru_cache(maxsize=1)
def recording() -> Recording:
    return load_recording(recording_path())


def source(store: Path) -> DemoSource:
    """Return the demo's AWS as the writes of one store left it."""
    overlay = JournalOverlay(recording(), journal(store))
    return DemoSource(recording(), overlay=overlay, synthetic=True)


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Counted:
    """The true calls over the overlay, with a death or a lost answer right after one of them."""

    inner: Calls
    made: list[str] = field(default_factory=list)
    crash_after: int | None = None
    lose_after: int | None = None

    def call(
        self, place: Place, service: str, operation: str, params: Mapping[str, Any]
    ) -> Written:
        self.made.append(f"{service}:{operation}")
        done = self.inner.call(place, service, operation, params)
        if len(self.made) == self.crash_after:
            raise Crash
        if len(self.made) == self.lose_after:
            raise WriteRefusedError(operation, "ReadTimeoutError", "gone", answered=False)
        return done

    @property
    def writes(self) -> list[str]:
        return [one for one in self.made if not one.partition(":")[2].startswith(("Get", "List"))]


@dataclass
class Demo:
    """A store that reads the demo's AWS as it was written to."""

    store: Store
    clock: SystemClock = field(default_factory=SystemClock)
    actor: Actor = field(default_factory=lambda: Actor(OWNER, "os"))

    def read(self) -> None:
        reading = collect(source(self.store.location), clock=self.clock, keyring=KEY)
        record_reading(
            self.store,
            reading.estate,
            api_calls=reading.api_calls,
            clock=self.clock,
            actor=self.actor,
        )

    def as_(self, name: str) -> Campaigns:
        return Campaigns(self.store, self.clock, Caller(name, name, Strength.OS, known=True))

    def calls(self, **faults: Any) -> Counted:
        return Counted(Executor(source(self.store.location)), **faults)

    def work(self, campaign: str) -> Remediation:
        return Remediation(self.store, self.clock, self.actor, campaign, pause=lambda _: None)

    def problems(self) -> list[str]:
        with self.store.read() as session:
            ledger = stored_ledger(session)
            found = [sentence for _, sentence in ledger.projection.problems]
            return [*found, *differences(session, ledger.projection, ledger.head)]

    def written(self) -> list[str]:
        path = journal(self.store.location)
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line)["operation"] for line in lines]


def revoked(path: Path, agent: str, *wanted: str) -> str:
    """Make a store in which integrations of these titles were revoked and signed."""
    demo = Demo(Store.open(path, clock=SystemClock()))
    with demo.store.write(demo.actor) as tx:
        settings.put(tx, "signatures", "none", "nobody here has a key")
    demo.read()
    campaign = str(demo.as_(OWNER).open([agent]).id)
    lines = demo.as_(OWNER).items(campaign, ItemFilter(), limit=500).items
    reviewers = set()
    for line in lines:
        if line.kind == "integration" and line.title.startswith(wanted):
            request = DecisionRequest(
                campaign=campaign,
                items=(line.id,),
                verdict=Verdict.REVOKE,
                rationale="Not needed.",
            )
            demo.as_(str(line.reviewer)).decide(request)
            reviewers.add(str(line.reviewer))
    for reviewer in reviewers:
        demo.as_(reviewer).sign(campaign)
    demo.store.close()
    return campaign


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a store in which two action groups and a knowledge base were revoked and signed."""
    path = tmp_path_factory.mktemp("signed") / "store.db"
    wanted = ("Action group PayrollActions", "Action group RequestTimeOff", "Knowledge base hr-")
    return path, revoked(path, AGENT, *wanted)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[tuple[Demo, str]]:
    """Return a store in which a target of a gateway was revoked and signed."""
    path = tmp_path / "store.db"
    campaign = revoked(path, GATEWAY, "Gateway target Metrics ")
    found = Demo(Store.open(path, clock=SystemClock()))
    yield found, campaign
    found.store.close()


@pytest.fixture
def demo(signed: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[Demo, str]]:
    path, campaign = signed
    shutil.copy(path, tmp_path / "store.db")
    found = Demo(Store.open(tmp_path / "store.db", clock=SystemClock()))
    yield found, campaign
    found.store.close()


def states(report: Report) -> set[str]:
    return {one.state.value for one in report.items}


def test_the_draft_loses_it_at_once_and_what_is_live_is_handed_over(
    demo: tuple[Demo, str],
) -> None:
    here, campaign = demo
    calls = here.calls()
    report = here.work(campaign).apply(calls)
    assert calls.writes == [
        "lambda:RemovePermission",
        "bedrock-agent:UpdateAgentActionGroup",
        "bedrock-agent:PrepareAgent",
        "bedrock-agent:UpdateAgentActionGroup",
        "bedrock-agent:PrepareAgent",
        "bedrock-agent:DisassociateAgentKnowledgeBase",
        "bedrock-agent:PrepareAgent",
    ]
    assert states(report) == {"handed_over"}
    assert all("Version 4" in one.detail for one in report.items)
    assert all(
        one.proposal is not None and "update-agent-alias" in one.proposal.text
        for one in report.items
    )
    here.read()
    verified = here.work(campaign).verify()
    assert all("version 4 has it" in one.detail for one in verified.items)
    assert (states(verified), verified.exit_code) == ({"handed_over"}, 3)
    assert here.problems() == []


def test_no_schema_or_description_of_an_action_group_stands_in_the_ledger(
    demo: tuple[Demo, str],
) -> None:
    here, campaign = demo
    here.work(campaign).apply(here.calls())
    with here.store.read() as session:
        entries = stored_ledger(session).entries
    told = json.dumps([one["body"] for one in entries if one["type"].startswith("apply.")])
    assert "UpdateAgentActionGroup" in told
    assert "change_bank_details" not in told
    assert "functionSchema" in told


def test_everything_comes_back_and_is_asked_again(demo: tuple[Demo, str]) -> None:
    here, campaign = demo
    before = collect(source(here.store.location), clock=here.clock, keyring=KEY).estate
    here.work(campaign).apply(here.calls())
    report = here.work(campaign).rollback(here.calls(), read=here.read)
    assert states(report) == {"planned"}
    after = collect(source(here.store.location), clock=here.clock, keyring=KEY).estate
    assert after.agents_by_arn[AGENT].model_dump(exclude={"updated_at"}) == before.agents_by_arn[
        AGENT
    ].model_dump(exclude={"updated_at"})
    function = next(one for one in before.functions if one.name == "hr-payroll-actions")
    again = after.functions_by_arn[function.arn]
    assert json.loads(again.resource_policy or "") == json.loads(function.resource_policy or "")
    assert report.successor is not None
    asked = here.as_(OWNER).items(report.successor, ItemFilter(), limit=50).items
    assert len(asked) == 3
    assert here.problems() == []


@pytest.mark.parametrize("fault", ["crash_after", "lose_after"])
def test_a_fault_after_any_call_is_recorded_and_gone_on_with(
    signed: tuple[Path, str], tmp_path: Path, fault: str
) -> None:
    path, campaign = signed
    for number in range(1, 40):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(path, folder / "store.db")
        here = Demo(Store.open(folder / "store.db", clock=SystemClock()))
        chosen = _two(here, campaign)
        calls = here.calls(**{fault: number})
        with suppress(Crash):
            here.work(campaign).apply(calls, chosen)
        if len(calls.made) < number:
            here.store.close()
            break
        assert here.problems() == [], number
        report = here.work(campaign).apply(here.calls(), chosen)
        assert states(report) == {"handed_over"}, (number, report.items)
        written = here.written()
        assert written.count("UpdateAgentActionGroup") == 1, (number, written)
        assert written.count("RemovePermission") == 1, (number, written)
        assert written.count("DisassociateAgentKnowledgeBase") == 1, (number, written)
        here.store.close()
    else:
        pytest.fail("more calls than expected")
    assert number > 15


def _two(here: Demo, campaign: str) -> list[str]:
    """Return the items of one action group and of the knowledge base."""
    return [
        line.id
        for line in here.as_(OWNER).items(campaign, ItemFilter(), limit=500).items
        if line.title.startswith(("Action group PayrollActions", "Knowledge base hr-"))
    ]


def test_a_crash_after_any_call_of_a_rollback_is_gone_on_with(
    signed: tuple[Path, str], tmp_path: Path
) -> None:
    path, campaign = signed
    shutil.copy(path, tmp_path / "done.db")
    done = Demo(Store.open(tmp_path / "done.db", clock=SystemClock()))
    done.work(campaign).apply(done.calls(), _two(done, campaign))
    done.store.close()
    for number in range(1, 40):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("done.db", journal(tmp_path / "done.db").name):
            shutil.copy(tmp_path / name, folder / name)
        here = Demo(Store.open(folder / "done.db", clock=SystemClock()))
        calls = here.calls(crash_after=number)
        with suppress(Crash):
            here.work(campaign).rollback(calls)
        report = here.work(campaign).rollback(here.calls())
        assert "failed" not in states(report), (number, report.items)
        written = here.written()
        assert written.count("AddPermission") == 1, (number, written)
        assert written.count("AssociateAgentKnowledgeBase") == 1, (number, written)
        assert here.problems() == [], number
        here.store.close()
        if len(calls.made) < number:
            break
    else:
        pytest.fail("more calls than expected")


def test_a_target_of_a_gateway_goes_and_is_made_again_as_it_was(gateway: tuple[Demo, str]) -> None:
    here, campaign = gateway
    calls = here.calls()
    report = here.work(campaign).apply(calls)
    assert calls.writes == ["bedrock-agentcore-control:DeleteGatewayTarget"]
    assert states(report) == {"applied"}
    here.read()
    verified = here.work(campaign).verify()
    assert (states(verified), verified.exit_code) == ({"verified"}, 0)
    rolled = here.work(campaign).rollback(here.calls(), read=here.read)
    assert states(rolled) == {"planned"}
    assert here.written() == ["DeleteGatewayTarget", "CreateGatewayTarget"]
    untouched = here.store.location.with_name("untouched.db")
    assert target(source(here.store.location)) == target(source(untouched))
    assert rolled.successor is not None
    asked = here.as_(OWNER).items(rolled.successor, ItemFilter(), limit=9).items
    assert [line.title for line in asked] == [rolled.items[0].title]
    assert here.work(campaign).plan().counts == {"planned": 1}
    assert here.problems() == []


def target(aws: DemoSource) -> dict[str, Any]:
    """Return a target of the gateway as AWS tells it, without what AWS chooses anew."""
    looks = Looks(Executor(aws))
    place, service = Place("777788889999", "us-east-1"), "bedrock-agentcore-control"
    name = GATEWAY.rpartition("/")[2]
    listed = looks.find(place, service, "ListGatewayTargets", gatewayIdentifier=name) or {}
    (key,) = (one["targetId"] for one in listed["items"] if one["name"] == "Metrics")
    found = looks.find(place, service, "GetGatewayTarget", gatewayIdentifier=name, targetId=key)
    return {**(found or {}), "targetId": None, "createdAt": None, "updatedAt": None}


def test_a_target_that_changed_since_its_review_is_left_alone(gateway: tuple[Demo, str]) -> None:
    here, campaign = gateway
    config = {"mcp": {"mcpServer": {"endpoint": "https://elsewhere.example"}}}
    place, service = Place("777788889999", "us-east-1"), "bedrock-agentcore-control"
    name, calls = GATEWAY.rpartition("/")[2], here.calls()
    listed = Looks(calls).find(place, service, "ListGatewayTargets", gatewayIdentifier=name) or {}
    (key,) = (one["targetId"] for one in listed["items"] if one["name"] == "Metrics")
    asked = {"gatewayIdentifier": name, "targetId": key}
    calls.call(place, service, "DeleteGatewayTarget", asked)
    made = {"gatewayIdentifier": name, "name": "Metrics", "targetConfiguration": config}
    calls.call(place, service, "CreateGatewayTarget", made)
    report = here.work(campaign).apply(here.calls())
    assert here.written() == ["DeleteGatewayTarget", "CreateGatewayTarget"]
    assert "applied" not in states(report)
    assert report.exit_code == 3
    assert here.problems() == []


@pytest.mark.parametrize("fault", ["crash_after", "lose_after"])
def test_a_fault_after_any_call_about_a_target_is_gone_on_with(
    gateway: tuple[Demo, str], tmp_path: Path, fault: str
) -> None:
    made, campaign = gateway
    for number in range(1, 20):
        path = tmp_path / f"{number}.db"
        shutil.copy(made.store.location, path)
        here = Demo(Store.open(path, clock=SystemClock()))
        calls = here.calls(**{fault: number})
        with suppress(Crash):
            here.work(campaign).apply(calls)
        report = here.work(campaign).apply(here.calls())
        assert states(report) == {"applied"}, (number, report.items)
        assert here.written() == ["DeleteGatewayTarget"], number
        assert here.problems() == [], number
        here.store.close()
        if len(calls.made) < number:
            break
    else:
        pytest.fail("more calls than expected")
    assert number > 3
