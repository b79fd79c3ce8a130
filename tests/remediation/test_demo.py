"""The whole way through the command line, over the demo's own IAM."""

import io
import json
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from recert.cli import main


def run(store: Path, *args: str, code: int = 0) -> Any:
    """Run one command in this process and return its document, its messages where it has none."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECERT_USER", "maria.sanchez")
        patch.setattr(sys, "stdin", io.StringIO())
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        with pytest.raises(SystemExit) as left:
            main.run(["--store", str(store), *args, "--json"])
    out, err = (_text(one) for one in streams)
    assert int(str(left.value.code)) == code, (args, out[-2000:], err)
    return json.loads(out) if out else err


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return cast("io.BytesIO", stream.buffer).getvalue().decode()


def test_a_revocation_is_walked_to_its_verification_and_back(
    tmp_path: Path, demo_copy: Path
) -> None:
    store = demo_copy
    campaign, items = signed(store)
    plan = run(store, "remediate", campaign)
    assert plan["dry_run"]
    assert plan["synthetic"]
    assert {one["state"] for one in plan["items"]} == {"planned"}
    assert not list(tmp_path.glob("*.jsonl"))
    refused = run(store, "remediate", campaign, "apply", code=2)
    assert "--yes" in refused
    applied = run(store, "remediate", campaign, "apply", "--yes")
    assert {one["state"] for one in applied["items"]} == {"applied"}
    assert all(one["request_ids"] for one in applied["changes"])
    verified = run(store, "remediate", campaign, "verify")
    assert {one["item"]: one["state"] for one in verified["items"]} == dict.fromkeys(
        items, "verified"
    )
    agents = {one["name"]: one["arn"] for one in run(store, "agents")["agents"]}
    grants = run(store, "permissions", agents["hr-assistant"])["grants"]
    assert "lambda:CreateFunction" not in {one["action"] for one in grants}
    run(store, "remediate", campaign, "rollback", "--yes")
    back = run(store, "remediate", campaign, "verify", code=3)
    assert {one["state"] for one in back["items"]} == {"planned"}
    run(store, "verify", str(store), code=3)
    run(store, "demo", "--no-tui", "--reset")
    assert not list(tmp_path.glob("*.jsonl"))


def signed(store: Path) -> tuple[str, list[str]]:
    """Revoke two grants of the payroll function's role and sign; return campaign and items."""
    for one in run(store, "campaigns")["campaigns"]:
        items = run(store, "items", one["id"], "--mine")["items"]
        chosen = [
            item["id"]
            for item in items
            if (item["grant"] or {}).get("action")
            in {"lambda:CreateFunction", "states:StartExecution", "glue:GetTable"}
            and "EWRT" in item["agent"]
        ]
        if one["state"] == "active" and len(chosen) == 3:
            run(store, "decide", one["id"], *chosen, "--revoke", "--rationale", "Not needed.")
            run(store, "sign", one["id"], "--yes")
            return one["id"], chosen
    raise LookupError("no campaign asks about them")


def test_a_hand_over_writes_files_and_nothing_else(tmp_path: Path, demo_copy: Path) -> None:
    store = demo_copy
    campaign, _ = signed(store)
    target = tmp_path / "handed"
    report = run(store, "remediate", campaign, "hand-over", "--to", str(target))
    assert {one["state"] for one in report["items"]} == {"handed_over"}
    names = {path.name for path in target.iterdir()}
    assert {"commands.sh", "ticket.md"} <= names
    assert len([name for name in names if name.endswith(".diff")]) == len(report["changes"])
    script = (target / "commands.sh").read_text()
    assert "aws iam put-role-policy --role-name hr-payroll-actions-role" in script
    assert "aws iam create-policy-version" in script
    assert "SYNTHETIC" in (target / "ticket.md").read_text()
    assert not list(tmp_path.glob("*.jsonl"))
    run(store, "remediate", campaign, "hand-over", "--to", str(target), code=2)


def test_an_agent_is_quarantined_and_released(tmp_path: Path, demo_copy: Path) -> None:
    store = demo_copy
    campaign, _ = signed(store)
    run(store, "remediate", campaign, "apply", "--yes")
    stopped = run(store, "quarantine", "hr-assistant", "--yes")
    assert [one["state"] for one in stopped["roles"]] == ["quarantined"]
    assert all(one["request_id"] for one in stopped["roles"])
    journal = next(tmp_path.glob("*.jsonl")).read_text()
    assert "recert-quarantine" in journal
    verified = run(store, "remediate", campaign, "verify", code=3)
    hidden = [one for one in verified["items"] if "quarantine" in one["detail"]]
    assert [one["state"] for one in hidden] == ["applied"]
    lifted = run(store, "quarantine", "hr-assistant", "--lift", "--yes")
    assert [one["state"] for one in lifted["roles"]] == ["lifted"]
    assert {one["state"] for one in run(store, "remediate", campaign, "verify")["items"]} == {
        "verified"
    }


def test_a_store_of_a_recording_writes_nothing(tmp_path: Path, checkout: Path) -> None:
    store = tmp_path / "replay.db"
    recording = checkout / "data" / "demo" / "estate.jsonl"
    run(store, "sync", "--from", str(recording), "--at", "2026-11-02T09:00:00Z", code=3)
    run(store, "sync", "--from", str(recording), code=3)
    campaign, _ = signed(store)
    plan = run(store, "remediate", campaign)
    assert plan["source"] == "replay"
    assert "nothing to write to" in run(store, "remediate", campaign, "apply", "--yes", code=1)
    assert "nothing to write to" in run(store, "quarantine", "hr-assistant", "--yes", code=1)
    run(store, "remediate", campaign, "hand-over")
    judged = run(store, "remediate", campaign, "verify", code=3)
    assert {one["state"] for one in judged["items"]} == {"handed_over"}


def test_the_writer_has_a_policy_of_its_own(tmp_path: Path) -> None:
    found = run(tmp_path / "none.db", "remediate", "--print-policy")
    actions = found["Statement"][0]["Action"]
    assert "iam:PutRolePolicy" in actions
    assert all(one.startswith("iam:") for one in actions)
    assert "iam:CreateUser" not in actions
