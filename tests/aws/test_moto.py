"""A second AWS, which this project did not write, gives the same estate as a recording."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from recert.aws.collect.authority import read_authority
from recert.aws.collect.buckets import read_bucket
from recert.aws.collect.functions import function_ref, read_function
from recert.aws.collect.organization import read_organization
from recert.aws.collect.run import collect
from recert.aws.keyring import Keyring
from recert.aws.live_source import LiveSource, open_live
from recert.aws.matching import Place
from recert.aws.overlay import JournalOverlay
from recert.aws.reader import Reader
from recert.aws.record import record
from recert.aws.recording import load_recording
from recert.aws.replay_source import ReplaySource
from recert.aws.sessions import Sessions, Spokes, not_entered, own_session
from recert.aws.tally import Tally
from recert.aws.writer import Writer, WriteRefusedError
from recert.clock import SystemClock
from recert.errors import AwsError
from recert.estate.agents import AgentKind

KEY = Keyring(b"k" * 32)
ACCOUNT = "123456789012"
HERE = Place(ACCOUNT, "us-east-1")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ALLOW: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "arn:aws:s3:::a b/*"}],
}
NARROW = {
    "Version": "2012-10-17",
    "Statement": [{**ALLOW["Statement"][0], "Action": "s3:GetObject"}],
}
FIELDS = ("arn", "name", "path", "account", "inline", "attached", "boundary", "tags")


def settle(tape: Any) -> str:
    """Create the same roles, policies and function in moto and on the tape; return the function's ARN."""
    iam, awslambda = boto3.client("iam"), boto3.client("lambda")
    bound = iam.create_policy(PolicyName="edge", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    data = iam.create_policy(PolicyName="data", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    iam.create_role(
        RoleName="worker",
        Path="/service-role/",
        AssumeRolePolicyDocument=json.dumps(TRUST),
        PermissionsBoundary=bound,
        Tags=[{"Key": "owner", "Value": "alice"}],
    )
    iam.put_role_policy(RoleName="worker", PolicyName="inline", PolicyDocument=json.dumps(ALLOW))
    iam.attach_role_policy(RoleName="worker", PolicyArn=data)
    role = f"arn:aws:iam::{ACCOUNT}:role/service-role/worker"
    arn = awslambda.create_function(
        FunctionName="pay",
        Runtime="python3.12",
        Role=role,
        Handler="a.b",
        Code={"ImageUri": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/x:y"},
        PackageType="Image",
        Environment={"Variables": {"TOKEN": "secret"}},
    )["FunctionArn"]
    tape.account = ACCOUNT
    tape.roles.append(
        {
            "Path": "/service-role/",
            "RoleName": "worker",
            "RoleId": "AROA",
            "Arn": role,
            "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": TRUST,
            "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": ALLOW}],
            "AttachedManagedPolicies": [{"PolicyName": "data", "PolicyArn": data}],
            "PermissionsBoundary": {"PermissionsBoundaryArn": bound},
            "Tags": [{"Key": "owner", "Value": "alice"}],
        }
    )
    for policy in (bound, data):
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": ALLOW}
        tape.policies.append(
            {"Arn": policy, "DefaultVersionId": "v1", "PolicyVersionList": [version]}
        )
    tape.authority()
    tape.function("pay", Role=role, Environment={"Variables": {"TOKEN": "secret"}})
    return str(arn)


def reader(source: Any) -> Reader:
    return Reader(source, HERE, Tally(), KEY)


def test_moto_and_a_recording_show_the_same_authority(moto: str, tape: Any) -> None:
    settle(tape)
    live = read_authority(reader(open_live()))
    played = read_authority(reader(tape.source()))
    assert live.complete
    assert len(live.roles) == 1
    for one, two in zip(live.roles, played.roles, strict=True):
        for field in FIELDS:
            assert getattr(one, field) == getattr(two, field), field
        assert json.loads(one.trust) == json.loads(two.trust)
    documents = [[(one.arn, one.document) for one in side.policies] for side in (live, played)]
    assert documents[0] == documents[1]


def test_moto_and_a_recording_show_the_same_function(moto: str, tape: Any) -> None:
    ref = function_ref(settle(tape))
    assert ref is not None
    live = read_function(reader(open_live()), ref)
    played = read_function(reader(tape.source()), ref)
    fields = ("arn", "role_arn", "environment", "resource_policy", "resource_policy_known")
    for field in fields:
        assert getattr(live, field) == getattr(played, field), field


def test_the_caller_is_who_sts_says(moto: str) -> None:
    source = open_live()
    assert isinstance(source, LiveSource)
    assert source.caller.account == ACCOUNT
    assert source.places == (HERE,)
    assert source.source().caller_arn == source.caller.arn
    assert any("Only the region us-east-1" in limit for limit in source.limits)


def test_a_live_reading_is_recorded_and_played_back(moto: str, tape: Any, tmp_path: Any) -> None:
    settle(tape)
    path = tmp_path / "r.jsonl"
    written = record(open_live(), path, clock=SystemClock(), keyring=KEY)
    again = collect(ReplaySource(load_recording(path)), clock=SystemClock(), keyring=KEY)
    same = {"source", "coverage"}
    assert again.estate.model_dump(exclude=same) == written.reading.estate.model_dump(exclude=same)
    assert again.estate.coverage.gaps == written.reading.estate.coverage.gaps
    assert again.estate.roles


def test_without_credentials_there_is_a_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(AwsError, match="did not accept the caller") as caught:
        open_live()
    assert caught.value.exit_code == 4
    with pytest.raises(AwsError, match=r"does-not-exist.*list-profiles"):
        open_live(profile="does-not-exist")


@pytest.mark.parametrize(
    ("address", "words"),
    [("nonsense", "The address of AWS is none"), ("http://127.0.0.1:1", "could not be reached")],
)
def test_an_address_where_aws_is_not_is_no_question_of_credentials(
    monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    with pytest.raises(AwsError, match=words):
        open_live()


def test_the_region_comes_from_aws_region_before_anything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert own_session().region_name == "us-west-2"
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert own_session().region_name == "eu-west-1"


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException"])
def test_credentials_that_ran_out_are_told_from_wrong_ones(code: str) -> None:
    answer = {"Error": {"Code": code, "Message": "no"}}
    assert "have expired" in str(not_entered(ClientError(answer, "GetCallerIdentity")))


def test_the_accounts_of_the_organisation_are_entered(moto: str) -> None:
    organizations = boto3.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    created = organizations.create_account(AccountName="dev", Email="dev@example.com")
    other = created["CreateAccountStatus"]["AccountId"]
    source = open_live(spokes=Spokes("recert-reader", external_id="recert"))
    assert {place.account for place in source.places} == {ACCOUNT, other}
    place = Place(other, "us-east-1")
    assert source.client("sts", place).get_caller_identity()["Account"] == other
    assert source.organization_account == ACCOUNT


def test_an_account_that_cannot_be_entered_is_a_gap(moto: str) -> None:
    too_short = Spokes("recert-reader", accounts=("444455556666",), external_id="x")
    source = open_live(spokes=too_short)
    assert [place.account for place in source.places] == [ACCOUNT]
    assert [(gap.account, gap.operation) for gap in source.gaps] == [("444455556666", "AssumeRole")]


def test_a_session_that_grows_old_is_entered_again() -> None:
    entered: list[boto3.session.Session] = []

    def enter() -> boto3.session.Session:
        entered.append(boto3.session.Session())
        return entered[-1]

    sessions = Sessions("111122223333", boto3.session.Session())
    sessions.enter("444455556666", enter, 0)
    assert sessions.get("444455556666", 10) is entered[0]
    assert sessions.get("444455556666", 3600) is entered[1]
    assert sessions.get("444455556666", 3601) is entered[1]
    with pytest.raises(AwsError, match="was not entered"):
        sessions.get("999900001111", 0)


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("PutRolePolicy", {"PolicyName": "inline", "PolicyDocument": json.dumps(TRUST)}),
    ("PutRolePolicy", {"PolicyName": "inline", "PolicyDocument": json.dumps(NARROW)}),
    ("PutRolePolicy", {"PolicyName": "more", "PolicyDocument": json.dumps(ALLOW)}),
    ("DeleteRolePolicy", {"PolicyName": "more"}),
    ("DeleteRolePolicy", {"PolicyName": "more"}),
    ("DetachRolePolicy", {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/data"}),
    ("DetachRolePolicy", {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/data"}),
    ("AttachRolePolicy", {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/edge"}),
    ("AttachRolePolicy", {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/none"}),
    ("UpdateAssumeRolePolicy", {"PolicyDocument": json.dumps(TRUST)}),
    ("DeleteRolePermissionsBoundary", {}),
    ("GetRolePolicy", {"PolicyName": "none"}),
]


@pytest.mark.usefixtures("every_iam_call")
def test_the_overlay_of_a_recording_takes_writes_as_moto_does(
    moto: str, tape: Any, tmp_path: Any
) -> None:
    settle(tape)
    recording = tape.recording()
    played = ReplaySource(recording, overlay=JournalOverlay(recording, tmp_path / "j"))
    sides = []
    for source in (open_live(), played):
        writer = Writer(source, Place(ACCOUNT, ""))
        codes = []
        for operation, params in WRITES:
            try:
                writer.call("iam", operation, RoleName="worker", **params)
                codes.append("")
            except WriteRefusedError as error:
                codes.append(error.code)
        role = read_authority(reader(source)).roles[0]
        sides.append((codes, [getattr(role, field) for field in FIELDS], json.loads(role.trust)))
    assert sides[0] == sides[1]


def test_moto_shows_the_ceilings_above_an_account(moto: str) -> None:
    client = boto3.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = client.create_organizational_unit(ParentId=root, Name="agents")["OrganizationalUnit"]
    client.move_account(AccountId=ACCOUNT, SourceParentId=root, DestinationParentId=unit["Id"])
    policy = client.create_policy(
        Content=json.dumps(ALLOW), Description="x", Name="edge", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=policy, TargetId=unit["Id"])
    found = read_organization(reader(open_live()), [ACCOUNT])
    assert found is not None
    assert found.management_account == ACCOUNT
    levels = found.ceilings[0].levels
    assert [level.target_id for level in levels] == [root, unit["Id"], ACCOUNT]
    assert policy in (levels[1].scps or ())
    held = {one.id: one for one in found.policies}
    assert json.loads(held[policy].document or "") == ALLOW
    assert held[policy].kind == "scp"


def test_moto_shows_runtimes_with_their_roles(moto: str) -> None:
    client = boto3.client("bedrock-agentcore-control")
    client.create_agent_runtime(
        agentRuntimeName="support",
        agentRuntimeArtifact={"containerConfiguration": {"containerUri": "repo/image:1"}},
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/runtime",
        networkConfiguration={"networkMode": "PUBLIC"},
        environmentVariables={"TOKEN": "a secret"},
    )
    reading = collect(open_live(), clock=SystemClock(), keyring=KEY)
    agent = next(one for one in reading.estate.agents if one.kind is AgentKind.AGENTCORE_RUNTIME)
    assert agent.name == "support"
    assert agent.execution_role_arn == f"arn:aws:iam::{ACCOUNT}:role/runtime"
    version = agent.reviewed_versions[0]
    assert (version.artifact, version.network) == ("repo/image:1", ("PUBLIC",))
    assert "a secret" not in reading.estate.model_dump_json()


def test_moto_shows_the_tags_and_the_policy_of_a_bucket(moto: str) -> None:
    client = boto3.client("s3")
    client.create_bucket(Bucket="docs")
    bare = read_bucket(reader(open_live()), "arn:aws:s3:::docs", None)
    assert (bare.tags, bare.policy, bare.policy_known) == ({}, None, True)
    tags = {"TagSet": [{"Key": "data-classification", "Value": "confidential"}]}
    client.put_bucket_tagging(Bucket="docs", Tagging=tags)
    client.put_bucket_policy(Bucket="docs", Policy=json.dumps(ALLOW))
    full = read_bucket(reader(open_live()), "arn:aws:s3:::docs", None)
    assert full.tags == {"data-classification": "confidential"}
    assert json.loads(full.policy or "") == ALLOW
