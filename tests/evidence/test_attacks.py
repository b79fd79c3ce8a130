"""Twelve attacks by somebody who may write the store and the pack, each with its exact outcome.

Three ways to look: `chain` at a campaign that nobody signed, without a key that is pinned; `signed`
at one that was signed, with the signer's key pinned; `anchored` the same, with a head that was noted
outside after the close. What the chain alone misses passes for whole there, and the verification
says that it cannot know.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recert.errors import RecertError
from recert.estate.canonical import canonical
from recert.evidence import containers, contents, keys
from recert.evidence.material import Material, read_ledger
from recert.evidence.pack import export_pack
from recert.evidence.verify import verify
from recert.store.merkle import root
from recert.store.signing import SIGNOFF

Entries = list[dict[str, Any]]
Attack = Callable[["Scene"], dict[str, bytes]]


@dataclass(frozen=True)
class Scene:
    """A pack of a closed campaign of twenty items, the head that was noted then, and the keys around it."""

    pack: dict[str, bytes]
    head: str
    signers: Path
    signer: Any
    stranger: Any


@pytest.fixture(scope="module")
def scenes(
    worlds: Any, make_key: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Scene]:
    """Return the campaign without sign-offs (`chain`), and with one by a key (`signed`)."""
    folder = tmp_path_factory.mktemp("closed")
    signer, stranger = make_key(folder, "anna"), make_key(folder, "eve")
    signers = folder / "signers"
    signers.write_text(f"{worlds.ANNA.id} {signer.public}\n")
    found = {}
    for name in ("chain", "signed"):
        world = worlds.World(folder / f"{name}.db")
        with world.store.write(worlds.OWEN) as tx:
            world._person(tx)
        keys.enrol(world.store, worlds.ANNA.id, signer.public, actor=worlds.OWEN)
        if name == "signed":
            world.whole(20, signer=signer)
        else:
            world.open(20)
            for number in range(20):
                world.decide(number)
            world.close()
        result = export_pack(world.store, world.campaign, folder / name, world.clock, worlds.OWEN)
        world.store.close()
        pack = containers.read(folder / name)
        found[name] = Scene(pack, str(result.head), signers, signer, stranger)
    return found


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


def resign(entries: Entries, signer: Any) -> Entries:
    """State and sign the sign-offs again, with a key, over the entries as they now are."""
    texts: list[str] = []
    done: Entries = []
    for entry in entries:
        done.append(restate(entry, texts, done, signer) if entry["type"] == "signoff" else entry)
        texts = relink(done)
    return done


def restate(
    entry: dict[str, Any], texts: list[str], before: Entries, signer: Any
) -> dict[str, Any]:
    body = entry["body"]
    recorded = {e["body"]["id"]: e["body"] for e in before if e["type"] == "decision.recorded"}
    pairs = [pair for pair in body["decisions"] if pair["decision"] in recorded]
    counts: dict[str, int] = {}
    for pair in pairs:
        verdict = recorded[pair["decision"]]["verdict"]
        counts[verdict] = counts.get(verdict, 0) + 1
    head = hashlib.sha256(texts[-1].encode()).hexdigest()
    old = json.loads(body["statement"])
    statement = canonical(
        {
            **old,
            "signer": {**old["signer"], "key": signer.key},
            "size": len(texts),
            "head": head,
            "root": root(text.encode() for text in texts),
            "counts": counts,
            "decisions_sha256": hashlib.sha256(
                canonical([[p["item"], p["decision"]] for p in pairs])
            ).hexdigest(),
        }
    ).decode()
    new = {
        **body,
        "statement": statement,
        "size": len(texts),
        "head": head,
        "decisions": pairs,
        "key": signer.key,
        "armor": signer.sign(statement, SIGNOFF).armor,
    }
    return {**entry, "body": new}


def edit(entries: Entries) -> Entries:
    found = [dict(entry) for entry in entries]
    where = decisions(found)[3]
    found[where] = {**found[where], "body": {**found[where]["body"], "verdict": "revoke"}}
    return found


def edit_no_relink(scene: Scene) -> dict[str, bytes]:
    """Edit an entry, and recompute every checksum of the pack but not the chain."""
    changed = scene.pack["ledger.jsonl"].replace(b'"verdict":"attest"', b'"verdict":"revoke"', 1)
    found = {**scene.pack, "ledger.jsonl": changed}
    del found["SHA256SUMS"]
    return {**found, "SHA256SUMS": contents.sums(found)}


def edit_last(entries: Entries) -> Entries:
    """Edit the last entry, which no other one names."""
    return [*entries[:-1], {**entries[-1], "at": "2026-11-01T23:00:00.000000Z"}]


def attack(change: Callable[[Entries], Entries]) -> Attack:
    return lambda scene: forge(scene.pack, relink(change(entries_of(scene.pack))))


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


def rebuild(scene: Scene) -> dict[str, bytes]:
    """Make a whole new ledger in which another key is anna's, and sign with that."""
    entries = edit(entries_of(scene.pack))
    for entry in entries:
        if entry["type"] == "key.enrolled":
            body = entry["body"]
            entry["body"] = {**body, "id": scene.stranger.key, "public": scene.stranger.public}
    return forge(scene.pack, relink(resign(entries, scene.stranger)))


