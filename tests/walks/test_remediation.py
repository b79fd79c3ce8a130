"""Remediation through the command line: two runs at once, and what comes back."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from term import Term

from recert.clock import from_rfc3339, to_rfc3339

ROLE = "hr-payroll-actions-role"
ACTION = "lambda:CreateFunction"
DAYS = (0, 5, 10)
"""At the last point in time of the demo, and so many days later."""


def decide(walk: Any, campaign: str, *titles: str) -> list[str]:
    """Revoke what is asked in these words and sign it, each as its reviewer."""
    chosen = [
        item
        for item in walk.json("items", campaign)["items"]
        if any(title in item["title"] for title in titles)
    ]
    for item in chosen:
        environ = {"RECERT_USER": item["reviewer"]}
        walk.json(
            "decide", campaign, item["id"], "--revoke", "--rationale", "Not needed.", **environ
        )
    for reviewer in {item["reviewer"] for item in chosen}:
        walk.json("sign", campaign, "--yes", RECERT_USER=reviewer)
    return [item["id"] for item in chosen]


def test_two_runs_at_once_do_the_work_once(walk: Any) -> None:
    campaign = walk.active()["id"]
    items = decide(walk, campaign, "(CreateFunction)", "(GetTable)", "Action group PayrollActions")
    command = [
        sys.executable, "-m", "recert.cli.main", "--store", str(walk.store),
        "remediate", campaign, "apply", "--yes", "--json",
    ]  # fmt: skip
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ)
        for _ in range(2)
    ]
    reports = []
    for run in runs:
        out, err = run.communicate(timeout=120)
        assert run.returncode == 0, err
        reports.append(json.loads(out))
    for report in reports:
        states = {one["item"]: one["state"] for one in report["items"]}
        assert set(states) == set(items)
        assert set(states.values()) <= {"applied", "handed_over"}
    journal = walk.store.with_name(f"{walk.store.name}.iam.jsonl").read_text().splitlines()
    made = Counter(json.loads(line)["operation"] for line in journal)
    assert made == {
        "PutRolePolicy": 1,
        "CreatePolicyVersion": 1,
        "RemovePermission": 1,
        "UpdateAgentActionGroup": 1,
        "PrepareAgent": 1,
    }
    assert walk("verify", walk.store).code in (0, 3)


def answered(walk: Any, answer: str, *args: str) -> tuple[int, str]:
    """Answer what a command asks in a terminal; return its exit code and what it showed."""
    term = Term([sys.executable, "-m", "recert.cli.main", "--store", str(walk.store), *args])
    term.wait_for(": type ", 60)
    term.send(answer)
    return term.end(60), term.raw.decode()


def test_nothing_is_written_until_the_word_that_is_asked_for_was_typed(walk: Any) -> None:
    campaign = walk.active()["id"]
    (item,) = decide(walk, campaign, "(GetTable)")
    head = walk.json("verify", walk.store, code=3)["checks"]
    code, shown = answered(walk, "yes\r", "remediate", campaign, "apply")
    assert code == 3
    assert "not confirmed: nothing was written" in shown
    assert f"{item}  planned" in shown
    assert answered(walk, "\x03", "remediate", campaign, "apply")[0] == 130
    code, shown = answered(walk, "\r", "quarantine", "hr-assistant")
    assert code == 3
    assert "planned. Not confirmed: nothing was written." in shown
    assert "Traceback" not in shown
    assert walk.json("verify", walk.store, code=3)["checks"] == head
    assert not walk.store.with_name(f"{walk.store.name}.iam.jsonl").exists()
    code, shown = answered(walk, f"{campaign}\r", "remediate", campaign, "apply")
    assert code == 0
    assert f"{item}  applied" in shown


@pytest.fixture
def recording(checkout: Path, tmp_path: Path) -> Path:
    """Return the demo's estate at four points in time: the grant is there, goes, and is back."""
    lines = [
        json.loads(line)
        for line in (checkout / "data" / "demo" / "estate.jsonl").read_text().splitlines()
    ]
    first, last = sorted({one["at"] for one in lines})[-2:]
    told = [one for one in lines if one["at"] == first]
    for days, there in zip(DAYS, (True, False, True), strict=True):
        at = to_rfc3339(from_rfc3339(last) + timedelta(days=days))
        told += [without(one, at) if not there else {**one, "at": at}
                 for one in lines if one["at"] == last]  # fmt: skip
    path = tmp_path / "recording.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in told) + "\n")
    return path


def without(line: dict[str, Any], at: str) -> dict[str, Any]:
    """Return a line of the recording at another time, without the grant."""
    found: dict[str, Any] = json.loads(json.dumps({**line, "at": at}))
    if line["operation"] != "GetAccountAuthorizationDetails":
        return found
    for role in (found.get("output") or {}).get("RoleDetailList") or ():
        if role["RoleName"] != ROLE:
            continue
        for policy in role["RolePolicyList"]:
            document = policy["PolicyDocument"]
            body = json.loads(document) if isinstance(document, str) else document
            for statement in body["Statement"]:
                if isinstance(statement["Action"], list):
                    statement["Action"] = [one for one in statement["Action"] if one != ACTION]
            policy["PolicyDocument"] = body
    return found


def test_what_a_later_recording_finds_again_is_asked_again(
    recert: Any, recording: Path, tmp_path: Path
) -> None:
    class Store:
        store = tmp_path / "replay.db"

        def __call__(self, *args: object, **environ: str) -> Any:
            return recert("--store", self.store, *args, **environ)

        def json(self, *args: object, code: int = 0, **environ: str) -> Any:
            done = self(*args, "--json", **environ)
            assert done.code == code, (args, done.err, done.out[-500:])
            return done.json()

    walk = Store()
    at = sorted({json.loads(line)["at"] for line in recording.read_text().splitlines()})
    sync = ("sync", "--from", recording, "--at")
    walk.json(*sync, at[0], code=3)
    walk.json(*sync, at[1], code=3)
    campaigns = walk.json("campaigns")["campaigns"]
    campaign = next(one["id"] for one in campaigns if one["name"].startswith("hr-assistant"))
    (item,) = decide(walk, campaign, "(CreateFunction)")
    handed = walk.json("remediate", campaign, "hand-over", "--to", tmp_path / "handed")
    assert [one["state"] for one in handed["items"]] == ["handed_over"]
    walk.json(*sync, at[2], code=3)
    verified = walk.json("remediate", campaign, "verify", "--stored")
    assert [one["state"] for one in verified["items"]] == ["verified"]
    back = walk.json(*sync, at[3], code=3)
    assert [one["item"] for one in back["reappeared"]] == [item]
    shown = walk.json("remediate", campaign, "verify", "--stored", code=3)
    assert [one["state"] for one in shown["items"]] == ["reappeared"]
    asked = [
        line["title"]
        for one in walk.json("campaigns")["campaigns"]
        if one["id"] != campaign and one["state"] == "active"
        for line in walk.json("items", one["id"])["items"]
        if "(CreateFunction)" in line["title"]
    ]
    assert len(asked) == 1
    walk.json(*sync, at[3], code=3)
