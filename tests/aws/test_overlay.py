"""Writes to a recorded IAM behave as moto's IAM does, and outlive the process."""

import json
from pathlib import Path
from typing import Any

import pytest

from recert.aws.collect.run import collect
from recert.aws.keyring import Keyring
from recert.aws.matching import Place
from recert.aws.overlay import JournalOverlay
from recert.aws.replay_source import ReplaySource
from recert.aws.writer import Writer, WriteRefusedError, writer_policy
from recert.clock import SystemClock
from recert.errors import AwsError, RecordingError
from recert.estate.authority import Role

ACCOUNT = "111122223333"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/data"
WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}
NARROW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}


@pytest.fixture
def recorded(tape: Any) -> Any:
    tape.agents([])
    tape.role(
        "agent",
        RolePolicyList=[{"PolicyName": "inline", "PolicyDocument": WIDE}],
        AttachedManagedPolicies=[{"PolicyName": "data", "PolicyArn": POLICY}],
        PermissionsBoundary={"PermissionsBoundaryArn": POLICY},
    )
    version = {"VersionId": "v3", "IsDefaultVersion": True, "Document": WIDE}
    tape.policies = [
        {
            "Arn": POLICY,
            "PolicyName": "data",
            "DefaultVersionId": "v3",
            "PolicyVersionList": [version],
        }
    ]
    return tape.authority()


def source(tape: Any, journal: Path) -> ReplaySource:
    recording = tape.recording()
    return ReplaySource(recording, overlay=JournalOverlay(recording, journal), synthetic=True)


def role(tape: Any, journal: Path) -> Role:
    reading = collect(source(tape, journal), clock=SystemClock(), keyring=Keyring(b"k" * 32))
    return reading.estate.roles[0]


def test_a_policy_of_the_bulk_call_can_be_read_by_itself(recorded: Any, tmp_path: Path) -> None:
    writer = Writer(source(recorded, tmp_path / "j"), Place(ACCOUNT, ""))
    found = writer.call("iam", "GetPolicy", PolicyArn=POLICY).output["Policy"]
    assert found["DefaultVersionId"] == "v3"
    version = writer.call("iam", "GetPolicyVersion", PolicyArn=POLICY, VersionId="v3").output
    assert version["PolicyVersion"]["Document"] == WIDE


def test_before_any_write_the_recording_answers(recorded: Any, tmp_path: Path) -> None:
    found = role(recorded, tmp_path / "j")
    assert json.loads(found.inline[0].document) == WIDE
    assert not (tmp_path / "j").exists()


@pytest.mark.usefixtures("every_iam_call")
def test_a_write_is_seen_by_a_later_reading_of_another_process(
    recorded: Any, tmp_path: Path
) -> None:
    journal = tmp_path / "demo" / "journal"
    writer = Writer(source(recorded, journal), Place(ACCOUNT, ""))
    document = json.dumps(NARROW)
    written = writer.call(
        "iam", "PutRolePolicy", RoleName="agent", PolicyName="inline", PolicyDocument=document
    )
    assert written.request_id
    looked = writer.call("iam", "GetRolePolicy", RoleName="agent", PolicyName="inline")
    assert looked.output["PolicyDocument"] == NARROW
    writer.call("iam", "DetachRolePolicy", RoleName="agent", PolicyArn=POLICY)
    writer.call("iam", "DeleteRolePermissionsBoundary", RoleName="agent")
    found = role(recorded, journal)
    assert json.loads(found.inline[0].document) == NARROW
    assert (found.attached, found.boundary) == ((), None)


def test_versions_of_a_policy_follow_the_rules_of_iam(recorded: Any, tmp_path: Path) -> None:
    writer = Writer(source(recorded, tmp_path / "j"), Place(ACCOUNT, ""))
    document = json.dumps(NARROW)
    made = writer.call(
        "iam", "CreatePolicyVersion", PolicyArn=POLICY, PolicyDocument=document, SetAsDefault=True
    )
    assert made.output["PolicyVersion"]["VersionId"] == "v4"
    current = writer.call("iam", "GetPolicy", PolicyArn=POLICY).output["Policy"]
    assert current["DefaultVersionId"] == "v4"
    with pytest.raises(WriteRefusedError, match="DeleteConflict"):
        writer.call("iam", "DeletePolicyVersion", PolicyArn=POLICY, VersionId="v4")
    for _ in range(3):
        writer.call("iam", "CreatePolicyVersion", PolicyArn=POLICY, PolicyDocument=document)
    with pytest.raises(WriteRefusedError, match="LimitExceeded") as caught:
        writer.call("iam", "CreatePolicyVersion", PolicyArn=POLICY, PolicyDocument=document)
    assert (caught.value.code, caught.value.answered) == ("LimitExceeded", True)
    writer.call("iam", "DeletePolicyVersion", PolicyArn=POLICY, VersionId="v3")
    listed = writer.call("iam", "ListPolicyVersions", PolicyArn=POLICY).output["Versions"]
    assert [one["VersionId"] for one in listed] == ["v4", "v5", "v6", "v7"]
    writer.call("iam", "SetDefaultPolicyVersion", PolicyArn=POLICY, VersionId="v5")
    version = writer.call("iam", "GetPolicyVersion", PolicyArn=POLICY, VersionId="v5").output
    assert version["PolicyVersion"]["Document"] == NARROW


