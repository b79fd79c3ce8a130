"""The pack, field by field: what auditors ask for stands in its file, or is said to be unknown, and why."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

Walk = Any

TABLES: dict[str, tuple[str, ...]] = {
    "population.csv": (
        "item", "agent", "agent_name", "aliases", "live_versions", "purpose", "owner", "backup_owner",
        "environment", "risk_tier", "role_arn", "role_id", "policy_kind", "policy_name", "policy_arn",
        "policy_version", "statement_sid", "statement_index", "effect", "action", "effective_actions",
        "resources", "conditions", "access_levels", "privileged", "privileged_why", "meaning",
        "granted_at", "granted_by", "last_used", "last_used_at", "last_used_source", "explained_by",
        "delta", "last_decision", "last_decided_at", "last_decided_by",
    ),
    "exclusions.csv": ("item", "rule", "reason", "by", "at"),
    "assignments.csv": (
        "item", "reviewer", "basis", "decided_by", "relationship", "independent", "is_last_changer",
        "delegated_from", "delegated_to", "delegation_reason", "delegation_valid_from",
        "delegation_valid_until", "delegated_by", "reassigned", "history",
    ),
    "notifications.csv": (
        "recipient", "channel", "template", "sent_at", "first_opened_at", "reminder", "level",
    ),
    "decisions.csv": (
        "entry", "item", "verdict", "rationale", "until", "reduce_to", "decided_by", "decider_name",
        "identity", "decided_at", "zone", "stage", "iteration", "bulk_id", "bulk", "recommendation",
        "recommendation_reason", "followed", "shown_digest", "dwell_ms", "opened", "carried_over",
        "signed_at", "entry_prev", "entry_sha256",
    ),
    "remediation.csv": (
        "item", "decision", "before_sha256", "after_sha256", "method", "ticket", "assignee", "due",
        "claimed_at", "applied_at", "cloudtrail_event_id", "request_ids", "state", "rollback",
    ),
    "exceptions.csv": (
        "reason", "control", "approver", "approver_roles", "expires", "next_review",
    ),
}  # fmt: skip
"""By table, the columns that are asked for."""

DOCUMENTS: dict[str, tuple[str, ...]] = {
    "control.json": (
        "control.id", "control.statement", "control.policy", "control.owner", "control.frequency",
        "control.frequency_basis", "control.retention", "frameworks", "period.from", "period.to",
        "closing_means",
    ),
    "campaign.json": (
        "id", "name", "type", "trigger.kind", "trigger.events", "events", "predecessor",
        "scope_as_written", "scope_resolved", "owner", "creator", "instants.created_at",
        "instants.prepared_at", "instants.launched_at", "instants.due_at", "instants.closed_at",
        "instants.zone", "stages", "outcome_strategy", "no_response_rule", "settings_sha256",
        "tool.name", "tool.versions", "tool.commit", "tool.schema",
    ),
    "ipe.json": (
        "readings.accounts", "readings.partition", "readings.regions", "readings.caller_arn",
        "readings.calls.operation", "readings.calls.parameters", "readings.calls.pages",
        "readings.calls.items", "readings.calls.first_request_id", "readings.calls.last_request_id",
        "readings.calls.started_at", "readings.calls.ended_at", "readings.calls.clock_skew_seconds",
        "readings.calls.responses_sha256", "readings.calls.refused", "readings.gaps.error",
        "readings.gaps.effect", "readings.limits", "filters.scope", "filters.population_rule",
        "filters.exclusion_rules", "steps.step", "steps.rows", "reperform",
    ),
    "quality.json": (
        "reviewers.decisions", "reviewers.median_dwell_seconds", "reviewers.shortest_dwell_seconds",
        "reviewers.median_pause_seconds", "reviewers.shortest_pause_seconds",
        "reviewers.bulk_percent", "reviewers.kept_percent", "reviewers.opened_percent",
        "reviewers.longest_run_of_one_answer", "seeded_checks", "second_look.sample",
        "second_look.agreement_percent",
    ),
    "verification.json": ("passes", "items"),
    "tieout.json": ("counts", "verdicts", "equations.left", "equations.right", "equations.holds", "rows"),
    "signoff.json": (
        "reviewers.printed_name", "reviewers.roles", "reviewers.signed_at", "reviewers.meaning",
        "reviewers.statement", "reviewers.statement_sha256", "reviewers.signature",
        "reviewers.identity", "owner", "owner_unknown",
    ),
    "manifest.json": ("files.path", "files.size", "files.sha256", "head.hash", "ledger", "signature"),
    "oscal-assessment-results.json": ("assessment-results.results",),
    "unknown.json": (),
}  # fmt: skip
"""By document, the keys that are asked for; a point goes into an object, or into the first of a list."""


@pytest.fixture(scope="module")
def pack(made_once: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of a campaign in which one reviewer has decided and signed what is ordinary."""
    import shutil  # noqa: PLC0415 - next to its one use

    from recert.campaigns.service import Campaigns  # noqa: PLC0415 - as above
    from recert.campaigns.views import Caller, DecisionRequest, Strength, Verdict  # noqa: PLC0415
    from recert.clock import SystemClock  # noqa: PLC0415
    from recert.evidence.pack import export_pack  # noqa: PLC0415
    from recert.evidence.throwaway import signer  # noqa: PLC0415
    from recert.store.ledger import Actor  # noqa: PLC0415
    from recert.store.store import Store  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("fields")
    shutil.copy(made_once[0], folder / "store.db")
    store = Store.open(folder / "store.db", clock=SystemClock(), create=False)
    who = "maria.sanchez"
    service = Campaigns(
        store, store.clock, Caller(who, "Maria", Strength.OS, roles=("reviewer",), known=True)
    )
    campaign = next(
        view.id
        for view in service.campaigns()
        if any(line.reviewer == who for line in service.items(view.id, limit=500).items)
    )
    mine = [line for line in service.items(campaign, limit=500).items if line.reviewer == who]
    plain = [line.id for line in mine if line.kind == "permission" and not line.privileged]
    for number, item in enumerate(plain):
        verdict = (Verdict.REVOKE, Verdict.ATTEST)[number % 2]
        service.decide(
            DecisionRequest(
                campaign=campaign, items=(item,), verdict=verdict, rationale="Looked at it."
            )
        )
    service.sign(
        campaign, signer=signer(store, who, vouching="agnes.lindholm", actor=Actor(who, "os"))
    )
    export_pack(store, campaign, folder / "pack", store.clock, Actor(who, "os"))
    store.close()
    return folder / "pack"


