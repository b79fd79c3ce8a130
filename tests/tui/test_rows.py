from hypothesis import given
from hypothesis import strategies as st
from sample import make_line, many

from recert.campaigns.views import Group, ItemFilter, ItemLine
from recert.tui.paging import Found, Pages
from recert.tui.rows import Over, Rows

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=6)


def rows_of(sizes: list[int], folded: set[int]) -> Rows:
    pages = Pages("c1", ItemFilter(group="risk"))
    lines = tuple(make_line(index, row) for index, row in enumerate(many(sum(sizes))))
    pages.fill(Found(0, lines, len(lines), (None,)), pages.way_to(0))
    groups = [Group(str(place), size, size) for place, size in enumerate(sizes)]
    return Rows(pages, groups, frozenset(map(str, folded)))


@given(SIZES, st.sets(st.integers(0, 5)))
def test_rows_are_each_group_and_the_items_of_those_that_are_open(
    sizes: list[int], folded: set[int]
) -> None:
    rows = rows_of(sizes, folded)
    seen = [rows.at(row) for row in range(len(rows))]
    wanted: list[object] = []
    index = 0
    for place, size in enumerate(sizes):
        wanted.append(place)
        wanted += [f"i{index + at:05d}" for at in range(size)] if place not in folded else []
        index += size
    told = [
        int(found.group.key) if isinstance(found, Over) else found.id
        for found in seen
        if isinstance(found, Over | ItemLine)
    ]
    assert told == wanted
    assert rows.at(len(rows)) is None


@given(SIZES, st.sets(st.integers(0, 5)))
def test_an_index_and_its_row_lead_to_each_other(sizes: list[int], folded: set[int]) -> None:
    rows = rows_of(sizes, folded)
    for index in range(sum(sizes)):
        row = rows.row_of(index)
        found = rows.index_at(row)
        over = rows.over(row)
        assert found == index or (over is not None and over.folded)
        assert rows.group_at(row) is not None
    rests = [row for row in range(len(rows)) if not rows.passes_over(row)]
    opened = sum(size for place, size in enumerate(sizes) if place not in folded)
    assert len(rests) == opened + len([place for place in folded if place < len(sizes)])


def test_a_decision_counts_in_the_group_of_its_item() -> None:
    rows = rows_of([2, 3], set())
    rows.shift(2, -1)
    assert [group.pending for group in rows.groups] == [2, 2]


def test_without_groups_a_row_is_an_index() -> None:
    rows = Rows(rows_of([3], set()).pages)
    assert (len(rows), rows.row_of(2), rows.index_at(2), rows.index_at(3)) == (3, 2, 2, None)
    assert not rows.passes_over(0)
