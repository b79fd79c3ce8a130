"""Figures for long lists at 150 by 45; they print, they do not judge."""

import tracemalloc
from dataclasses import replace

import pytest
from conftest import Start
from figures import Figures, spent
from sample import Sample, many

from recert.campaigns.views import ItemFilter, ItemPage, ItemView

LONG = 100_000


class Long(Sample):
    """A campaign of 100,000 items that costs no memory of its own to page through."""

    def __init__(self) -> None:
        super().__init__()
        self._made = dict(self.lines)

    def items(
        self, campaign: str, wanted: ItemFilter, *, after: str | None, limit: int
    ) -> ItemPage:
        start = 0 if after is None else int(after)
        lines = list(self._made.values())
        page = tuple(
            replace(lines[i % len(lines)], id=f"i{i:06d}")
            for i in range(start, min(LONG, start + limit))
        )
        end = start + limit
        return ItemPage(page, LONG, str(end) if end < LONG else None)

    def item(self, campaign: str, item: str) -> ItemView:
        return super().item(campaign, f"i{int(item[1:]) % len(self._made):05d}")


@pytest.mark.benchmark
async def test_benchmark_of_a_list_of_100_000_items(start: Start, figure: Figures) -> None:
    async with start(Long(), size=(150, 45)) as seat:
        listing = seat.review.listing
        with spent() as ready:
            seat.review.list_anew()
            await seat.until(lambda: len(seat.review.pages) == LONG)
            await seat.pilot.pause()
        figure.milliseconds("100,000 items ready", ready, at_most=200)
        for name, act, bar in (
            ("cursor move, painted in memory", listing.action_move, 10),
            ("page, painted in memory", listing.action_page, 25),
        ):
            times = []
            for _ in range(60):
                with spent() as took:
                    act(1)
                    seat.app.screen._compositor.render_update()
                    for y in range(listing.size.height):
                        listing.render_line(y)
                times.append(took)
                await seat.pilot.pause()
            figure.median(name, times, at_most=bar)
        tracemalloc.start()
        await seat.press("G")
        figure(
            "memory more at the end of 100,000 items",
            tracemalloc.get_traced_memory()[0] / 1e6,
            "MB",
        )
        tracemalloc.stop()


@pytest.mark.benchmark
async def test_benchmark_of_a_key_from_press_to_frame(start: Start, figure: Figures) -> None:
    async with start(Sample(rows=many(2000)), size=(150, 45)) as seat:
        for key in ("j", "pagedown"):
            times = []
            for _ in range(40):
                with spent() as took:
                    await seat.pilot.press(key)
                times.append(took)
            figure.median(f"key {key}, with the test harness around it", times)