@pytest.mark.usefixtures("every_iam_call")
def test_trust_boundary_and_new_policies_are_written(recorded: Any, tmp_path: Path) -> None:
    journal = tmp_path / "j"
    writer = Writer(source(recorded, journal), Place(ACCOUNT, ""))
    made = writer.call("iam", "CreatePolicy", PolicyName="less", PolicyDocument=json.dumps(NARROW))
    arn = made.output["Policy"]["Arn"]
    writer.call("iam", "AttachRolePolicy", RoleName="agent", PolicyArn=arn)
    writer.call("iam", "PutRolePermissionsBoundary", RoleName="agent", PermissionsBoundary=arn)
    writer.call(
        "iam",
        "UpdateAssumeRolePolicy",
        RoleName="agent",
        PolicyDocument=json.dumps({"Statement": []}),
    )
    writer.call("iam", "DeleteRolePolicy", RoleName="agent", PolicyName="inline")
    assert writer.call("iam", "ListRolePolicies", RoleName="agent").output["PolicyNames"] == []
    attached = writer.call("iam", "ListAttachedRolePolicies", RoleName="agent").output
    assert [one["PolicyArn"] for one in attached["AttachedPolicies"]] == [POLICY, arn]
    found = role(recorded, journal)
    assert (found.attached, found.boundary, found.inline) == ((POLICY, arn), arn, ())
    assert json.loads(found.trust) == {"Statement": []}


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("GetRole", {"RoleName": "nobody"}, "NoSuchEntity"),
        ("DeleteRolePolicy", {"RoleName": "agent", "PolicyName": "x"}, "NoSuchEntity"),
        ("DetachRolePolicy", {"RoleName": "agent", "PolicyArn": f"{POLICY}x"}, "NoSuchEntity"),
        ("AttachRolePolicy", {"RoleName": "agent", "PolicyArn": f"{POLICY}x"}, "NoSuchEntity"),
        (
            "PutRolePolicy",
            {"RoleName": "agent", "PolicyName": "x", "PolicyDocument": "{"},
            "MalformedPolicyDocument",
        ),
        ("CreatePolicy", {"PolicyName": "data", "PolicyDocument": "{}"}, "EntityAlreadyExists"),
    ],
)
@pytest.mark.usefixtures("every_iam_call")
def test_what_iam_refuses_is_refused(
    recorded: Any, tmp_path: Path, operation: str, params: dict[str, Any], code: str
) -> None:
    journal = tmp_path / "j"
    with pytest.raises(WriteRefusedError) as caught:
        Writer(source(recorded, journal), Place(ACCOUNT, "")).call("iam", operation, **params)
    assert caught.value.code == code
    assert not journal.exists()


def test_without_an_overlay_nothing_can_be_written(recorded: Any) -> None:
    writer = Writer(recorded.source(), Place(ACCOUNT, ""))
    with pytest.raises(WriteRefusedError, match="NotRecorded"):
        writer.call("iam", "DeleteRolePolicy", RoleName="agent", PolicyName="inline")


def test_only_the_writer_s_calls_can_be_made(recorded: Any) -> None:
    writer = Writer(recorded.source(), Place(ACCOUNT, ""))
    with pytest.raises(ValueError, match="none of the writer's calls"):
        writer.call("iam", "CreateUser", UserName="x")
    with pytest.raises(AwsError, match="was not entered"):
        Writer(recorded.source(), Place("444455556666", ""))
    actions = writer_policy()["Statement"][0]["Action"]
    assert "iam:PutRolePolicy" in actions
    assert "iam:CreateUser" not in actions


def test_a_damaged_journal_is_named(recorded: Any, tmp_path: Path) -> None:
    journal = tmp_path / "j"
    journal.write_text("{\n")
    with pytest.raises(RecordingError, match=r"line 1: the journal .* is damaged"):
        source(recorded, journal)
