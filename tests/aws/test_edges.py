"""Every edge of the reference's list, one case each, read through boto3 from a recording."""

from collections import Counter

import pytest

from recert.aws.replay_source import ReplaySource

from .conftest import Tape
from .edge_table import CLASSIC, FLOWS, KNOWLEDGE, Edge
from .edge_table_core import GATEWAYS, HARNESSES, OTHERS, RUNTIMES, SHARED

EDGES = (*CLASSIC, *KNOWLEDGE, *FLOWS, *RUNTIMES, *HARNESSES, *GATEWAYS, *SHARED, *OTHERS)


_kept: list[ReplaySource] = []
"""One source for all cases, because it takes long to make its clients."""


class TurnedTape(Tape):
    """A recording that is played to clients that were there before."""

    def source(self) -> ReplaySource:
        if not _kept:
            _kept.append(ReplaySource(self.recording()))
        _kept[0].turn_to(self.recording())
        return _kept[0]


@pytest.fixture
def tape() -> Tape:
    """An empty recording."""
    return TurnedTape()


@pytest.mark.parametrize("edge", EDGES, ids=[edge.name for edge in EDGES])
def test_an_edge_is_read(tape: Tape, edge: Edge) -> None:
    assert edge.read(edge.start(tape, edge.answer)) == edge.reached


def test_no_edge_stands_twice() -> None:
    assert [name for name, times in Counter(edge.name for edge in EDGES).items() if times > 1] == []
