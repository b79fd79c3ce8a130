"""Twelve attacks by somebody who may write the store or the pack, each with its exact outcome.

`chain` is a pack that is looked at alone, `anchor` the same with a head that was noted after the
close. Without a key that is pinned, whoever links the chain again passes for whole: a chain alone
is no evidence of tampering, and the verification says that it cannot know.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recert.errors import RecertError
from recert.estate.canonical import canonical
from recert.evidence import containers, contents
from recert.evidence.material import Material, read_ledger
from recert.evidence.pack import export_pack
from recert.evidence.verify import verify
from recert.evidence.verify_pack import verify_files

Entries = list[dict[str, Any]]


@pytest.fixture(scope="module")
def closed(worlds: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], str]:
    """Return the pack of a closed campaign of twenty items, and the head that was noted then."""
    folder = tmp_path_factory.mktemp("closed")
    world = worlds.World(folder / "store.db").whole(20)
    result = export_pack(world.store, world.campaign, folder / "pack", world.clock, worlds.OWEN)
    world.store.close()
    return containers.read(folder / "pack"), str(result.head)


def entries_of(pack: dict[str, bytes]) -> Entries:
    return [json.loads(line) for line in pack["ledger.jsonl"].decode().splitlines()]


def relink(entries: Entries) -> list[str]:
    texts: list[str] = []
    prev = "0" * 64
    for seq, entry in enumerate(entries, 1):
        texts.append(canonical({**entry, "seq": seq, "prev": prev}).decode())
        prev = hashlib.sha256(texts[-1].encode()).hexdigest()
    return texts


def forge(pack: dict[str, bytes], texts: list[str]) -> dict[str, bytes]:
    """Make the most consistent pack that these entries allow: every file derived anew."""
    records = pack["population.jsonl"].decode().splitlines()
    ledger = read_ledger(texts)
    wanted = {item.record for item in ledger.projection.items_of("c-2026-0001")}
    kept = [text for text in records if hashlib.sha256(text.encode()).hexdigest() in wanted]
    return contents.derive(Material(ledger, "c-2026-0001", kept))


def decisions(entries: Entries) -> list[int]:
    return [n for n, entry in enumerate(entries) if entry["type"] == "decision.recorded"]


def resign(entries: Entries) -> Entries:
    """Write the sign-offs' statements again over the entries as they now are: no key is needed."""
    texts: list[str] = []
    done: Entries = []
    for entry in entries:
        done.append(restate(entry, texts, done) if entry["type"] == "signoff" else entry)
        texts = relink(done)
    return done


def restate(entry: dict[str, Any], texts: list[str], before: Entries) -> dict[str, Any]:
    from recert.store.merkle import root  # noqa: PLC0415 - next to its one use

    body = entry["body"]
    recorded = {e["body"]["id"]: e["body"] for e in before if e["type"] == "decision.recorded"}
    pairs = [pair for pair in body["decisions"] if pair["decision"] in recorded]
    counts: dict[str, int] = {}
    for pair in pairs:
        verdict = recorded[pair["decision"]]["verdict"]
        counts[verdict] = counts.get(verdict, 0) + 1
    head = hashlib.sha256(texts[-1].encode()).hexdigest()
    statement = {
        **json.loads(body["statement"]),
        "size": len(texts),
        "head": head,
        "root": root(text.encode() for text in texts),
        "counts": counts,
        "decisions_sha256": hashlib.sha256(
            canonical([[p["item"], p["decision"]] for p in pairs])
        ).hexdigest(),
    }
    new = {
        **body,
        "statement": canonical(statement).decode(),
        "size": len(texts),
        "head": head,
        "decisions": pairs,
    }
    return {**entry, "body": new}


def edit(entries: Entries) -> Entries:
    found = [dict(entry) for entry in entries]
    where = decisions(found)[3]
    found[where] = {**found[where], "body": {**found[where]["body"], "verdict": "revoke"}}
    return found


def edit_no_relink(pack: dict[str, bytes]) -> dict[str, bytes]:
    changed = pack["ledger.jsonl"].replace(b'"verdict":"attest"', b'"verdict":"revoke"', 1)
    return {**pack, "ledger.jsonl": changed}


def attack(change: Callable[[Entries], Entries]) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda pack: forge(pack, relink(change(entries_of(pack))))


