"""Figures of a campaign of a hundred thousand items, and of one decision."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
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


def one(house: Any, campaign: str, item: str) -> None:
    house.decide("alice", campaign, item, rationale="It is needed.")


def measured(call: Callable[[], Any]) -> tuple[float, float]:
    """Return the milliseconds that a call took, by the clock and of the processor."""
    started, busy = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - started) * 1000, (time.process_time() - busy) * 1000


def told(name: str, took: list[tuple[float, float]]) -> None:
    wall, cpu = sorted(one for one, _ in took), sorted(one for _, one in took)
    middle = len(took) // 2
    print(
        f"{name:12} {wall[middle]:8.1f} ms, of the processor {cpu[middle]:.1f} ms"
        + (f"; at most {wall[-1]:.1f} ms" if middle else "")
    )


@pytest.mark.benchmark
def test_a_hundred_thousand_items(w: ModuleType, house: Any, tmp_path: Path) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ()}))
    asked = _subjects(w)
    started = time.perf_counter()
    campaign = house.open("hr", ask=lambda *_: asked)
    staged = time.perf_counter() - started
    with house.store.read() as session:
        rows = [row.model_dump() for row in session.exec(select(ItemRow))]
    bare = Store.open(tmp_path / "bare.db", clock=house.clock)
    with house.store.read() as session:
        snapshot = session.exec(select(SnapshotRow)).one().model_dump()
        row = session.get(CampaignRow, campaign).model_dump()
    with bare.write(house.actor) as tx:
        entry = tx.append("setting.changed", {})
        tx.session.connection().execute(insert(SnapshotRow), [{**snapshot, "entry": entry.seq}])
        tx.session.connection().execute(insert(CampaignRow), [row])
    started = time.perf_counter()
    with bare.write(house.actor) as tx:
        tx.session.connection().execute(insert(ItemRow), rows)
    inserted = time.perf_counter() - started
    print(f"\nstaging {ITEMS:,} items {staged:.2f} s, the bare insert {inserted:.2f} s")
    print(f"ratio {staged / inserted:.2f}")
    service = house.as_("alice")
    typed = service.items(campaign, limit=1).items[0].id[:8]
    for name, call in (
        ("counts", lambda: service.counts(campaign)),
        ("campaign", lambda: service.campaign(campaign)),
        ("campaigns", service.campaigns),
        ("first page", lambda: service.items(campaign, ItemFilter(), limit=200)),
        ("my pages", lambda: service.items(campaign, ItemFilter(reviewer="alice", undecided=True))),
        ("last page", lambda: service.items(campaign, ItemFilter(), after="99700:", limit=200)),
        ("search", lambda: service.items(campaign, ItemFilter(text="bucket 9999"))),
        ("find", lambda: service.find_item(campaign, typed)),
    ):
        told(name, [measured(call)])
    lines = service.items(campaign, limit=50).items
    told("decide", [measured(lambda line=line: one(house, campaign, line.id)) for line in lines])
    items = tuple(line.id for line in service.items(campaign, limit=5_000).items)
    started = time.perf_counter()
    house.decide(
        "alice", campaign, *items, verdict=Verdict.ATTEST, rationale="All of it is needed."
    )
    print(f"decide 5,000 {(time.perf_counter() - started) * 1000:8.1f} ms")
    started = time.perf_counter()
    service.sign(campaign)
    print(f"sign 5,000   {(time.perf_counter() - started) * 1000:8.1f} ms")
    told("counts", [measured(lambda: service.counts(campaign))])
    house.clock.instant += timedelta(hours=1)
    more = tuple(line.id for line in service.items(campaign, after="5000:", limit=15_000).items)
    for start in range(0, len(more), 5_000):
        part = more[start : start + 5_000]
        house.decide("alice", campaign, *part, rationale="All of it is needed.")
        house.clock.instant += timedelta(hours=1)
    lines = service.items(campaign, ItemFilter(undecided=True), limit=50).items
    told(
        "after 20,000",
        [measured(lambda line=line: one(house, campaign, line.id)) for line in lines],
    )
    told("counts", [measured(lambda: service.counts(campaign))])
