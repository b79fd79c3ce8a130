from datetime import timedelta

from conftest import Start
from sample import Sample
from sample_data import ME, NOW

from recert.tui.ports import LedgerEntry
from recert.tui.view.campaigns import last_seen


def entry(seq: int, actor: str, hours: int, campaign: str | None = "c1") -> LedgerEntry:
    at = NOW - timedelta(hours=hours)
    return LedgerEntry(
        seq, at.isoformat().replace("+00:00", "Z"), "decision.recorded", actor, campaign, "h", {}
    )


def test_the_last_word_of_a_person_counts_of_this_campaign_only() -> None:
    entries = [entry(3, "eve", 1, "c2"), entry(2, ME, 5), entry(1, ME, 50)]
    assert last_seen(entries, "c1") == {ME: NOW - timedelta(hours=5)}


async def test_an_owner_sees_how_long_nothing_came_from_a_reviewer(start: Start) -> None:
    class Quiet(Sample):
        def ledger(self, before: int | None, limit: int) -> list[LedgerEntry]:
            return [entry(1, "somebody", 5)]

    async with start(Quiet(), size=(170, 45)) as seat:
        await seat.press("2")
        assert "nothing yet, for 8 d" in seat.text()


async def test_an_owner_sees_when_a_reviewer_was_at_work_last(start: Start) -> None:
    class Busy(Sample):
        def ledger(self, before: int | None, limit: int) -> list[LedgerEntry]:
            return [entry(1, ME, 5)]

    async with start(Busy(), size=(170, 45)) as seat:
        await seat.press("2")
        assert "last 5 h ago" in seat.text()
        head = next(line for line in seat.lines() if "progress" in line)
        assert "open" in head
