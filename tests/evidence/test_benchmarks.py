"""Figures of evidence: the ledger checked, what an entry costs, packs written and verified."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from figures import Figures, spent

from recert.evidence.material import read_ledger
from recert.evidence.pack import export_pack
from recert.evidence.verify import verify
from recert.store.ledger import GENESIS_PREV, Actor, make_entry, verify_chain

pytestmark = pytest.mark.benchmark


def test_a_hundred_thousand_entries(worlds: Any, figure: Figures) -> None:
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
    with spent() as digests:
        for text in texts:
            hashlib.sha256(text.encode()).digest()
    with spent() as chain:
        verify_chain(texts)
    with spent() as whole:
        read_ledger(texts)
    figure.seconds("100,000 entries verified", chain, at_most=5,
                   peer="their SHA-256 alone", peer_value=digests.wall)  # fmt: skip
    figure.seconds("100,000 entries verified and what they say worked out", whole, at_most=5)


def test_the_cost_of_an_entry(world: Any, worlds: Any, figure: Figures) -> None:
    """What a decision takes with its entry, less what the same rows take without one."""
    world.open(300)
    plain, with_entry = [], []
    for number in range(300):
        with spent() as took:
            world.decide(number)
        with_entry.append(took.wall)
        with spent() as took, world.store.write(worlds.OWEN) as tx:
            tx.session.connection().exec_driver_sql(
                "UPDATE item SET version = version + 1 WHERE rank = 0"
            )
        plain.append(took.wall)
    bare = sorted(plain)[150] * 1000
    whole = sorted(with_entry)[150] * 1000
    figure("what a decision and its entry add to a bare update", whole - bare, "ms", at_most=5,
           peer="bare update", peer_value=bare)  # fmt: skip


def test_a_pack_of_five_thousand_decisions(
    world: Any, worlds: Any, tmp_path: Path, figure: Figures
) -> None:
    world.whole(5000)
    for name, told in (("pack", "folder"), ("pack.zip", "zip")):
        with spent() as wrote:
            export_pack(world.store, world.campaign, tmp_path / name, world.clock, worlds.OWEN)
        figure.seconds(f"5,000 decisions exported, {told}", wrote, at_most=10)
        with spent() as checked:
            assert verify(tmp_path / name).ok
        figure.seconds(f"5,000 decisions verified, {told}", checked, at_most=5)
    with spent() as store:
        assert verify(world.path).ok
    figure.seconds("store of 5,000 decisions verified", store)
