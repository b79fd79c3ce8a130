from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recert.campaigns.deadlines import Calendar
from recert.campaigns.decisions import campaign_row
from recert.campaigns.messages import letter
from recert.campaigns.people import Person, add, directory
from recert.campaigns.reminders import Plan, Rhythm, plan
from recert.campaigns.views import Verdict


def planned(
    house: Any, campaign: str, rhythm: Rhythm | None = None, calendar: Calendar | None = None
) -> Plan:
    with house.store.read() as session:
        return plan(
            session,
            campaign_row(session, campaign),
            directory(session),
            rhythm=rhythm or Rhythm(),
            calendar=calendar or Calendar(),
            now=house.clock.now(),
        )


def told(found: Plan) -> set[tuple[str, str]]:
    return {(one.recipient, one.template) for one in found.messages}


def know(house: Any, *persons: Person) -> None:
    add(house.store, persons, clock=house.clock, actor=house.actor)


def test_only_who_has_work_left_is_told_and_how_much(house: Any, hr: str) -> None:
    found = planned(house, hr)
    assert told(found) == {("alice", "reminder")}
    assert found.messages[0].counts == {"pending": 5, "unsigned": 0}
    for line in house.lines(hr):
        house.decide("alice", hr, line.id, verdict=Verdict.ABSTAIN, rationale="No.")
    assert planned(house, hr).messages[0].counts == {"pending": 0, "unsigned": 5}
    house.as_("alice").sign(hr)
    assert planned(house, hr).messages == ()


def test_a_campaign_that_does_not_run_reminds_nobody(house: Any, hr: str) -> None:
    house.as_("owner").cancel(hr, "over")
    assert planned(house, hr).messages == ()


def test_a_window_is_a_stretch_of_days_of_the_campaigns_zone(house: Any, hr: str) -> None:
    rhythm = Rhythm(every_days=3)
    seen = []
    for _ in range(8):
        seen.append(planned(house, hr, rhythm).window)
        house.tomorrow()
    assert seen == ["0.0", "0.0", "0.0", "0.1", "0.1", "0.1", "0.2", "0.2"]


@pytest.mark.parametrize(
    ("late", "level", "recipients"),
    [
        # Due on Monday the 16th at 18:00.
        ("2026-11-16T17:59:00+00:00", 0, {("alice", "reminder")}),
        ("2026-11-16T19:00:00+00:00", 0, {("alice", "reminder")}),
        ("2026-11-17T09:00:00+00:00", 1, {("alice", "reminder"), ("mona", "escalation")}),
        # A weekend adds no business day.
        ("2026-11-22T09:00:00+00:00", 1, {("alice", "reminder"), ("mona", "escalation")}),
        (
            "2026-11-23T09:00:00+00:00",
            2,
            {("alice", "reminder"), ("mona", "escalation"), ("owner", "escalation")},
        ),
    ],
)
def test_the_later_it_is_the_more_people_know(
    house: Any, hr: str, late: str, level: int, recipients: set[tuple[str, str]]
) -> None:
    know(house, Person("mona", "Mona"), Person("alice", "Alice", manager="mona"))
    house.clock.instant = datetime.fromisoformat(late)
    found = planned(house, hr, Rhythm(escalate_after=(1, 5)))
    assert (found.level, told(found)) == (level, recipients)
    # A new level is a window of its own: nobody waits three days to hear of it.
    assert found.window.startswith(f"{level}.")


def test_without_a_manager_the_owner_hears_of_it_and_nobody_hears_of_themselves(
    house: Any, hr: str
) -> None:
    house.clock.instant = datetime(2026, 11, 18, 9, tzinfo=UTC)
    assert told(planned(house, hr)) == {("alice", "reminder"), ("owner", "escalation")}
    house.clock.instant += timedelta(days=20)
    know(house, Person("owner", "Owner", aliases=("alice",)))
    assert told(planned(house, hr)) == {("owner", "reminder")}


def test_a_holiday_puts_an_escalation_off(house: Any, hr: str) -> None:
    house.clock.instant = datetime(2026, 11, 17, 9, tzinfo=UTC)
    off = Calendar(holidays=frozenset({datetime(2026, 11, 17, tzinfo=UTC).date()}))
    assert planned(house, hr, calendar=off).level == 0
    assert planned(house, hr).level == 1


def test_somebody_who_left_is_named_and_not_written_to(house: Any, hr: str) -> None:
    know(house, Person("alice", "Alice", active=False))
    found = planned(house, hr)
    assert (found.messages, dict(found.left)) == ((), {"alice": "is no longer active"})


def test_a_letter_names_permissions_only_where_that_is_wanted(house: Any, hr: str) -> None:
    view = house.as_("owner").campaign(hr)
    plain = letter(planned(house, hr).messages[0], view, Rhythm())
    assert "s3:" not in plain.text
    assert "iam:" not in plain.text
    assert plain.subject.startswith("5 items to decide in ")
    rhythm = Rhythm(detail="titles", link="https://recert.example/{campaign}")
    long = letter(planned(house, hr, rhythm).messages[0], view, rhythm)
    assert "May iam:PassRole" in long.text
    assert f"https://recert.example/{hr}" in long.text


def test_hostile_names_stay_one_line_of_text(house: Any, hr: str) -> None:
    message = planned(house, hr).messages[0]
    view = replace(house.as_("owner").campaign(hr), name="x\r\nBcc: eve@example.com\x1b[2J")
    told = letter(replace(message, name="al\x1b]8;;ice\n"), view, Rhythm())
    assert "\n" not in told.subject
    assert "\r" not in told.subject + told.text
    assert "\x1b" not in told.subject + told.text
