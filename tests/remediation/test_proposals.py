"""What recert proposes instead of writing: complete, proved, and safe to be pasted."""

import json
import shlex
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pytest

from recert.campaigns.remedies import Analyst, Removal
from recert.estate.agents import Agent, AgentKind, AgentVersion, Alias
from recert.estate.authority import InlinePolicy, ManagedPolicy, Role
from recert.estate.estate import Estate, Source, Visit
from recert.iam.catalogue import Catalogue, load_catalogue
from recert.iam.grants import EffectiveGrant
from recert.remediation.commands import Command
from recert.remediation.handover import commands, files
from recert.remediation.model import Change, Operation, State, Target
from recert.remediation.plan import Planner
from recert.remediation.report import Report
from recert.remediation.sources import cloudformation, terraform

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shared"
AWS_POLICY = "arn:aws:iam::aws:policy/Storage"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_catalogue()


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def agent(name: str) -> Agent:
    return Agent(
        arn=f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/{name.upper()}",
        id=name.upper(),
        name=name,
        kind=AgentKind.BEDROCK_AGENT,
        account=ACCOUNT,
        region="us-east-1",
        versions=(AgentVersion(version="1", role_arn=ROLE),),
        aliases=(Alias(id="PROD", name="prod", versions=("1",)),),
    )


def analyst(
    *documents: dict[str, Any],
    agents: tuple[str, ...] = ("hr",),
    managed: tuple[ManagedPolicy, ...] = (),
    attached: tuple[str, ...] = (),
    boundary: str | None = None,
    tags: dict[str, str] | None = None,
) -> Analyst:
    role = Role(
        arn=ROLE,
        role_id="AROASHARED",
        name="shared",
        path="/",
        account=ACCOUNT,
        trust=TRUST,
        inline=tuple(
            InlinePolicy(name=f"p{number}", document=json.dumps(one))
            for number, one in enumerate(documents)
        ),
        attached=attached,
        boundary=boundary,
        tags=tags or {},
    )
    visit = Visit(account=ACCOUNT, region="us-east-1", kind=AgentKind.BEDROCK_AGENT, collector=1)
    estate = Estate(
        taken_at=datetime(2026, 11, 1, tzinfo=UTC),
        source=Source(kind="replay", recording_digest="sha256:0"),
        visits=(visit,),
        agents=tuple(agent(name) for name in agents),
        roles=(role,),
        managed_policies=managed,
    )
    return Analyst(estate, catalogue())


def removal(held: EffectiveGrant, who: str = "hr", **more: Any) -> Removal:
    grant = held
    source = grant.source
    fields: dict[str, Any] = {
        "item": f"i-{grant.action}-{who}",
        "campaign": "c-1",
        "agent": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/{who.upper()}",
        "agent_name": who,
        "kind": "permission",
        "title": grant.action,
        "subject": f"{grant.principal} {grant.action}",
        "verdict": "revoke",
        "keep": (),
        "rationale": "",
        "signed_at": "2026-11-01T00:00:00Z",
        "grant": {
            "role_arn": grant.principal,
            "policy": {"kind": source.kind, "name": source.name, "arn": source.arn},
            "statement": {"index": grant.index, "sid": grant.sid},
            "action": grant.action,
            "resources": list(grant.resources),
            "conditions": {},
            "effective_actions": list(grant.effective),
        },
    }
    return Removal(**{**fields, **more})


def of(found: Analyst, action: str) -> EffectiveGrant:
    return next(one for one in found.role_grants(ROLE) if one.action == action)


def managed(name: str, document: dict[str, Any], arn: str = "") -> ManagedPolicy:
    return ManagedPolicy(
        arn=arn or f"arn:aws:iam::{ACCOUNT}:policy/{name}",
        name=name,
        version_id="v1",
        document=json.dumps(document),
        attachment_count=1,
    )


