"""Rows of the trigger catalogue, from outside: one line of a recording differs, one event is told."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recert.demo import recording_path

ACCOUNT = "111122223333"
HR = "EWRT25DKQ6"
BANK = "0G9DIOAK68"
OTHER_ROLE = "arn:aws:iam::111122223333:role/connected-house-agent-role"
HR_ARN = f"arn:aws:bedrock:us-east-1:111122223333:agent/{HR}"
BEFORE, AFTER = "2026-11-02T09:00:00Z", "2026-11-02T10:00:00Z"
Line = dict[str, Any]
Edit = Callable[[Any], None]


@pytest.fixture(scope="module")
def first() -> list[Line]:
    """Return the first point in time of the demo's recording, in which everybody has an owner."""
    lines = [json.loads(line) for line in recording_path().read_text().splitlines()]
    for line in lines:
        tags = line.get("output", {}).get("tags")
        if line["operation"] == "ListTagsForResource" and isinstance(tags, dict):
            tags.setdefault("owner", "priya.nair")
    return [line for line in lines if line["at"] == BEFORE and line["account"] == ACCOUNT]


@pytest.fixture(scope="module")
def baseline(first: list[Line], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that has taken the first point in time."""
    folder = tmp_path_factory.mktemp("baseline")
    write(folder / "tape.jsonl", first)
    environ = {**os.environ, "XDG_DATA_HOME": str(folder / "data")}
    command = [sys.executable, "-m", "recert.cli.main", "--store", str(folder / "s.db"), "sync"]
    subprocess.run(
        [*command, "--from", str(folder / "tape.jsonl")],
        env=environ,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return folder


@pytest.fixture
def start(baseline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a store of one's own and the key of the baseline."""
    shutil.copytree(baseline, tmp_path / "start")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "start" / "data"))
    return tmp_path / "start"


def write(path: Path, lines: list[Line]) -> None:
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")


@dataclass(frozen=True)
class Row:
    name: str
    operation: str
    wanted: dict[str, str]
    edit: Edit
    kind: str
    severity: str
    live: bool = True
    agent: str = HR


def path(*steps: str | int, to: Any) -> Edit:
    """Return an edit that puts a value at a place of an output."""

    def edit(output: Any) -> None:
        for step in steps[:-1]:
            output = output[step]
        output[steps[-1]] = to

    return edit


def role(change: Callable[[Any], None]) -> Edit:
    """Return an edit of the role of the agent's function, on whichever page it stands."""

    def edit(output: Any) -> None:
        for one in output["RoleDetailList"]:
            if one["RoleName"] == "hr-time-off-function-role":
                change(one)

    return edit


def widen(one: Any) -> None:
    grant = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [grant]}
    one["RolePolicyList"].append({"PolicyName": "More", "PolicyDocument": document})


def trust(one: Any) -> None:
    statement = one["AssumeRolePolicyDocument"]["Statement"][0]
    statement["Principal"] = {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}


LIVE = {"agentId": HR, "agentVersion": "3"}
GROUP = {"agentVersion": "3", "actionGroupId": "D3KNCU3HRJ", "agentId": HR}
TAGS = {"resourceArn": HR_ARN}
TOOL = {"FunctionName": "hr-time-off"}


