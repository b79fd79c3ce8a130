from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sample import Sample, many

from recert.campaigns.views import ItemFilter, Verdict
from recert.tui.paging import KEPT, SIZE, Pages, seek, walk

BIG = Sample(rows=many(3 * SIZE * KEPT))


def reach(services: Sample, pages: Pages, index: int) -> None:
    way = pages.way_to(index)
    pages.fill(walk(services, way), way)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 3 * SIZE * KEPT - 1), min_size=1, max_size=6))
def test_any_row_can_be_reached_in_any_order_and_memory_stays_bounded(indexes: list[int]) -> None:
    pages = Pages("c1", ItemFilter())
    reach(BIG, pages, 0)
    for index in indexes:
        reach(BIG, pages, index)
        assert pages.at(index).id == BIG.order[index]
        assert len(pages._pages) <= KEPT


def test_an_item_is_sought_to_the_end() -> None:
    pages = Pages("c1", ItemFilter())
    wanted = BIG.order[-3]
    way = pages.way_on()
    found = seek(BIG, way, lambda line: line.id == wanted)
    pages.fill(found, way)
    assert pages.at(found.at).id == wanted


def test_the_next_undecided_goes_round_the_end() -> None:
    services = Sample()
    pages = Pages("c1", ItemFilter())
    reach(services, pages, 0)
    last = len(pages) - 1
    for index in range(2, len(pages)):
        pages.put(replace(pages.at(index), state="decided", verdict=Verdict.ATTEST))
    assert pages.next_undecided(last, 1) == 0
    assert pages.next_undecided(0, -1) == 1


def test_an_empty_list_has_nothing() -> None:
    pages = Pages("c1", ItemFilter())
    reach(Sample(rows=()), pages, 0)
    assert len(pages) == 0
    assert pages.at(0) is None
    assert pages.next_undecided(0, 1) is None
