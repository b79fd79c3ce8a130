from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from store_worlds import make_world, world, worlds

__all__ = ["make_world", "world", "worlds"]


@pytest.fixture(scope="session")
def small_pack(
    worlds: ModuleType,
    make_key: Callable[[Path, str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, bytes]:
    """Return the files of a small pack of a campaign in which everything has happened that can."""
    from recert.evidence import anchors, containers, keys  # noqa: PLC0415 - the store needs none of it
    from recert.evidence.pack import export_pack  # noqa: PLC0415 - as above

    folder = tmp_path_factory.mktemp("small")
    anna, owen = make_key(folder, "anna"), make_key(folder, "owen")
    world = worlds.World(folder / "store.db")
    with world.store.write(worlds.OWEN) as tx:
        world._person(tx)
        world._person(tx, worlds.OWEN)
    keys.enrol(world.store, worlds.ANNA.id, anna.public, actor=worlds.OWEN)
    keys.enrol(world.store, worlds.OWEN.id, owen.public, actor=worlds.OWEN, countersigner=anna)
    world.open(4)
    world.undo(world.decide(0, "revoke"))
    world.decide(0)
    world.decide(1, "reduce")
    world.exclude(2)
    world.decide(3, "exception")
    world.sign(signer=anna)
    world.remove(1)
    world.close(signer=owen)
    anchors.record(
        world.store, "head", world.store.head(), actor=worlds.OWEN, to={"person": "Ulrike"}
    )
    export_pack(world.store, world.campaign, folder / "pack", world.clock, worlds.OWEN)
    world.store.close()
    return containers.read(folder / "pack")


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes files into a new folder."""
    made: list[Path] = []

    def write(files: dict[str, bytes]) -> Path:
        root = tmp_path / f"put-{len(made)}"
        made.append(root)
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        return root

    return write
