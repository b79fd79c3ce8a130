"""The way of a reviewer through a campaign, by keyboard alone."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Start
from sample import Sample, many
from sample_data import ME

from recert.campaigns.views import Verdict
from recert.errors import RefusedError, StoreError
from recert.tui.memory import Memory
from recert.tui.modals.signing import SignOff
from recert.tui.modals.text import Rationale
from recert.tui.modes import deciding


async def test_the_first_screen_is_the_review_of_a_running_campaign_and_asks_nothing(
    start: Start,
) -> None:
    async with start() as seat:
        assert "claims-intake was repurposed" in seat.text()
        assert "0 of 20 of yours decided" in seat.text()
        assert len(seat.app.screen_stack) == 1


async def test_a_verdict_is_stored_with_what_was_seen_and_shown_and_is_not_headless(
    start: Start,
) -> None:
    async with start() as seat:
        await seat.press("j", "r")
        request = seat.services.requests[-1]
        assert request.verdict is Verdict.REVOKE
        assert request.items == ("i00001",)
        assert request.seen == {"i00001": seat.services.lines["i00001"].basis_digest}
        assert set(request.shown) == {"i00001"}
        assert request.attention["i00001"].opened is False
        assert request.attention["i00001"].dwell_ms >= 0
        assert request.headless is False
        assert request.client_id


async def test_after_a_verdict_the_cursor_is_on_the_next_undecided_item(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "r", "k", "k", "s")
        assert seat.review.listing.current.id == "i00002"


async def test_a_verdict_that_needs_a_rationale_asks_for_it_and_is_then_stored(
    start: Start,
) -> None:
    async with start() as seat:
        await seat.press("j", "j", "a")
        assert isinstance(seat.app.screen, Rationale)
        assert seat.services.lines["i00002"].verdict is None
        await seat.write("payouts need it")
        await seat.press("enter")
        assert seat.services.decisions["i00002"].rationale == "payouts need it"
        assert seat.review.listing.current.id != "i00002"


async def test_an_empty_or_unfinished_rationale_is_not_taken(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "j", "a", "enter")
        assert isinstance(seat.app.screen, Rationale)
        await seat.press("down", "enter", "enter")
        assert "Fill every ___." in seat.text()
        assert not seat.services.decisions


async def test_escape_from_a_rationale_leaves_the_item_undecided(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "j", "a", "escape")
        assert "0 of 20 of yours decided" in seat.text()
        assert seat.review.listing.current.verdict is None


async def test_a_refused_decision_goes_back_and_says_why(start: Start) -> None:
    services = Sample()
    services.fail["decide"] = RefusedError("You own it.", "Somebody else decides.", rule="self")
    async with start(services) as seat:
        await seat.press("j", "r")
        assert "You own it. Somebody else decides." in seat.text().replace("\n ", " ")
        assert seat.review.pages.at(1).verdict is None
        assert "0 of 20 of yours decided" in seat.text()


async def test_a_decision_is_painted_before_it_is_stored_and_says_that_it_is_being_saved(
    start: Start,
) -> None:
    services = Sample(gate=threading.Event())
    async with start(services) as seat:
        await seat.pilot.press("j", "r")
        await seat.pilot.pause()
        assert "… revoke" in seat.text()
        assert "saving 1" in seat.text()
        assert not services.decisions
        services.gate.set()
        await seat.settle()
        assert "✗ revoke" in seat.text()
        assert "saving" not in seat.text()


async def test_quitting_waits_for_what_is_being_saved(start: Start) -> None:
    services = Sample(gate=threading.Event())
    async with start(services) as seat:
        await seat.pilot.press("j", "r", "q")
        assert seat.app.is_running
        services.gate.set()
        await seat.settle()
        assert "i00001" in services.decisions
        assert seat.app.return_code == 0


async def test_a_key_held_down_decides_one_item(start: Start) -> None:
    async with start(apart=0.033) as seat:
        await seat.pilot.press(*["s"] * 40)
        await seat.settle()
        assert [request.items for request in seat.services.requests] == [("i00000",)]


async def test_a_key_held_down_decides_one_item_also_where_the_keyboard_waits_before_repeating(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "WINDOW", 5.0)
    async with start() as seat:
        times = iter([0.0, *(0.5 + 0.033 * n for n in range(30))])
        seat.app.key_time = lambda _event: next(times)
        await seat.pilot.press(*["s"] * 31)
        await seat.settle()
        assert len(seat.services.requests) == 1
        assert "held down" in seat.text()


async def test_two_verdicts_200_ms_apart_are_two(start: Start) -> None:
    async with start(apart=0.2) as seat:
        await seat.press("s", "s")
        await seat.until(lambda: len(seat.services.requests) == 2)


async def test_many_marked_items_are_decided_at_once_with_one_rationale(start: Start) -> None:
    async with start() as seat:
        await seat.press("space", "space", "v", "j", "j", "v", "r")
        await seat.write("not needed any more")
        await seat.press("enter")
        assert len(seat.services.requests[-1].items) == 3
        assert len(seat.services.decisions) == 3
        assert not seat.review.marked


async def test_a_range_counts_also_where_the_keys_come_faster_than_the_screen(start: Start) -> None:
    async with start() as seat:
        await seat.pilot.press("v", "G", "r")
        await seat.settle()
        assert "20 items" in seat.text()


async def test_backslash_clears_the_selection(start: Start) -> None:
    async with start() as seat:
        await seat.press("space", "space")
        assert "2 selected" in seat.text()
        await seat.press("backslash")
        assert "selected" not in seat.text()


async def test_undo_and_redo_go_through_the_services_and_repaint(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "r", "u")
        assert not seat.services.decisions
        assert seat.review.listing.current.id == "i00001"
        assert "0 of 20 of yours decided" in seat.text()
        await seat.press("U")
        assert seat.services.decisions["i00001"].verdict is Verdict.REVOKE
        assert "1 of 20 of yours decided" in seat.text()


async def test_narrowing_picks_from_the_concrete_actions(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "j", "n")
        assert "keep 2, drop 6" in seat.text()
        await seat.press("space", "enter")
        request = seat.services.requests[-1]
        assert request.verdict is Verdict.REDUCE
        assert request.reduce_to == ("s3:DeleteObject", "s3:GetObject", "s3:ListBucket")


async def test_attest_until_asks_for_a_day_in_the_future(start: Start) -> None:
    async with start() as seat:
        await seat.press("G", "t")
        field = seat.app.screen.query_one("#field-day")
        field.value = "2020-01-01"
        await seat.press("enter")
        assert "not in the future" in seat.text()
        field.value = "30d"
        await seat.press("enter")
        await seat.write("until the move")
        await seat.press("enter")
        request = seat.services.requests[-1]
        assert request.verdict is Verdict.ATTEST_UNTIL
        assert request.until.date().isoformat() == "2026-12-24"


async def test_an_exception_carries_control_approver_and_expiry(start: Start) -> None:
    async with start() as seat:
        await seat.press("x")
        for text in ("alarm on use", "aiko.tanaka"):
            await seat.write(text)
            await seat.press("tab")
        await seat.press("tab")
        await seat.write("vendor needs it")
        await seat.press("enter")
        request = seat.services.requests[-1]
        assert (request.control, request.approver) == ("alarm on use", "aiko.tanaka")
        assert request.expires.date().isoformat() == "2027-02-22"
        assert request.rationale == "vendor needs it"


async def test_a_rationale_written_first_goes_with_the_next_verdict(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "j", "c")
        await seat.write("checked with jon")
        await seat.press("enter", "a")
        assert seat.services.decisions["i00002"].rationale == "checked with jon"


async def test_an_item_is_handed_to_somebody_else(start: Start) -> None:
    async with start() as seat:
        await seat.press("d")
        await seat.write("aiko")
        await seat.press("enter")
        await seat.write("you know it")
        await seat.press("enter")
        assert seat.services.reassigned == [(("i00000",), "aiko.tanaka@example.com", "you know it")]
        assert "of 19 of yours" in seat.text()


async def test_only_y_signs_and_a_held_or_repeated_key_never_does(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "r", "S")
        assert isinstance(seat.app.screen, SignOff)
        await seat.press("S", "S", "enter", "space", "a")
        assert not seat.services.signed
        await seat.press("y")
        assert seat.services.signed
        assert "signature: none" in seat.text()
        assert "§ revoke" in seat.text()


async def test_nothing_decided_cannot_be_signed(start: Start) -> None:
    async with start() as seat:
        await seat.press("S", "y")
        assert not seat.services.signed
        assert "nothing of yours to sign" in seat.text()


async def test_brackets_go_to_the_next_and_previous_undecided(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "r", "r", "g", "right_square_bracket")
        assert seat.review.listing.current.id == "i00003"
        await seat.press("left_square_bracket")
        assert seat.review.listing.current.id == "i00000"


async def test_the_filter_narrows_the_list_while_it_is_typed_and_esc_clears_it(
    start: Start,
) -> None:
    async with start() as seat:
        await seat.press("slash")
        await seat.write("lambda")
        await seat.press("enter")
        assert len(seat.review.pages) == 1
        assert "/lambda" in seat.text()
        await seat.press("escape")
        assert len(seat.review.pages) == 20


async def test_a_filter_that_nothing_fits_says_so_and_how_to_clear_it(start: Start) -> None:
    async with start() as seat:
        await seat.press("slash")
        await seat.write("zzzz")
        assert "Nothing has zzzz in it" in seat.text()


async def test_e_opens_the_evidence_on_a_small_screen_and_the_list_stays(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "j")
        assert "Where it comes from" not in seat.text()
        await seat.press("e")
        assert "worst case" in seat.text()
        assert "◆ perms   iam:PassRole " in seat.text()
        await seat.press("escape")
        assert not seat.review.has_class("-open")


async def test_the_evidence_is_beside_the_list_on_a_wide_screen(start: Start) -> None:
    async with start(size=(140, 44)) as seat:
        await seat.press("j", "j")
        assert "Where it comes from" in seat.text()
        assert "blocked by boundary agent-boundary" in seat.text()


async def test_it_resumes_at_the_item_where_it_was_left(start: Start, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "place.json")
    async with start(memory=memory) as seat:
        await seat.press("j", "j", "j", "j")
    async with start(memory=memory) as seat:
        assert seat.review.listing.current.id == "i00004"


async def test_only_undecided_items_can_be_shown(start: Start) -> None:
    async with start() as seat:
        await seat.press("j", "r", "o")
        assert len(seat.review.pages) == 19


async def test_items_of_others_are_shown_where_none_is_mine(start: Start) -> None:
    services = Sample()
    async with start(services) as seat:
        assert seat.review.only_mine
        await seat.press("m")
        assert not seat.review.only_mine
        assert ME not in seat.review._filter().text


async def test_everything_decided_says_what_comes_next(start: Start) -> None:
    async with start(Sample(rows=Sample().rows[9:11])) as seat:
        await seat.press("a", "a")
        assert "Everything here is decided." in seat.text()


async def test_a_long_list_is_read_page_by_page_and_keeps_few_pages(start: Start) -> None:
    async with start(Sample(rows=many(5000))) as seat:
        assert len(seat.review.pages) == 5000
        await seat.press("G")
        assert seat.review.listing.current.id == "i04999"
        assert len(seat.review.pages._pages) <= 12
        await seat.press("g")
        assert seat.review.listing.current.id == "i00000"


async def test_the_next_undecided_is_found_beyond_what_is_in_memory(start: Start) -> None:
    services = Sample(rows=many(1000))
    for item in services.order[:700]:
        services.lines[item] = replace(
            services.lines[item], state="decided", verdict=Verdict.ATTEST
        )
    async with start(services) as seat:
        await seat.press("right_square_bracket")
        assert seat.review.listing.current.id == "i00700"


async def test_no_running_campaign_is_said_with_the_next_key(start: Start) -> None:
    async with start(Sample(no_campaigns=True)) as seat:
        assert "No review is open." in seat.text()
        assert "2 shows every campaign" in seat.text()


async def test_a_store_that_does_not_open_is_said_with_what_to_do(start: Start) -> None:
    services = Sample()
    services.fail["session"] = StoreError("The store is newer than this recert.", "Update recert.")
    async with start(services) as seat:
        assert "The store is newer than this recert. Update recert." in seat.text()
        await seat.press("1", "j", "a", "S", "question_mark", "escape", "2")
        assert seat.app.is_running


async def test_a_store_that_goes_away_keeps_the_ui_up_and_the_decision_undone(start: Start) -> None:
    services = Sample()
    async with start(services) as seat:
        services.fail["decide"] = StoreError("The store is locked.", "Try again.")
        await seat.press("j", "r")
        assert "The store is locked." in seat.text()
        assert seat.review.pages.at(1).verdict is None
        del services.fail["decide"]
        await seat.press("r")
        assert "i00001" in services.decisions


async def test_an_unexpected_failure_of_a_worker_is_a_sentence(start: Start) -> None:
    services = Sample()
    async with start(services) as seat:
        services.item = lambda *_: 1 / 0
        await seat.press("j")
        assert "ZeroDivisionError" in seat.text()
        assert seat.app.is_running


async def test_an_unexpected_failure_while_deciding_takes_the_decision_back(start: Start) -> None:
    services = Sample()
    async with start(services) as seat:
        services.decide = lambda *_: 1 / 0
        await seat.press("j", "r")
        assert seat.review.pages.at(1).verdict is None
        assert not seat.review.still_saving()
