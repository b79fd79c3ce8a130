from pathlib import Path

from conftest import Start
from sample import Sample, many

from recert.tui.memory import Memory
from recert.tui.view.items import near


def titles(seat_text: str) -> list[str]:
    return [
        line.split("  ")[0].strip() for line in seat_text.splitlines() if line[1:2] in ("▾", "▸")
    ]


async def test_items_stand_in_groups_the_gravest_first(start: Start) -> None:
    async with start(size=(120, 50), group="risk") as seat:
        found = titles(seat.text())
        assert found[0].startswith("▾ privileged")
        assert [title[2:] for title in found[1:4]] == ["write", "tagging", "read"]


async def test_b_goes_through_the_groupings_and_the_next_start_goes_on(
    start: Start, tmp_path: Path
) -> None:
    memory = Memory(tmp_path / "kept.json")
    async with start(group="risk", memory=memory) as seat:
        await seat.press("b")
        assert "by service" in seat.text()
        assert "▾ s3" in seat.text()
        await seat.press("b")
        assert "by policy" in seat.text()
    async with start(group="risk", memory=memory) as seat:
        assert "by policy" in seat.text()
        await seat.press("b", "b")
        assert " by " not in seat.lines()[2]
        assert titles(seat.text()) == []


async def test_the_cursor_passes_over_the_lines_of_open_groups(start: Start) -> None:
    async with start(group="risk") as seat:
        seen = set()
        for _ in range(40):
            assert seat.review.current is not None
            seen.add(seat.review.current.id)
            await seat.press("j")
        assert len(seen) == 20
        await seat.press("g")
        assert seat.review.listing.cursor == 1
        assert seat.review.listing.scroll_offset.y == 0


async def test_a_folded_group_is_one_line_and_decides_nothing(start: Start) -> None:
    async with start(group="risk") as seat:
        first = seat.review.current
        await seat.press("z")
        assert titles(seat.text())[0].startswith("▸ privileged")
        assert seat.review.current is None
        await seat.press("r", "a")
        assert seat.services.requests == []
        await seat.press("z", "j", "k")
        assert seat.review.current == first


async def test_folding_all_shows_how_much_is_undecided(start: Start) -> None:
    async with start(group="service", size=(120, 40)) as seat:
        await seat.press("Z")
        found = [line for line in seat.text().splitlines() if line[1:2] == "▸"]
        assert len(found) == len({line.service for line in seat.services.lines.values()})
        await seat.press("Z")
        assert "▸" not in seat.text()


async def test_the_next_undecided_item_opens_the_group_that_it_is_in(start: Start) -> None:
    async with start(group="risk") as seat:
        await seat.press("z", "right_square_bracket")
        assert seat.review.current is not None
        assert seat.review.current.verdict is None


async def test_what_is_unchanged_is_folded_and_stays_undecided(start: Start) -> None:
    async with start(group="delta", size=(120, 50)) as seat:
        unchanged = [one for one in seat.services.lines.values() if one.delta == "unchanged"]
        assert unchanged
        assert "▸ unchanged since the last signature" in seat.text()
        assert all(one.verdict is None for one in unchanged)


async def test_a_group_counts_what_is_decided_as_it_is_decided(start: Start) -> None:
    async with start(group="risk", size=(120, 40)) as seat:
        before = seat.text().splitlines()
        assert "none decided" in next(line for line in before if "▾ privileged" in line)
        await seat.press("r")
        after = next(line for line in seat.text().splitlines() if "▾ privileged" in line)
        assert "1 decided" in after


async def test_a_click_on_the_line_of_a_group_folds_it(start: Start) -> None:
    async with start(group="risk", size=(120, 40)) as seat:
        await seat.pilot.click("#items", offset=(4, 0))
        await seat.settle()
        assert titles(seat.text())[0].startswith("▸ privileged")


async def test_a_range_over_two_groups_holds_items_only(start: Start) -> None:
    async with start(group="risk", size=(120, 40)) as seat:
        rows = seat.review.rows
        assert rows is not None
        await seat.press("v", *["j"] * rows.groups[0].items)
        assert len(seat.review.chosen()) == rows.groups[0].items + 1


async def test_w_tells_permissions_in_words(start: Start) -> None:
    async with start() as seat:
        assert "action" in seat.lines()[3]
        await seat.press("w")
        assert "permission" in seat.lines()[3]
        assert "action" not in seat.lines()[3]


async def test_groups_of_a_long_list_are_read_page_by_page(start: Start) -> None:
    async with start(Sample(rows=many(3000)), group="service") as seat:
        await seat.press("G")
        await seat.until(lambda: seat.review.current is not None)
        rows = seat.review.rows
        assert rows is not None
        assert seat.review.listing.cursor == len(rows) - 1


def test_a_resource_is_told_by_its_last_part() -> None:
    assert near("arn:aws:lambda:eu-west-1:111122223333:function:x +2") == "function:x +2"
    assert near("arn:aws:s3:::bucket/*") == "bucket/*"
    assert near("*") == "*"
    assert near("arn:odd") == "arn:odd"
