from datetime import timedelta
from typing import Any

import pytest

from recert.campaigns.attention import LOOP, second_look
from recert.campaigns.views import Attention, Verdict
from recert.errors import RefusedError, UsageError


@pytest.fixture
def wide(w: Any, house: Any) -> str:
    """Return a campaign of 25 items of alice."""
    actions = [f"s3:Get{number:02}" for number in range(24)]
    house.sync(w.estate([w.agent("hr")], {"hr-role": actions}))
    return str(house.open("hr"))


def test_a_loop_of_headless_decisions_counts_as_bulk(house: Any, wide: str) -> None:
    lines = house.lines(wide)
    for line in lines[:LOOP]:
        (made,) = house.decide("alice", wide, line.id)
        assert made.bulk == 1
    with pytest.raises(RefusedError, match="in bulk") as refused:
        house.decide("alice", wide, lines[LOOP].id)
    assert refused.value.rule == "rationale"
    (made,) = house.decide("alice", wide, lines[LOOP].id, rationale="All of it is needed.")
    assert made.bulk == LOOP + 1
    house.clock.instant += timedelta(minutes=2)
    (made,) = house.decide("alice", wide, lines[LOOP + 1].id)
    assert made.bulk == 1


def test_a_person_at_a_screen_is_no_loop(house: Any, wide: str) -> None:
    for line in house.lines(wide)[: LOOP + 3]:
        (made,) = house.decide("alice", wide, line.id, headless=False)
        assert made.bulk == 1


def test_a_loop_goes_back_one_by_one(house: Any, wide: str) -> None:
    lines = house.lines(wide)[: LOOP + 2]
    for line in lines:
        house.decide("alice", wide, line.id, rationale="It is needed.")
    assert house.as_("alice").undo(wide) == (lines[-1].id,)
    assert house.as_("alice").undo(wide) == (lines[-2].id,)


def test_the_figures_say_how_a_review_was_done(house: Any, wide: str) -> None:
    lines = house.lines(wide)
    for number, line in enumerate(lines[:4]):
        house.clock.instant += timedelta(seconds=10)
        house.decide(
            "alice",
            wide,
            line.id,
            headless=False,
            attention={line.id: Attention(dwell_ms=1_000 * (number + 1), opened=number == 0)},
        )
    house.decide("alice", wide, *(line.id for line in lines[4:8]), rationale="Read only.")
    house.decide("alice", wide, lines[8].id, verdict=Verdict.REVOKE, rationale="Not needed.")
    (found,) = house.as_("x").attention(wide)
    assert (found.reviewer, found.decisions, found.requests) == ("alice", 9, 6)
    assert (found.bulk_share, found.headless_share, found.kept_share) == (44, 56, 89)
    assert (found.dwell_ms_least, found.dwell_ms_median, found.opened_share) == (1_000, 2_500, 25)
    assert found.longest_run == 5
    assert found.pace_ms_median == 10_000
    assert found.followed_share == 89


def test_a_second_look_draws_one_in_ten_of_what_is_kept(house: Any, wide: str) -> None:
    lines = house.lines(wide)
    house.decide("alice", wide, *(line.id for line in lines[:21]), rationale="Read only.")
    house.decide(
        "alice", wide, *(one.id for one in lines[21:]), verdict=Verdict.REVOKE, rationale="No."
    )
    house.as_("alice").sign(wide)
    with house.store.read() as session:
        drawn = second_look(session, wide)
        assert second_look(session, wide) == drawn
    assert len(drawn) == 3
    assert set(drawn) <= {line.id for line in lines[:21]}


@pytest.mark.parametrize("text", ["\udcff", "a\x00b", "x" * 10_001])
def test_what_is_no_text_is_refused_before_it_is_stored(house: Any, hr: str, text: str) -> None:
    item = house.line(hr, "GetObject").id
    for act in (
        lambda: house.decide("alice", hr, item, rationale=text),
        lambda: house.as_("alice").reassign(hr, [item], "bob", text),
        lambda: house.as_("alice").reassign(hr, [item], text, "note"),
        lambda: house.as_("owner").exclude(hr, [item], text, "why"),
        lambda: house.as_("owner").exclude(hr, [item], "rule", text),
        lambda: house.as_("owner").cancel(hr, text),
        lambda: house.as_("owner").open([], name=text),
        lambda: house.know(text),
    ):
        with pytest.raises(UsageError):
            act()


def test_the_filter_of_a_bulk_stands_in_the_ledger(house: Any, hr: str) -> None:
    items = tuple(one.id for one in house.lines(hr) if "s3:" in one.title)
    house.decide("alice", hr, *items, rationale="All of S3.", chosen_by="s3")
    told = [
        one["body"]["attention"] for one in house.entries() if one["type"] == "decision.recorded"
    ]
    assert {(one["filter"], one["bulk"]) for one in told} == {("s3", len(items))}


def test_a_loop_keeps_nothing_privileged_unless_it_names_what_it_saw(house: Any, hr: str) -> None:
    items = [one for one in house.lines(hr) if not one.privileged]
    for one in [*items, *items]:
        house.decide("alice", hr, one.id, rationale="It is needed.")
    secret = house.line(hr, "PassRole")
    with pytest.raises(RefusedError) as refused:
        house.decide(secret.reviewer, hr, secret.id, rationale="It is needed.", headless=True)
    if secret.reviewer == "alice":
        assert refused.value.rule == "bulk_privileged"
    house.decide(
        secret.reviewer,
        hr,
        secret.id,
        rationale="It is needed.",
        seen={secret.id: secret.basis_digest},
    )