def test_a_shared_role_is_split_with_all_its_parts() -> None:
    data = managed("data", policy(allow("sqs:SendMessage")))
    found = analyst(
        policy(allow("s3:GetObject", "s3:PutObject")),
        agents=("hr", "pay"),
        managed=(data,),
        attached=(data.arn,),
        boundary=f"arn:aws:iam::{ACCOUNT}:policy/data",
        tags={"team": "hr", "aws:cloudformation:stack-name": "x"},
    )
    plan = Planner(found, "s-1").plan([removal(of(found, "s3:PutObject"))])
    (item,) = plan.items
    assert "agent pay" in item.detail
    assert item.proposal is not None
    made = [one for one in item.proposal.commands if isinstance(one, Command)]
    assert [one.operation for one in made] == [
        "CreateRole", "PutRolePolicy", "AttachRolePolicy", "PrepareAgent", "UpdateAgentAlias",
    ]  # fmt: skip
    create, put, attach = (one.params for one in made[:3])
    assert create["RoleName"] == "shared-hr"
    assert create["PermissionsBoundary"] == data.arn
    assert create["Tags"] == [{"Key": "team", "Value": "hr"}]
    condition = json.loads(create["AssumeRolePolicyDocument"])["Statement"][0]["Condition"]
    assert condition["ArnLike"] == {"aws:SourceArn": agent("hr").arn}
    assert json.loads(put["PolicyDocument"]) == policy(allow("s3:GetObject"))
    assert attach["PolicyArn"] == data.arn
    assert "shared-hr-trust.json" in item.proposal.documents


def test_decisions_that_contradict_each_other_end_in_a_split() -> None:
    found = analyst(policy(allow("s3:*")), agents=("hr", "pay"))
    grant = of(found, "s3:*")
    narrow = removal(grant, "pay", verdict="reduce", keep=("s3:GetObject",))
    plan = Planner(found, "s-1").plan([removal(grant), narrow])
    states = [one.state for one in plan.items]
    assert states == [State.PLANNED, State.NOT_SUPPORTED]
    proposal = plan.items[1].proposal
    assert proposal is not None
    assert "s3:GetObject" in proposal.documents["shared-pay-p0.json"]
    assert "s3:*" not in proposal.documents["shared-pay-p0.json"]


def attachment(found: Analyst, keep: tuple[str, ...]) -> Removal:
    grant = next(one for one in found.role_grants(ROLE) if one.source.arn == AWS_POLICY)
    return removal(
        grant,
        kind="attachment",
        verdict="reduce",
        keep=keep,
        grant=None,
        basis={"role_arn": ROLE, "policy": {"kind": "aws-managed", "arn": AWS_POLICY}},
    )


def test_a_policy_of_aws_is_replaced_by_a_copy_on_the_same_terms() -> None:
    bound = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    document = policy(
        allow("s3:GetObject", "s3:PutObject", resource="arn:aws:s3:::a/*", Condition=bound),
        allow("sqs:*"),
    )
    storage = managed("Storage", document, AWS_POLICY)
    found = analyst(managed=(storage,), attached=(AWS_POLICY,))
    one = attachment(found, ("s3:GetObject", "sqs:SendMessage"))
    (item,) = Planner(found, "s-1").plan([one]).items
    assert item.state is State.NOT_SUPPORTED
    assert item.proposal is not None
    (copy,) = item.proposal.documents.values()
    assert json.loads(copy) == policy(
        allow("s3:GetObject", resource="arn:aws:s3:::a/*", Condition=bound),
        allow("sqs:SendMessage"),
    )
    operations = [one.operation for one in item.proposal.commands if isinstance(one, Command)]
    assert operations == ["CreatePolicy", "AttachRolePolicy", "DetachRolePolicy"]


def test_a_copy_that_iam_would_not_store_says_so() -> None:
    storage = managed("Storage", policy(allow("ec2:*")), AWS_POLICY)
    found = analyst(managed=(storage,), attached=(AWS_POLICY,))
    keep = of(found, "ec2:*").effective[:-1]
    (item,) = Planner(found, "s-1").plan([attachment(found, keep)]).items
    assert item.state is State.NOT_SUPPORTED
    assert "more than the 6144" in item.detail


def test_a_policy_that_also_bounds_its_role_is_not_patched_against_its_other_grants() -> None:
    both = managed("both", policy(allow("s3:GetObject", "s3:PutObject")))
    found = analyst(
        policy(allow("s3:Put*")), managed=(both,), attached=(both.arn,), boundary=both.arn
    )
    (item,) = Planner(found, "s-1").plan([removal(of(found, "s3:PutObject"))]).items
    assert item.state is State.FAILED
    assert "s3:Put* of p0 changed" in item.detail


