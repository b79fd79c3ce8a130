"""The demo's recording: made from its description, playable, and telling the story it should."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from recert.aws.collect.run import collect
from recert.aws.keyring import Keyring
from recert.aws.recording import Recording, load_points, load_recording
from recert.aws.replay_source import ReplaySource
from recert.clock import SystemClock
from recert.demo import PEOPLE, PERSONA, recording_path
from recert.estate.agents import AgentKind
from recert.estate.estate import Estate
from recert.lifecycle import compare

_ARN = re.compile(r"arn:aws:(?:iam|lambda|bedrock):[a-z0-9-]*:(?:\d{12}):[A-Za-z0-9:/_.-]+")


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    text = recording_path().read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def recording() -> Recording:
    return load_recording(recording_path())


def read(recording: Recording) -> Estate:
    source = ReplaySource(recording, synthetic=True)
    return collect(source, clock=SystemClock(), keyring=Keyring(b"k" * 32)).estate


@pytest.fixture(scope="module")
def before(recording: Recording) -> Estate:
    return read(load_recording(recording_path(), recording.points[0]))


@pytest.fixture(scope="module")
def after(recording: Recording) -> Estate:
    return read(recording)


def test_the_committed_recording_is_what_its_description_yields(
    checkout: Path, tmp_path: Path
) -> None:
    target = tmp_path / "again.jsonl"
    subprocess.run(
        [sys.executable, checkout / "data" / "build_demo.py", "--to", target],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "7"},
    )
    assert target.read_bytes() == recording_path().read_bytes()


def test_it_holds_several_points_in_time_of_three_accounts_in_two_regions(
    recording: Recording,
) -> None:
    assert len(recording.points) >= 4
    assert len({pair.account for pair in recording.pairs}) == 3
    assert len({pair.region for pair in recording.pairs}) == 2


def test_accounts_join_one_after_the_other_and_none_leaves() -> None:
    accounts = [{pair.account for pair in one.pairs} for one in load_points(recording_path())]
    assert all(one <= other for one, other in pairwise(accounts))
    assert [len(one) for one in accounts] == [1, 2, 3, 3]


def test_the_accounts_are_members_of_one_organisation_below_another_account(
    after: Estate,
) -> None:
    organization = after.organization
    assert organization is not None
    members = {one.account for one in organization.ceilings}
    assert members == {agent.account for agent in after.agents}
    assert organization.management_account not in {None, *members}


def test_no_line_is_answered_twice(lines: list[dict[str, Any]]) -> None:
    keys = Counter(
        json.dumps(
            [line[name] for name in ("at", "account", "region", "service", "operation", "params")]
        )
        for line in lines
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_identifiers_have_the_form_that_aws_gives_them(after: Estate) -> None:
    classic = [agent for agent in after.agents if agent.kind is AgentKind.BEDROCK_AGENT]
    assert len(classic) >= 9
    assert all(re.fullmatch(r"[0-9A-Z]{10}", agent.id) for agent in classic)
    assert all(re.fullmatch(r"AROA[0-9A-Z]{17}", role.role_id) for role in after.roles)


def test_every_role_and_function_that_is_named_exists(after: Estate) -> None:
    roles = set(after.roles_by_arn)
    functions = set(after.functions_by_arn)
    for agent in after.agents:
        for version in agent.versions:
            assert version.role_arn in roles
            for group in version.action_groups:
                assert group.function_arn is None or group.function_arn in functions
    for base in after.knowledge_bases:
        assert base.role_arn in roles


def test_resource_policies_and_trust_name_agents_of_the_estate(after: Estate) -> None:
    agents = set(after.agents_by_arn)
    named = {
        arn
        for function in after.functions
        for arn in _ARN.findall(function.resource_policy or "")
        if ":agent/" in arn and not arn.endswith("/")
    }
    assert named
    assert named <= agents


def test_live_versions_are_numbered_and_owners_are_known_people(after: Estate) -> None:
    people = {person.id for person in PEOPLE}
    assert PERSONA in people
    for agent in after.agents:
        assert agent.live_versions
        assert agent.owner is None or agent.owner in people
    unowned = {agent.name for agent in after.agents if agent.owner is None}
    assert unowned == {"connected-house-agent", "sandbox-notebooks"}


def test_a_role_is_shared_and_an_aws_managed_policy_attached(after: Estate) -> None:
    shared = Counter(agent.execution_role_arn for agent in after.agents)
    assert max(shared.values()) >= 3
    attached = {arn for role in after.roles for arn in role.attached}
    assert "arn:aws:iam::aws:policy/AmazonBedrockFullAccess" in attached


def test_the_repurposed_agent_gained_tools_data_and_a_live_version(
    before: Estate, after: Estate
) -> None:
    def hr(estate: Estate) -> Any:
        return next(agent for agent in estate.agents if agent.name == "hr-assistant")

    assert hr(before).live_versions == ("3",)
    assert hr(after).live_versions == ("4",)
    tools = {group.name for group in hr(after).version("4").action_groups}
    assert "PayrollActions" in tools
    assert "PayrollActions" not in {group.name for group in hr(before).version("3").action_groups}
    buckets = {
        source.bucket_arn for base in after.knowledge_bases for source in base.data_sources or ()
    }
    assert "arn:aws:s3:::examplecorp-hr-compensation" in buckets


def test_an_owner_changed(before: Estate, after: Estate) -> None:
    owners = {agent.arn: agent.owner for agent in before.agents}
    changed = [
        agent.name for agent in after.agents if owners.get(agent.arn, agent.owner) != agent.owner
    ]
    assert changed == ["insurance-claims-agent"]


def test_refused_and_throttled_calls_are_part_of_the_story() -> None:
    points = [read(one) for one in load_points(recording_path())]
    errors = [{gap.error for gap in estate.coverage.gaps} for estate in points]
    assert "AccessDeniedException" in errors[-1]
    assert "ThrottlingException" in set().union(*errors)
    assert "ThrottlingException" not in errors[-1]
    assert not any("NotRecorded" in error for found in errors for error in found)


def test_every_kind_of_agent_is_there(after: Estate) -> None:
    kinds = Counter(agent.kind for agent in after.agents)
    assert set(kinds) == set(AgentKind)
    assert len(after.agents) >= 12
    versions = [version for agent in after.agents for version in agent.versions]
    assert any(version.collaborators for version in versions)
    assert any(version.orchestration == "CUSTOM_ORCHESTRATION" for version in versions)


def test_a_supervisor_hands_work_to_an_agent_of_another_account(after: Estate) -> None:
    supervisor = next(agent for agent in after.agents if agent.name == "concierge")
    accounts = {
        mate.alias_arn.split(":")[4]
        for version in supervisor.versions
        for mate in version.collaborators
    }
    assert accounts - {supervisor.account}


def test_the_timeline_walks_through_the_trigger_catalogue() -> None:
    estates = [read(one) for one in load_points(recording_path())]
    kinds = {event.kind for pair in pairwise(estates) for event in compare(*pair)}
    assert {
        "action_group.added",
        "agent.added",
        "alias.routed",
        "artifact.changed",
        "boundary.removed",
        "ceiling.tightened",
        "collaborator.added",
        "data_class.raised",
        "data_source.added",
        "environment.changed",
        "function.code_changed",
        "gateway_target.added",
        "guardrail.changed",
        "instruction.changed",
        "model.changed",
        "orchestration.changed",
        "owner.changed",
        "policy.narrowed",
        "policy.widened",
        "role.shared",
        "role.swapped",
        "tool.added",
        "trust.widened",
    } <= kinds


def test_an_account_that_joins_later_is_a_baseline_of_its_own() -> None:
    estates = [read(one) for one in load_points(recording_path())]
    joined = compare(estates[1], estates[2])
    newcomers = {event.kind for event in joined if ":777788889999:" in event.agent}
    assert newcomers == {"agent.added"}