ROWS = [
    Row("2 disabled", "GetAgentActionGroup", GROUP,
        path("agentActionGroup", "actionGroupState", to="DISABLED"), "action_group.disabled", "low"),
    Row("4 code", "GetFunctionConfiguration", TOOL, path("CodeSha256", to="b" * 43 + "="),
        "function.code_changed", "high"),
    Row("16 draft", "GetAgent", {"agentId": HR},
        path("agent", "foundationModel", to="amazon.nova-pro-v1:0"), "model.changed", "medium",
        live=False),
    Row("16 live", "GetAgentVersion", LIVE,
        path("agentVersion", "foundationModel", to="amazon.nova-pro-v1:0"), "model.changed", "high"),
    Row("17 draft", "GetAgent", {"agentId": HR}, path("agent", "instruction", to="Pay people."),
        "instruction.changed", "high", live=False),
    Row("18 removed", "GetAgentVersion", {"agentId": BANK, "agentVersion": "5"},
        lambda out: out["agentVersion"].pop("guardrailConfiguration"), "guardrail.removed", "critical",
        agent=BANK),
    Row("20 draft", "GetAgent", {"agentId": HR},
        path("agent", "agentResourceRoleArn", to=OTHER_ROLE),
        "role.swapped", "critical", live=False),
    Row("21 inline", "GetAccountAuthorizationDetails", {}, role(widen), "policy.widened", "critical"),
    Row("23 narrowed", "GetAccountAuthorizationDetails", {},
        role(lambda one: one["RolePolicyList"].clear()), "policy.narrowed", "low"),
    Row("24 trust", "GetAccountAuthorizationDetails", {}, role(trust), "trust.widened", "critical"),
    Row("27 owner", "ListTagsForResource", TAGS, path("tags", "owner", to="omar.reyes"),
        "owner.changed", "high"),
    Row("29 purpose", "ListTagsForResource", TAGS, path("tags", "purpose", to="Payroll"),
        "purpose.changed", "medium"),
    Row("29 criticality", "ListTagsForResource", TAGS, path("tags", "criticality", to="high"),
        "tag.changed", "medium"),
    Row("30 routed back", "ListAgentAliases", {"agentId": HR},
        path("agentAliasSummaries", 0, "routingConfiguration", 0, "agentVersion", to="2"),
        "alias.routed", "high"),
]  # fmt: skip


def moved(first: list[Line], operation: str, wanted: dict[str, str], edit: Edit) -> list[Line]:
    """Return the recording an hour later, with one line edited."""
    later = copy.deepcopy(first)
    hit = [
        line
        for line in later
        if line["operation"] == operation
        and "output" in line
        and all(str(line["params"].get(key, "")).endswith(value) for key, value in wanted.items())
    ]
    assert hit, f"the recording has no {operation} for {wanted}"
    for line in hit:
        edit(line["output"])
    return [{**line, "at": AFTER} for line in later]


def synced(recert: Any, start: Path, lines: list[Line]) -> Any:
    """Sync the later point in time; return what that said, and its events."""
    write(start / "later.jsonl", lines)
    store = start / "s.db"
    second = recert("--store", store, "sync", "--from", start / "later.jsonl", "--json").json()
    events = recert("--store", store, "events", "--json").json()["events"]
    return second, [one for one in events if one["detected_at"] == AFTER]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_one_answer_differs_and_one_event_is_told(
    row: Row, recert: Any, start: Path, first: list[Line]
) -> None:
    second, events = synced(recert, start, moved(first, row.operation, row.wanted, row.edit))
    told = [(one["agent"], one["kind"], one["severity"], one["live"]) for one in events]
    main = (HR_ARN.replace(HR, row.agent), row.kind, row.severity, row.live)
    assert main in told
    if row.kind == "role.swapped":
        told = [one for one in told if one[1] != "role.shared"]
    if row.kind != "alias.routed":
        assert told == [main]
    else:
        assert {live for _, _, _, live in told} == {True}, "what the versions differ in is live"
    assert second["events"] == len(events)
    opened = {one["campaign"] for one in events if one["campaign"]}
    assert opened == set(second["campaigns"])


def test_answers_in_another_order_are_no_event(recert: Any, start: Path, first: list[Line]) -> None:
    def shuffle(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffle(value[key]) for key in reversed(list(value))}
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return [shuffle(one) for one in reversed(value)]
        return value

    later = [
        {**line, "at": AFTER, **({"output": shuffle(line["output"])} if "output" in line else {})}
        for line in copy.deepcopy(first)
    ]
    second, events = synced(recert, start, later)
    assert (second["events"], second["campaigns"], events) == (0, [], [])
    again = recert(
        "--store", start / "s.db", "sync", "--from", start / "later.jsonl", "--json"
    ).json()
    assert (again["events"], again["campaigns"]) == (0, [])


