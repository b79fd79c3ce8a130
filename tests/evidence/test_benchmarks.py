import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recert.evidence.material import read_ledger
from recert.evidence.pack import export_pack
from recert.evidence.verify import verify
from recert.store.ledger import GENESIS_PREV, Actor, make_entry, verify_chain

pytestmark = pytest.mark.benchmark


@dataclass
class Spent:
    """What something took; a busy machine shows in the difference of the two."""

    seconds: float = 0.0
    cpu: float = 0.0

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.cpu:.2f} s of CPU)"


@contextmanager
def measured() -> Iterator[Spent]:
    spent = Spent()
    begun, cpu = time.perf_counter(), time.process_time()
    yield spent
    spent.seconds, spent.cpu = time.perf_counter() - begun, time.process_time() - cpu


def test_a_hundred_thousand_entries(worlds: Any) -> None:
    texts = []
    prev = GENESIS_PREV
    for seq in range(1, 100_001):
        entry = make_entry(
            ledger="L",
            seq=seq,
            prev=prev,
            at=worlds.START,
            type="store.created" if seq == 1 else "setting.changed",
            actor=Actor("anna@example.com", "os"),
            campaign=None,
            body={"name": "x" * 300, "list": [1, 2, {"deep": True}], "value": seq},
        )
        texts.append(entry.text)
        prev = entry.hash
    with measured() as chain:
        verify_chain(texts)
    with measured() as whole:
        read_ledger(texts)
    size = sum(map(len, texts)) / 1e6
    print(f"\n100,000 entries, {size:.1f} MB: chain {chain}, with projection {whole}")


def test_the_cost_of_an_entry(world: Any, worlds: Any) -> None:
    world.open(300)
    plain, with_entry = [], []
    for number in range(300):
        begun = time.perf_counter()
        world.decide(number)
        with_entry.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        with world.store.write(worlds.OWEN) as tx:
            tx.session.connection().exec_driver_sql(
                "UPDATE item SET version = version + 1 WHERE rank = 0"
            )
        plain.append(time.perf_counter() - begun)
    print(
        f"\na decision with its entry: median {statistics.median(with_entry) * 1e3:.1f} ms, "
        f"a bare update: median {statistics.median(plain) * 1e3:.1f} ms"
    )


def test_a_pack_of_five_thousand_decisions(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.open(5000)
    for number in range(5000):
        world.decide(number)
    world.sign()
    world.close()
    for name in ("pack", "pack.zip"):
        with measured() as wrote:
            export_pack(world.store, world.campaign, tmp_path / name, world.clock, worlds.OWEN)
        with measured() as checked:
            assert verify(tmp_path / name).ok
        print(f"\n{name} of 5,000 decisions: exported in {wrote}, verified in {checked}")
    with measured() as store:
        assert verify(world.path).ok
    print(f"the store verified in {store}")