def delete(entries: Entries) -> Entries:
    where = decisions(entries)[3]
    return entries[:where] + entries[where + 1 :]


def delete_with_item(entries: Entries) -> Entries:
    where = decisions(entries)[3]
    item = entries[where]["body"]["item"]
    kept = [dict(entry) for entry in delete(entries)]
    for entry in kept:
        if entry["type"] == "items.assigned":
            items = [line for line in entry["body"]["items"] if line["id"] != item]
            entry["body"] = {**entry["body"], "count": len(items), "items": items}
        if entry["type"] == "signoff":
            pairs = [pair for pair in entry["body"]["decisions"] if pair["item"] != item]
            entry["body"] = {**entry["body"], "decisions": pairs}
    return kept


def insert(entries: Entries) -> Entries:
    """Put a back-dated decision before the one that was made, which then supersedes it."""
    where = decisions(entries)[3]
    old = entries[where]
    body = {**old["body"], "id": "d-forged", "client_id": "forged", "verdict": "revoke"}
    later = {**old, "body": {**old["body"], "supersedes": "d-forged"}}
    return [*entries[:where], {**old, "body": body}, later, *entries[where + 1 :]]


def reorder(entries: Entries) -> Entries:
    first, second = decisions(entries)[3:5]
    found = list(entries)
    found[first], found[second] = found[second], found[first]
    return found


def truncate(entries: Entries) -> Entries:
    return entries[: decisions(entries)[10]]


def drop_signoffs(entries: Entries) -> Entries:
    return [entry for entry in entries if entry["type"] != "signoff"]


def append_after_close(entries: Entries) -> Entries:
    old = entries[decisions(entries)[3]]
    body = {**old["body"], "id": "d-late", "client_id": "late", "supersedes": old["body"]["id"]}
    return [*entries, {**old, "body": body}]


def foreign(entries: Entries) -> Entries:
    return resign(edit(entries))


# Found by the pack alone: what the chain, the rules and the statements of sign-offs show. What an
# attacker rewrites with them is found by the anchor only (and by signatures that are pinned).
MATRIX: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], bool, bool]] = {
    "edit, no relink": (edit_no_relink, True, True),
    "edit and relink": (attack(edit), True, True),
    "delete and relink": (attack(delete), True, True),
    "delete, relink, adjust the population": (attack(delete_with_item), True, True),
    "insert back-dated and relink": (attack(insert), True, True),
    "reorder and relink": (attack(reorder), True, True),
    "truncate the tail": (attack(truncate), False, True),
    "drop sign-offs only": (attack(drop_signoffs), False, True),
    "roll back to an old backup": (attack(lambda entries: entries[:15]), False, True),
    "rebuild all of it": (attack(foreign), False, True),
    "rewrite decisions and population, state all anew": (
        attack(lambda entries: resign(delete_with_item(entries))),
        False,
        True,
    ),
    "append after the close": (attack(append_after_close), True, False),
}


@pytest.mark.parametrize("name", MATRIX)
def test_an_attack_has_exactly_its_outcome(
    closed: tuple[dict[str, bytes], str], name: str, tmp_path: Path
) -> None:
    pack, head = closed
    make, by_pack, by_head = MATRIX[name]
    try:
        forged = make(pack)
    except RecertError as error:
        # It makes so little sense that not even a pack can be derived of it.
        if by_pack:
            return
        raise error from None
    report = verify_files(forged)
    assert report.ok is not by_pack, [check for check in report.checks if not check.ok]
    assert report.exit_code == (1 if by_pack else 3)
    root = tmp_path / "forged"
    containers.write(root, forged)
    anchored = verify(root, head=head)
    named = {check.name for check in anchored.checks if not check.ok}
    assert ("head" in named) is by_head or "ledger" in named
    assert not anchored.ok


def test_a_campaign_is_never_called_closed_and_signed_by_a_forged_pack_that_was_cut(
    closed: tuple[dict[str, bytes], str],
) -> None:
    pack, _ = closed
    standing = {
        name: json.loads(MATRIX[name][0](pack)["manifest.json"])["standing"]
        for name in ("truncate the tail", "drop sign-offs only", "roll back to an old backup")
    }
    assert standing == {
        "truncate the tail": "interim",
        "drop sign-offs only": "does not add up",
        "roll back to an old backup": "interim",
    }