def test_a_refused_call_is_a_gap_and_removes_nothing(
    recert: Any, start: Path, first: list[Line]
) -> None:
    refused = [
        {
            **{key: value for key, value in line.items() if key != "output"},
            "at": AFTER,
            "status": 403,
            "error": {"Code": "AccessDeniedException", "Message": "no"},
        }
        if line["operation"] in ("ListAgentActionGroups", "ListAgentKnowledgeBases", "ListAgents")
        else {**line, "at": AFTER}
        for line in first
    ]
    _, events = synced(recert, start, refused)
    assert {one["kind"] for one in events} == {"coverage.gap"}, "a refusal removes and adds nothing"
    assert {one["severity"] for one in events} == {"medium"}


def test_two_syncs_at_once_open_one_campaign(process: Any, start: Path, first: list[Line]) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - two processes, two waits

    row = next(one for one in ROWS if one.name == "27 owner")
    tape, store = start / "later.jsonl", start / "s.db"
    write(tape, moved(first, row.operation, row.wanted, row.edit))
    with ThreadPoolExecutor(2) as pool:
        both = list(
            pool.map(
                lambda _: process(
                    "--store", store, "sync", "--from", tape, "--at", AFTER, "--json"
                ),
                range(2),
            )
        )
    assert {one.code for one in both} <= {0, 3}, [one.err for one in both]
    assert sorted(one.json()["events"] for one in both) == [0, 1]
    campaigns = process("--store", store, "campaigns", "--json").json()["campaigns"]
    assert len(campaigns) == 1


def test_a_dry_run_says_what_it_would_do_and_keeps_nothing(
    recert: Any, start: Path, first: list[Line]
) -> None:
    row = next(one for one in ROWS if one.name == "27 owner")
    tape, store, none = start / "later.jsonl", start / "s.db", start / "none.db"
    write(tape, moved(first, row.operation, row.wanted, row.edit))
    told = recert("--store", none, "sync", "--from", tape, "--dry-run", "--json").json()
    assert (told["would_open"], none.exists()) == ([], False)
    kept = store.read_bytes()
    would = recert("--store", store, "sync", "--from", tape, "--dry-run", "--json").json()
    assert would["dry_run"] is True
    assert [one["kind"] for one in would["would_record"]] == ["owner.changed"]
    (campaign,) = would["would_open"]
    assert campaign["reviewers"] == {"omar.reyes": campaign["pending"]}
    assert store.read_bytes() == kept
    done = recert("--store", store, "sync", "--from", tape, "--json").json()
    assert done["campaigns"] == [campaign["id"]]


def test_an_owner_whom_the_identity_store_disabled_opens_a_campaign(
    recert: Any, start: Path, first: list[Line]
) -> None:
    def people(**states: str) -> list[Line]:
        users = [
            {"IdentityStoreId": "d-1234567890", "UserId": name, "UserName": name.replace("_", ".")}
            | {"UserStatus": state}
            for name, state in states.items()
        ]
        common = {"at": AFTER, "account": ACCOUNT, "region": "us-east-1", "status": 200}
        instance = {
            "InstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
            "IdentityStoreId": "d-1234567890",
        }
        return [
            {**common, "service": "sso-admin", "operation": "ListInstances", "params": {},
             "output": {"Instances": [instance]}},
            {**common, "service": "identitystore", "operation": "ListUsers",
             "params": {"IdentityStoreId": "d-1234567890"}, "output": {"Users": users}},
        ]  # fmt: skip

    owner = next(
        line["output"]["tags"]["owner"]
        for line in first
        if line["operation"] == "ListTagsForResource"
        and str(line["params"].get("resourceArn", "")) == HR_ARN
    )
    same = [{**line, "at": AFTER} for line in copy.deepcopy(first)]
    tape = [*same, *people(**{owner.replace(".", "_"): "DISABLED", "somebody_else": "ENABLED"})]
    second, events = synced(recert, start, tape)
    left = [one for one in events if one["kind"] == "owner.left"]
    assert {one["kind"] for one in events} == {"owner.left"}
    assert HR_ARN in {one["agent"] for one in left}
    assert all((one["before"], one["severity"]) == ({"owner": owner}, "high") for one in left)
    assert {one["campaign"] for one in left} == set(second["campaigns"])
