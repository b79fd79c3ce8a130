"""The AWS CLI, which shares nothing with recert, sees what was written, and carries a hand-over out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3

from recert.remediation import handover

FOREIGN = "arn:aws:iam::999988887777:root"


def environment(moto: str) -> dict[str, str]:
    home = {name: os.environ[name] for name in os.environ if name.startswith("AWS_")}
    return {**home, "AWS_ENDPOINT_URL": moto, "AWS_PAGER": "", "PATH": _path()}


def _path() -> str:
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def aws(moto: str, *args: str) -> Any:
    """Run one command of the CLI and return what it prints."""
    tool = shutil.which("aws", path=_path())
    assert tool is not None
    done = subprocess.run(
        [tool, *args, "--output", "json"],
        env=environment(moto),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def furnish(w: ModuleType, house: Any) -> tuple[str, str]:
    w.make_role("hr", p=w.policy(w.allow("sqs:SendMessage", "sqs:GetQueueUrl")))
    found = w.make_policy("data", w.policy(w.allow("s3:GetObject", "s3:PutObject")), "hr")
    w.make_policy("gone", w.policy(w.allow("sns:Publish")), "hr")
    runs = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust = w.policy(
        {**runs, "Principal": {"Service": "bedrock.amazonaws.com"}},
        {**runs, "Principal": {"AWS": FOREIGN}},
    )
    boto3.client("iam").update_assume_role_policy(RoleName="hr", PolicyDocument=json.dumps(trust))
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    house.revoke(campaign, "sqs:SendMessage", "s3:PutObject", "sns:Publish", FOREIGN)
    return str(found), campaign


def seen(moto: str) -> tuple[Any, Any, list[str], int]:
    """Return what the CLI shows of the role: its policy, the managed one, attachments, trust."""
    found = aws(moto, "iam", "get-account-authorization-details")
    (role,) = [one for one in found["RoleDetailList"] if one["RoleName"] == "hr"]
    (policy,) = [one for one in found["Policies"] if one["Arn"].endswith(":policy/data")]
    (managed,) = [one for one in policy["PolicyVersionList"] if one["IsDefaultVersion"]]
    return (
        role["RolePolicyList"][0]["PolicyDocument"],
        managed["Document"],
        sorted(one["PolicyName"] for one in role["AttachedManagedPolicies"]),
        len(role["AssumeRolePolicyDocument"]["Statement"]),
    )


def after(w: ModuleType) -> tuple[Any, Any, list[str], int]:
    left = w.policy(w.allow("sqs:GetQueueUrl"))
    return left, w.policy(w.allow("s3:GetObject")), ["data"], 1


def test_the_cli_sees_what_was_applied_and_what_was_rolled_back(
    w: ModuleType, house: Any, moto: str
) -> None:
    _, campaign = furnish(w, house)
    before = seen(moto)
    house.apply(campaign)
    assert seen(moto) == after(w)
    house.verify(campaign)
    house.work(campaign).rollback(house.calls())
    assert seen(moto) == before


def test_the_commands_of_a_hand_over_do_what_was_planned(
    w: ModuleType, house: Any, moto: str, tmp_path: Path
) -> None:
    found, campaign = furnish(w, house)
    work = house.work(campaign)
    plan = work.plan()
    folder = tmp_path / "handed over"
    handover.write(plan, folder)
    work.handed_over(plan, str(folder))
    done = subprocess.run(
        ["/bin/sh", "commands.sh"],
        cwd=folder,
        env=environment(moto),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert w.managed(found) == w.policy(w.allow("s3:GetObject"))
    report = house.verify(campaign)
    assert set(w.states(report).values()) == {"verified"}
    assert house.problems() == []
