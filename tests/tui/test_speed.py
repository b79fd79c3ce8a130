"""Figures for long lists at 150 by 45; they print, they do not judge."""

import statistics
import time
import tracemalloc
from dataclasses import replace

import pytest
from conftest import Start
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
async def test_benchmark_of_a_list_of_100_000_items(start: Start) -> None:
    async with start(Long(), size=(150, 45)) as seat:
        listing = seat.review.listing
        begin = time.perf_counter()
        seat.review.list_anew()
        await seat.until(lambda: len(seat.review.pages) == LONG)
        await seat.pilot.pause()
        print(f"100,000 items ready: {(time.perf_counter() - begin) * 1000:.0f} ms")
        for name, act in (("cursor move", listing.action_move), ("page", listing.action_page)):
            times = []
            for _ in range(60):
                begin = time.perf_counter()
                act(1)
                seat.app.screen._compositor.render_update()
                for widget in (listing,):
                    widget._size and [widget.render_line(y) for y in range(widget.size.height)]
                times.append(time.perf_counter() - begin)
                await seat.pilot.pause()
            print(f"{name}: {statistics.median(times) * 1000:.1f} ms")
        tracemalloc.start()
        await seat.press("G")
        print(
            f"memory after walking to the end: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB more"
        )
        tracemalloc.stop()


@pytest.mark.benchmark
async def test_benchmark_of_a_key_from_press_to_frame(start: Start) -> None:
    async with start(Sample(rows=many(2000)), size=(150, 45)) as seat:
        for key in ("j", "pagedown"):
            times = []
            for _ in range(40):
                begin = time.perf_counter()
                await seat.pilot.press(key)
                times.append(time.perf_counter() - begin)
            print(f"{key}: {statistics.median(times) * 1000:.1f} ms, with the harness around it")
