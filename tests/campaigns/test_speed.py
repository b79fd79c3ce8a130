"""Figures of a campaign of a hundred thousand items, and of one decision."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from figures import Figures, Spent, spent
from sqlalchemy import insert
from sqlmodel import select

from recert.analysis import ReviewSubject
from recert.campaigns.views import ItemFilter, Verdict
from recert.store.store import Store
from recert.store.tables import CampaignRow, ItemRow, SnapshotRow

ITEMS = 100_000
_POLICY = {"kind": "inline", "name": "work", "arn": None, "version_id": None}


def _subjects(w: ModuleType) -> tuple[ReviewSubject, ...]:
    actions = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    return tuple(
        ReviewSubject(
            kind="permission",
            agent=w.arn("hr"),
            subject=f"grant {number}",
            title=f"May read the bucket {number}",
            basis={
                "statement": {"action": "s3:*", "resources": [f"arn:aws:s3:::b{number}/*"]},
                "policy": _POLICY,
                "purpose": "time off",
                "ceilings": "0" * 64,
            },
            shown={
                "meaning": "It may read and write what lies there. " * 4,
                "via": "execution role",
            },
            grant={"id": f"g{number}", "policy": _POLICY, "effective_actions": actions},
            service="s3",
            level="Read",
            rank=number % 90,
        )
        for number in range(ITEMS)
    )


def bare_insert(house: Any, campaign: str, path: Path) -> Spent:
    """Write the rows of a campaign into another store as they are, and return what that took."""
    with house.store.read() as session:
        rows = [row.model_dump() for row in session.exec(select(ItemRow))]
        snapshot = session.exec(select(SnapshotRow)).one().model_dump()
        row = session.get(CampaignRow, campaign).model_dump()
    bare = Store.open(path, clock=house.clock)
    with bare.write(house.actor) as tx:
        entry = tx.append("setting.changed", {})
        tx.session.connection().execute(insert(SnapshotRow), [{**snapshot, "entry": entry.seq}])
        tx.session.connection().execute(insert(CampaignRow), [row])
    with spent() as took, bare.write(house.actor) as tx:
        tx.session.connection().execute(insert(ItemRow), rows)
    bare.close()
    return took


def each(call: Callable[[Any], object], over: Iterable[Any]) -> list[Spent]:
    """Measure a call for each of some things."""
    times = []
    for one in over:
        with spent() as took:
            call(one)
        times.append(took)
    return times


@pytest.mark.benchmark
def test_a_hundred_thousand_items(
    w: ModuleType, house: Any, tmp_path: Path, figure: Figures
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ()}))
    asked = _subjects(w)
    with spent() as staged:
        campaign = house.open("hr", ask=lambda *_: asked)
    bare = bare_insert(house, campaign, tmp_path / "bare.db")
    figure.seconds(f"staging {ITEMS:,} items", staged, at_most=3 * bare.wall,
                   peer="bare bulk insert", peer_value=bare.wall)  # fmt: skip
    service = house.as_("alice")
    typed = service.items(campaign, limit=1).items[0].id[:8]
    page = ItemFilter(reviewer="alice", undecided=True)
    for name, call, bar in (
        ("counts", lambda _: service.counts(campaign), 50),
        ("one campaign shown", lambda _: service.campaign(campaign), None),
        ("first page", lambda _: service.items(campaign, ItemFilter(), limit=200), None),
        ("a reviewer's first page", lambda _: service.items(campaign, page), None),
        ("last page", lambda _: service.items(campaign, ItemFilter(), after="99700:"), None),
        ("search in the text", lambda _: service.items(campaign, ItemFilter(text="t 9999")), None),
        ("item found by its id's beginning", lambda _: service.find_item(campaign, typed), None),
    ):
        figure.median(f"{name}, {ITEMS:,} items", each(call, range(7)), at_most=bar)

    def decide(line: Any) -> None:
        house.decide("alice", campaign, line.id, rationale="It is needed.")

    lines = service.items(campaign, limit=50).items
    figure.median("a decision acknowledged", each(decide, lines), at_most=20)
    items = tuple(line.id for line in service.items(campaign, limit=5_000).items)
    with spent() as took:
        house.decide("alice", campaign, *items, verdict=Verdict.ATTEST, rationale="All is needed.")
    figure.seconds("5,000 items decided at once", took)
    with spent() as took:
        service.sign(campaign)
    figure.seconds("5,000 decisions signed", took)
    house.clock.instant += timedelta(hours=1)
    more = tuple(line.id for line in service.items(campaign, after="5000:", limit=15_000).items)
    for start in range(0, len(more), 5_000):
        house.decide("alice", campaign, *more[start : start + 5_000], rationale="All is needed.")
        house.clock.instant += timedelta(hours=1)
    lines = service.items(campaign, ItemFilter(undecided=True), limit=50).items
    figure.median("a decision after 20,000 others", each(decide, lines), at_most=20)
    figure.median("counts after 20,000 decisions", each(lambda _: service.counts(campaign), range(7)),
                  at_most=50)  # fmt: skip