def collude(scene: Scene) -> dict[str, bytes]:
    """Rewrite decisions and population, and sign it all with the true key."""
    entries = delete_with_item(edit(entries_of(scene.pack)))
    return forge(scene.pack, relink(resign(entries, scene.signer)))


MISSED, COUNTED, CAUGHT = "missed", "caught by the count", "caught"

# By the number of its row: the attack, and what each way to look finds of it.
MATRIX: dict[int, tuple[str, Attack, str, str]] = {
    1: ("edit, no re-link", edit_no_relink, CAUGHT, CAUGHT),
    2: ("edit and re-link", attack(edit), MISSED, CAUGHT),
    3: ("delete and re-link", attack(delete), COUNTED, CAUGHT),
    4: ("delete, re-link, adjust the population", attack(delete_with_item), MISSED, CAUGHT),
    5: ("insert back-dated and re-link", attack(insert), MISSED, CAUGHT),
    6: ("reorder and re-link", attack(reorder), MISSED, CAUGHT),
    7: ("truncate the tail", attack(truncate), COUNTED, CAUGHT),
    8: ("drop sign-offs only", attack(drop_signoffs), MISSED, CAUGHT),
    9: ("roll back to an old backup", attack(lambda entries: entries[:15]), COUNTED, CAUGHT),
    10: ("rebuild all of it with a foreign key", rebuild, MISSED, CAUGHT),
    11: ("all keys collude and rewrite all", collude, MISSED, MISSED),
    12: ("append after the close", attack(append_after_close), COUNTED, COUNTED),
}


def outcome(scene: Scene, make: Attack, folder: Path, **look: Any) -> str:
    """Return what a look at the forged pack finds; raises nothing for a forgery that cannot even be made."""
    try:
        forged = make(scene)
    except RecertError:
        # The count of the population is what such entries contradict: no pack follows from them.
        return COUNTED
    path = folder / f"forged-{len(list(folder.iterdir()))}"
    containers.write(path, forged)
    report = verify(path, **look)
    failed = {check.name for check in report.checks if not check.ok}
    tied = json.loads(forged["tieout.json"])
    holds = {one["name"]: one["holds"] for one in tied["equations"]}
    if failed == {"rules"} or (not failed and not (holds["population"] and holds["answers"])):
        return COUNTED
    return CAUGHT if failed else MISSED


@pytest.mark.parametrize("row", MATRIX)
def test_an_attack_has_exactly_the_outcome_of_its_row(
    scenes: dict[str, Scene], row: int, tmp_path: Path
) -> None:
    _, make, by_chain, by_signature = MATRIX[row]
    chain, signed = scenes["chain"], scenes["signed"]
    assert outcome(chain, make, tmp_path) == by_chain
    assert outcome(signed, make, tmp_path, signers=signed.signers) == by_signature
    anchored = outcome(signed, make, tmp_path, signers=signed.signers, head=signed.head)
    # An entry after the close is after the head: there the rules find it, with an anchor or without.
    assert anchored == (COUNTED if row == 12 else CAUGHT)


def test_what_was_not_attacked_passes_every_look(scenes: dict[str, Scene], tmp_path: Path) -> None:
    def nothing(scene: Scene) -> dict[str, bytes]:
        return scene.pack

    chain, signed = scenes["chain"], scenes["signed"]
    assert outcome(chain, nothing, tmp_path, head=chain.head) == MISSED
    assert outcome(signed, nothing, tmp_path, signers=signed.signers, head=signed.head) == MISSED


def test_the_last_entry_can_be_edited_where_no_head_was_noted(
    scenes: dict[str, Scene], tmp_path: Path
) -> None:
    chain = scenes["chain"]
    assert outcome(chain, attack(edit_last), tmp_path) == MISSED
    assert outcome(chain, attack(edit_last), tmp_path, head=chain.head) == CAUGHT


def test_a_campaign_is_never_called_closed_and_signed_by_a_forged_pack_that_was_cut(
    scenes: dict[str, Scene],
) -> None:
    standing = {
        row: json.loads(MATRIX[row][1](scenes["signed"])["manifest.json"])["standing"]
        for row in (7, 8, 9)
    }
    assert standing == {7: "interim", 8: "does not add up", 9: "interim"}
