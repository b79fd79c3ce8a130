from sample import Sample

from recert.campaigns.views import DecisionRequest, Verdict
from recert.tui.outbox import Outbox, Parcel, new_client_id

LINES = list(Sample().lines.values())


def parcel(*indexes: int) -> Parcel:
    lines = tuple(LINES[index] for index in indexes)
    items = tuple(line.id for line in lines)
    return Parcel(DecisionRequest("c1", items, Verdict.ATTEST, client_id=new_client_id()), lines)


def test_decisions_are_sent_one_at_a_time_and_in_order() -> None:
    box = Outbox()
    first, second = parcel(0), parcel(1, 2)
    box.put(first)
    box.put(second)
    assert len(box) == 3
    assert box.send() is first
    assert box.send() is None
    assert box.settled() is first
    assert box.send() is second
    assert box.holds(LINES[1].id)
    assert box.settled() is second
    assert len(box) == 0


def test_only_what_has_not_been_sent_can_be_taken_back() -> None:
    box = Outbox()
    box.put(parcel(0))
    box.send()
    assert box.recall() is None
    late = parcel(1)
    box.put(late)
    assert box.recall() is late
