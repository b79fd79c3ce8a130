import json
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from recert.campaigns.canonical_text import digest_of, record_digest, short_id, text_of
from recert.campaigns.deadlines import Calendar
from recert.campaigns.views import Verdict
from recert.errors import UsageError
from recert.store.canonical import canonical, digest
from recert.store.entries import RECORD, item_record
from recert.store.tables import ItemRow

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_the_fast_text_is_the_canonical_one(value: Any) -> None:
    assert text_of(value).encode("ascii") == canonical(value)
    assert digest_of(value) == digest(value)


@given(st.floats() | st.integers(min_value=2**53))
def test_what_canonical_json_cannot_hold_becomes_its_text(value: float) -> None:
    assert isinstance(canonical(json.loads(text_of({"value": value}))), bytes)


@given(st.text(), st.text(), JSON, st.sampled_from((True, False)))
def test_the_record_of_an_item_is_that_of_its_row(
    title: str, reason: str, body: Any, privileged: Any
) -> None:
    columns = dict.fromkeys(RECORD, "x") | {
        "title": title,
        "reason": reason,
        "agent": None,
        "rank": 3,
        "privileged": privileged,
        "body": text_of({"shown": body}),
    }
    assert record_digest(columns) == digest(item_record(ItemRow(**columns, reviewer=None)))


def test_ids_are_short_and_of_the_content() -> None:
    assert short_id("i", ["a"], 10) == short_id("i", ["a"], 10) != short_id("i", ["b"], 10)
    assert len(short_id("i", ["a"], 10)) == 12


def test_items_have_the_same_ids_in_every_store(w: ModuleType, house: Any, tmp_path: Any) -> None:
    (tmp_path / "other").mkdir()
    other = w.House.build(tmp_path / "other")
    found = w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]})
    ids = []
    for one in (house, other):
        one.sync(found)
        campaign = one.open("hr")
        ids.append((campaign, [line.id for line in one.lines(campaign)]))
    assert ids[0] == ids[1]
    other.store.close()


def test_the_population_says_how_it_was_made(house: Any, hr: str) -> None:
    entry = next(one for one in house.entries() if one["type"] == "campaign.extended")
    population = entry["body"]["settings"]["population"]
    assert population["items"] == population["subjects"] == 5
    assert population["kinds"] == {"permission": 4, "stewardship": 1}
    assigned = next(one for one in house.entries() if one["type"] == "items.assigned")
    assert assigned["body"]["count"] == 5
    steps = [one["type"] for one in house.entries() if one["type"].startswith("campaign.")]
    assert steps == [
        "campaign.opened",
        "campaign.preparing",
        "campaign.extended",
        "campaign.staged",
        "campaign.active",
    ]


def test_the_delta_is_by_permission_and_context(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:*", "s3:PutObject"]}))
    first = house.open("hr")
    assert {line.delta for line in house.lines(first)} == {"new"}
    house.attest_all(first)
    house.close(first)
    house.tomorrow()
    again = house.open("hr", name="again")
    assert {line.delta for line in house.lines(again)} == {"unchanged"}
    house.as_("owner").cancel(again, "Only to see.")
    roles = [w.role("hr-role", ["s3:GetObject", "iam:PassRole"])]
    statement = roles[0].inline[0].document.replace("files/*", "other/*", 1)
    policy = roles[0].inline[0].model_copy(update={"document": statement})
    changed = roles[0].model_copy(update={"inline": (policy,)})
    taken = house.sync(w.estate([w.agent("hr", owner="bob")], [changed], day=1))
    (third,) = taken.campaigns
    deltas = {line.title: (line.delta, line.state) for line in house.lines(third)}
    assert deltas == {
        "May s3:GetObject": ("changed", "pending"),
        "May iam:PassRole": ("new", "pending"),
        "hr belongs to bob": ("changed", "pending"),
        "May s3:*": ("removed", "excluded"),
        "May s3:PutObject": ("removed", "excluded"),
    }
    item = house.as_("x").item(third, house.line(third, "GetObject").id)
    assert "files" in str(item.evidence["before"])
    assert "other" in str(item.evidence["after"])
    assert item.evidence["last_decision"]["verdict"] == Verdict.ATTEST
    assert house.problems() == []


def test_privileged_items_come_first_and_unchanged_ones_last(house: Any, hr: str) -> None:
    assert house.lines(hr)[0].title == "May iam:PassRole"
    with house.store.read() as session:
        ranks = sorted(row.rank for row in session.exec(select(ItemRow)))
    assert ranks == list(range(5))


@pytest.mark.parametrize(
    ("now", "days", "zone", "due"),
    [
        # A Friday, over a weekend.
        ("2026-11-27T10:00:00+00:00", 1, "UTC", "2026-11-30T18:00:00+00:00"),
        # Berlin leaves summer time on 25 October 2026: 18:00 there is 16:00 before, 17:00 after.
        ("2026-10-22T10:00:00+00:00", 1, "Europe/Berlin", "2026-10-23T16:00:00+00:00"),
        ("2026-10-22T10:00:00+00:00", 4, "Europe/Berlin", "2026-10-26T17:00:00+00:00"),
        # New York begins summer time on 14 March 2027.
        ("2027-03-12T15:00:00+00:00", 3, "America/New_York", "2027-03-15T22:00:00+00:00"),
        # The day is that of the zone: it is the 1st already in Auckland.
        ("2026-11-30T20:00:00+00:00", 1, "Pacific/Auckland", "2026-12-02T05:00:00+00:00"),
        # Month end and leap day.
        ("2028-02-28T10:00:00+00:00", 1, "UTC", "2028-02-29T18:00:00+00:00"),
        ("2026-12-31T10:00:00+00:00", 31, "UTC", "2027-02-01T18:00:00+00:00"),
    ],
)
def test_a_deadline_is_the_end_of_a_business_day(now: str, days: int, zone: str, due: str) -> None:
    found = Calendar(zone).due_after(datetime.fromisoformat(now), days)
    assert found == datetime.fromisoformat(due)
    assert found.utcoffset() == timedelta(0)


def test_an_unknown_zone_is_refused() -> None:
    for zone in ("Europe/Nowhere", "../etc/passwd", ""):
        with pytest.raises(UsageError, match="no time zone"):
            Calendar(zone).due_after(datetime(2026, 11, 24, tzinfo=UTC), 1)
