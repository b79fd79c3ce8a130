"""A signed decision is asked back in the review, and a second person answers where campaigns are."""

from conftest import Seat, Start
from sample import asked_back, signed

from recert.errors import RefusedError


async def whole(seat: Seat) -> str:
    return "\n".join(seat.lines())


async def test_a_signed_decision_is_asked_back_with_a_reason_and_stands_until_then(
    start: Start,
) -> None:
    async with start(signed(), size=(120, 32)) as seat:
        await seat.press("g", "R")
        assert "until a second person confirms" in await whole(seat)
        await seat.press("enter")
        assert seat.services.steps == []
        await seat.write("I mixed the two up")
        await seat.press("enter")
        assert seat.services.steps == [("requested", "i00000")]
        assert (
            "Asked to take 1 decision back; a second person confirms it: 2, then R." in seat.text()
        )
        assert "↶ back?" in seat.text()
        assert "waits for a second person" in seat.text()


async def test_what_is_not_signed_is_undone_instead(start: Start) -> None:
    async with start(signed()) as seat:
        await seat.press("g", "v", "G", "R")
        assert "u undoes those that are not signed" in seat.text()


async def test_several_are_asked_back_at_once_and_not_mixed_with_what_was_asked(
    start: Start,
) -> None:
    sample = signed()
    async with start(sample) as seat:
        await seat.press("g", "v", "j", "R")
        await seat.write("both wrong")
        await seat.press("enter")
        assert sample.steps == [("requested", "i00000", "i00001")]
        sample.withdraw_rescission("c1", ["i00001"])
        await seat.press("ctrl+r", "g", "v", "j", "R")
        assert "For 1 of 2 items it was asked already" in seat.text()


async def test_who_asked_withdraws_it_in_the_review_and_cannot_confirm_it(start: Start) -> None:
    sample = signed()
    sample.rescind("c1", ["i00000"], "I mixed the two up")
    async with start(sample) as seat:
        await seat.press("g", "R")
        shown = await whole(seat)
        assert "You asked for it; a second person has to confirm it." in shown
        assert "y confirm" not in shown
        await seat.press("y", "w")
        assert sample.steps[-1] == ("withdrawn", "i00000")
        assert "Withdrawn; as signed before: 1 decision." in seat.text()


async def test_a_second_person_is_told_sees_it_with_the_campaign_and_confirms_it(
    start: Start,
) -> None:
    sample = asked_back("i00000")
    async with start(sample, size=(120, 32)) as seat:
        assert (
            "1 request to take a signed decision back in c1: 2, then R to confirm." in seat.text()
        )
        await seat.press("2")
        assert "↶ 1 back" in seat.text() or "mine" in seat.text()
        assert "1 signed decision to be taken back?" in seat.text()
        assert "maria.lopez@example.com: “I mixed" in seat.text()
        await seat.press("R")
        assert "maria.lopez@example.com, 30 min ago: “I mixed the two up”" in await whole(seat)
        await seat.press("enter", "R", "space")
        assert sample.steps == []
        await seat.press("y")
        assert sample.steps == [("confirmed", "i00000")]
        assert "Taken back: 1 decision; asked again in c9." in seat.text()


async def test_of_several_requests_one_is_chosen_or_all(start: Start) -> None:
    sample = asked_back("i00000", "i00001")
    async with start(sample, size=(120, 32)) as seat:
        await seat.press("2", "R", "down", "down", "enter", "y")
        assert sample.steps == [("confirmed", "i00001")]
        await seat.press("R", "w")
        assert sample.steps[-1] == ("withdrawn", "i00000")
    sample = asked_back("i00000", "i00001")
    async with start(sample, size=(120, 32)) as seat:
        await seat.press("2", "R", "enter", "y")
        assert sample.steps == [("confirmed", "i00000", "i00001")]


async def test_a_confirmation_that_a_rule_refuses_says_why_and_nothing_has_changed(
    start: Start,
) -> None:
    sample = asked_back("i00000")
    sample.fail["confirm"] = RefusedError("Jon may not review.", rule="second_person")
    async with start(sample) as seat:
        await seat.press("2", "R", "y")
        assert "✗ Jon may not review." in seat.text()
        assert sample.steps == []


async def test_where_nobody_asked_it_says_how_one_asks(start: Start) -> None:
    async with start() as seat:
        await seat.press("2", "R")
        assert "Nobody asked to take a signed decision back" in seat.text()


async def test_a_long_reason_scrolls_and_hides_neither_the_keys_nor_what_they_come_to(
    start: Start,
) -> None:
    sample = signed()
    sample.rescind("c1", ["i00000"], "so long " * 240 + "the end")
    async with start(sample, size=(80, 24)) as seat:
        await seat.press("g", "R")
        shown = await whole(seat)
        assert "You asked for it; a second person has to confirm it." in shown
        assert "w withdraw the request" in shown
        assert "the end" not in shown
        await seat.press("G")
        shown = await whole(seat)
        assert "the end" in shown
        assert "w withdraw the request" in shown


async def test_all_that_would_be_confirmed_at_once_is_shown(start: Start) -> None:
    items = [f"i0000{number}" for number in range(7)]
    sample = asked_back(*items)
    async with start(sample, size=(80, 24)) as seat:
        await seat.press("2", "R", "enter")
        seen = await whole(seat)
        await seat.press("G")
        seen += await whole(seat)
        titles = [one["title"] for one in sample.campaigns()[0].rescissions]
        assert len(titles) == 7
        assert [title for title in titles if title[:20] not in seen] == []
