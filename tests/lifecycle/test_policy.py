"""The trigger policy: what it says by default, and what it refuses."""

import tomllib
from datetime import datetime

import pytest

from recert.errors import UsageError
from recert.lifecycle import KINDS, Opens, Severity, TriggerPolicy, read_trigger_policy

CONTRACT = (
    "agent.added",
    "agent.removed",
    "action_group.added",
    "knowledge_base.added",
    "data_source.added",
    "collaborator.added",
    "guardrail.removed",
    "guardrail.changed",
    "owner.changed",
    "purpose.changed",
    "instruction.changed",
    "model.changed",
    "role.swapped",
    "policy.widened",
    "policy.narrowed",
    "trust.widened",
    "boundary.removed",
    "alias.routed",
    "function.code_changed",
    "coverage.gap",
)


def read(text: str) -> TriggerPolicy:
    table = tomllib.loads(text)["triggers"]
    return read_trigger_policy(table, text=text, name="recert.toml")


@pytest.mark.parametrize("kind", CONTRACT)
def test_every_kind_of_the_contract_has_a_row(kind: str) -> None:
    assert kind in KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_kinds_are_written_as_thing_and_change(kind: str) -> None:
    thing, dot, change = kind.partition(".")
    assert dot
    assert thing.replace("_", "").isalpha()
    assert change.replace("_", "").isalpha()
    assert KINDS[kind].words


@pytest.mark.parametrize(
    ("kind", "opens"),
    [
        ("action_group.added", Opens.FULL),
        ("data_source.added", Opens.FULL),
        ("owner.changed", Opens.FULL),
        ("policy.widened", Opens.DELTA),
        ("policy.narrowed", Opens.NOTE),
        ("agent.removed", Opens.NOTE),
        ("something.new", Opens.DELTA),
    ],
)
def test_the_default_opens_what_is_right_for_most(kind: str, opens: Opens) -> None:
    assert TriggerPolicy().opens(kind) is opens


def test_an_exact_kind_wins_over_its_thing() -> None:
    policy = read(
        '[triggers.events]\n"model.*" = "note"\n"model.changed" = "full"\n"policy.*" = "note"'
    )
    assert policy.opens("model.changed") is Opens.FULL
    assert policy.opens("policy.widened") is Opens.NOTE
    assert policy.opens("owner.changed") is Opens.FULL


def test_days_are_merged_with_the_default() -> None:
    policy = read("[triggers.due_days]\ncritical = 1\n[triggers.cadence_days]\nlow = 200")
    assert policy.due_days[Severity.CRITICAL] == 1
    assert policy.due_days[Severity.HIGH] == TriggerPolicy().due_days[Severity.HIGH]
    assert policy.cadence_days[Severity.LOW] == 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[triggers.events]\n\n"modle.changed" = "full"', ("line 3", "model.changed")),
        ('[triggers.events]\n"model.changed" = "ful"', ("line 2", "full")),
        ('[triggers.events]\n"model.changed" = 3', ("line 2", "string")),
        ("[triggers.evnts]\na = 1", ("line 1", "events")),
        ("[triggers.due_days]\ncritical = 0", ("line 2", "from 1 to 3650")),
        ("[triggers.due_days]\ncritical = 1.5", ("line 2", "whole days")),
        ("[triggers.due_days]\ncritical = true", ("line 2", "whole days")),
        ("[triggers.cadence_days]\nsevere = 3", ("line 2", "severity")),
        ("[triggers]\nevents = 3", ("line 2", "table")),
        ('[triggers.quiet]\nfrom = "25:00"\nto = "07:00"', ("line 2", "25:00")),
        ('[triggers.quiet]\nfrom = "20:00"', ("quiet.to",)),
        ('[triggers.quiet]\nform = "20:00"', ("line 2", "Did you mean from?")),
        ('[triggers.quiet]\nfrom = "20:00"\nto = "07:00"\nzone = "Mars"', ("line 4", "Mars")),
        ("[triggers]\nwindow_minutes = -1", ("line 2", "whole minutes")),
        ("[triggers]\nwindow_minuets = 5", ("line 2", "Did you mean window_minutes?")),
        ("[triggers.tiers.critcal]\ndue_days = 2", ("line 1", "Did you mean critical?")),
        ('[triggers.tiers.high.events]\n"modl.*" = "full"', ("line 2", "model.*")),
        ("[triggers.events]\n'a.b' = 'full'\n'model.changed' = { open = 'x' }", ("line 2",)),
        ("[triggers.events]\n'model.changed' = { open = 'x' }", ("line 2", "Did you mean opens?")),
        ("[triggers.events]\n'model.changed' = { ask = '' }", ("line 2", "model.changed.ask")),
        ('[triggers.risk_analysis]\nreference = "T"\ndate = "2026-02-30"', ("line 3", "no date")),
        ('[triggers.risk_analysis]\nreference = "T"', ("date None is no date",)),
        (
            '[triggers.risk_analysis]\nreference = "T"\ndate = 2026-02-01\nreview_by = 2026-01-01',
            ("line 4", "not after"),
        ),
        (
            '[triggers.quiet]\nfrom = "20:00"\nto = "07:00"\ndates = ["2026-13-01"]',
            ("line 4", "2026-13-01"),
        ),
        (
            '[triggers.quiet]\nfrom = "20:00"\nto = "07:00"\nweekends = "no"',
            ("line 4", "true or false"),
        ),
    ],
)
def test_what_it_cannot_be_is_refused_with_line_and_nearest_name(
    text: str, says: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    for part in says:
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [
        ("2026-11-24T18:59:00+00:00", False),
        ("2026-11-24T19:00:00+00:00", True),
        ("2026-11-25T05:59:00+00:00", True),
        ("2026-11-25T06:00:00+00:00", False),
        ("2026-11-28T12:00:00+00:00", True),
        ("2026-07-15T18:00:00+00:00", True),
        ("2026-07-15T17:59:00+00:00", False),
    ],
)
def test_quiet_hours_follow_the_clock_of_their_zone(instant: str, *, quiet: bool) -> None:
    text = '[triggers.quiet]\nfrom = "20:00"\nto = "07:00"\nzone = "Europe/Madrid"\nweekends = true'
    assert read(text).is_quiet(datetime.fromisoformat(instant)) is quiet


def test_without_quiet_hours_nothing_is_quiet() -> None:
    assert not TriggerPolicy().is_quiet(datetime.fromisoformat("2026-11-24T03:00:00+00:00"))


def test_a_tier_has_rules_of_its_own() -> None:
    policy = read(
        '[triggers.events]\n"model.changed" = "note"\n'
        '[triggers.tiers.critical]\ndue_days = 1\nevents = { "model.*" = "full" }'
    )
    assert policy.opens("model.changed") is Opens.NOTE
    assert policy.opens("model.changed", Severity.CRITICAL) is Opens.FULL
    assert policy.opens("model.changed", Severity.LOW) is Opens.NOTE
    assert policy.due_in_days([], Severity.CRITICAL) == 1


def test_days_of_freeze_are_quiet() -> None:
    text = '[triggers.quiet]\nfrom = "01:00"\nto = "01:01"\ndates = [2026-12-24]'
    assert read(text).is_quiet(datetime.fromisoformat("2026-12-24T12:00:00+00:00"))
    assert not read(text).is_quiet(datetime.fromisoformat("2026-12-25T12:00:00+00:00"))