def unknown(pack: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((pack / "unknown.json").read_text())
    return found


def rows(pack: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((pack / name).read_bytes().decode(), newline="")))


@pytest.mark.parametrize("name", TABLES)
def test_every_column_that_is_asked_for_is_there(pack: Path, name: str) -> None:
    header = next(csv.reader(io.StringIO((pack / name).read_bytes().decode(), newline="")))
    assert [column for column in TABLES[name] if column not in header] == []
    reasons = unknown(pack).get(name, {})
    assert [column for column in reasons if column not in header] == []


def look_up(document: Any, path: str) -> None:
    """Fail where a key is missing; an empty list ends the look, since it has no first."""
    for key in path.split("."):
        if isinstance(document, list):
            if not document:
                return
            document = document[0]
        assert isinstance(document, dict), path
        assert key in document, path
        document = document[key]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_key_that_is_asked_for_is_there(pack: Path, name: str) -> None:
    document = json.loads((pack / name).read_text())
    for path in DOCUMENTS[name]:
        look_up(document, path)


ALWAYS_EMPTY = {
    "population.csv": ("risk_tier",),
    "assignments.csv": ("delegation_valid_until",),
    "decisions.csv": ("dwell_ms", "opened"),
    "remediation.csv": ("cloudtrail_event_id", "assignee", "due"),
    "notifications.csv": ("first_opened_at",),
}


@pytest.mark.parametrize("name", ALWAYS_EMPTY)
def test_a_column_that_cannot_be_filled_says_why(pack: Path, name: str) -> None:
    reasons = unknown(pack)[name]
    for column in ALWAYS_EMPTY[name]:
        assert len(reasons[column]) > 20, column
        assert {row[column] for row in rows(pack, name)} <= {""}, column


def test_what_nobody_stated_of_the_control_is_null_with_how_to_state_it(pack: Path) -> None:
    found = json.loads((pack / "control.json").read_text())
    assert set(found["control"].values()) == {None}
    assert {f"control.{name}" for name in found["control"]} == set(found["unknown"])
    assert all("recert config set" in why for why in found["unknown"].values())


def test_the_population_tells_of_each_permission_where_it_comes_from_and_what_it_means(
    pack: Path,
) -> None:
    found = [row for row in rows(pack, "population.csv") if row["kind"] == "permission"]
    assert len(found) > 10
    filled = (
        "agent_name", "live_versions", "purpose", "owner", "role_arn", "role_id", "policy_kind",
        "policy_name", "effect", "action", "resources", "access_levels", "privileged", "meaning",
        "last_used", "last_used_source", "explained_by", "delta", "record_sha256",
    )  # fmt: skip
    assert [(name, row["item"]) for row in found for name in filled if not row[name]] == []
    assert {row["granted_by"] for row in found} == {"unknown"}


def test_the_calls_add_up_to_those_that_were_made(pack: Path) -> None:
    found = json.loads((pack / "ipe.json").read_text())
    assert any(reading["gaps"] for reading in found["readings"])
    for reading in found["readings"]:
        assert reading["totals"]["calls"] == reading["api_calls"]
        assert reading["totals"]["refused"] >= len(reading["gaps"])
        assert all(len(line["responses_sha256"]) == 64 for line in reading["calls"])


def test_a_pack_that_is_interim_or_has_gaps_never_says_the_word(pack: Path) -> None:
    for path in pack.rglob("*"):
        if path.is_file() and path.name not in (
            "ledger.jsonl",
            "population.jsonl",
            "campaign.json",
        ):
            assert b"complete" not in path.read_bytes().lower(), path.name
    first = (pack / "README.txt").read_text()
    assert (
        first.index("INTERIM") < first.index("What could not be read") < first.index("The numbers")
    )
    assert "s3:GetBucketTagging AccessDenied" in first


def test_each_count_of_the_tie_out_is_the_number_of_rows_that_it_names(pack: Path) -> None:
    tied = json.loads((pack / "tieout.json").read_text())
    assert tied["counts"]["items"] == len(rows(pack, "population.csv"))
    assert tied["counts"]["signed_off"] == sum(
        row["state"] == "signed_off" for row in rows(pack, "assignments.csv")
    )
    assert tied["verdicts"]["revoke"] == len(rows(pack, "remediation.csv")) > 0
    assert tied["verdicts"]["attest"] == sum(
        row["verdict"] == "attest" and row["in_force"] == "current"
        for row in rows(pack, "decisions.csv")
    )