def test_resources_are_narrowed_and_everything_else_stays() -> None:
    found = analyst(policy(allow("s3:GetObject", "s3:PutObject", resource="arn:aws:s3:::a/*")))
    one = removal(
        of(found, "s3:PutObject"), verdict="reduce", keep_resources=("arn:aws:s3:::a/hr/*",)
    )
    plan = Planner(found, "s-1").plan([one])
    assert plan.items[0].state is State.PLANNED, plan.items[0].detail
    (change,) = plan.changes
    assert json.loads(str(change.after)) == policy(
        allow("s3:GetObject", resource="arn:aws:s3:::a/*"),
        allow("s3:PutObject", resource=["arn:aws:s3:::a/hr/*"]),
    )


def test_actions_and_resources_are_narrowed_at_once() -> None:
    found = analyst(policy(allow("s3:*", "sqs:SendMessage", resource="*")))
    one = removal(
        of(found, "s3:*"),
        verdict="reduce",
        keep=("s3:GetObject",),
        keep_resources=("arn:aws:s3:::a/*",),
    )
    plan = Planner(found, "s-1").plan([one])
    assert plan.items[0].state is State.PLANNED, plan.items[0].detail
    assert json.loads(str(plan.changes[0].after)) == policy(
        allow("sqs:SendMessage", resource="*"),
        allow("s3:GetObject", resource=["arn:aws:s3:::a/*"]),
    )


HOSTILE = "p'; rm -rf / #\n$(x)`y`\x1b[2J${z}%{w}"


def hostile(operation: Operation, after: str | None) -> Change:
    document = json.dumps(policy(allow("s3:GetObject", resource="arn:aws:s3:::${aws:username}/*")))
    target = Target(ACCOUNT, ROLE, "inline", HOSTILE, f"arn:aws:iam::{ACCOUNT}:policy/x")
    return Change(target, operation, document, after, ("i-1",), "s-1", others=(HOSTILE,))


@pytest.mark.parametrize(
    "operation",
    [Operation.PUT_INLINE, Operation.NEW_VERSION, Operation.UPDATE_TRUST,
     Operation.PUT_BUCKET_POLICY, Operation.DELETE_INLINE, Operation.DETACH],
)  # fmt: skip
def test_hostile_names_stay_one_word_of_one_command(operation: Operation) -> None:
    gone = operation in (Operation.DELETE_INLINE, Operation.DETACH)
    change = hostile(operation, None if gone else json.dumps(policy(allow("s3:GetObject"))))
    *_, line = commands(change)
    words = shlex.split(line)
    assert words[0] == "aws"
    assert words[1] in ("iam", "s3api")
    assert words[3].startswith("--")
    assert "\n" not in line
    block = terraform(change)
    code = [one for one in block.splitlines() if not one.lstrip().startswith("#")]
    assert not any("rm -rf" in one and '"' not in one for one in code)
    assert "\x1b" not in block
    fragment = cloudformation(change)
    if fragment.startswith("{"):
        assert len(json.loads(fragment)) == 1


def test_what_looks_like_an_option_or_a_file_is_neither() -> None:
    put = Command("iam", "PutRolePolicy", {"RoleName": "-x", "PolicyName": "file:///etc/passwd"})
    words = shlex.split(put.shell)
    assert words[:4] == ["aws", "iam", "put-role-policy", "--cli-input-json"]
    assert json.loads(words[4])["PolicyName"] == "file:///etc/passwd"
    assert Command("iam", "GetRole", {"RoleName": "-x"}).shell == "aws iam get-role --role-name=-x"


def test_terraform_keeps_the_variables_of_iam() -> None:
    document = policy(allow("s3:GetObject", resource="arn:aws:s3:::a/${aws:username}/*"))
    change = hostile(Operation.PUT_INLINE, json.dumps(document))
    assert "$${aws:username}" in terraform(change)
    assert "${aws:username}" in cloudformation(change)


def test_a_hand_over_names_every_file_safely_and_says_each_line_as_a_comment_or_a_command() -> None:
    change = hostile(Operation.PUT_INLINE, json.dumps(policy(allow("s3:GetObject"))))
    made = files(Report("c-1", "plan", (), (change,)))
    assert all("/" not in name and not name.startswith(".") for name in made)
    script = made["commands.sh"].splitlines()
    assert all(line.startswith(("#", "aws ", "set -eu")) for line in script if line)
    assert "\x1b" not in made["commands.sh"]
