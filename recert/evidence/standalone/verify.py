"""Verify an evidence pack of recert with nothing but Python: python3 verify.py [SIZE:HASH] [FOLDER].

SIZE:HASH is a head that was noted outside. Exit: 0 whole and unedited, 1 not, 2 usage. A copy of
this file that came with the pack proves nothing about who made the pack.
"""
# ruff: noqa: T201 - a program that answers on stdout

import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

KEYS = {"v", "ledger", "seq", "prev", "at", "type", "actor", "tool", "campaign", "body"}
NEEDED = (
    "SHA256SUMS",
    "manifest.json",
    "ledger.jsonl",
    "checkpoint",
    "population.jsonl",
    "decisions.jsonl",
)


class BadPackError(Exception):
    """What is wrong with the pack."""


def sha256(data: bytes) -> str:
    """Return the SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()


def require(good: object, problem: str) -> None:
    """Raise BadPackError where something does not hold."""
    if not good:
        raise BadPackError(problem)


def shown(name: str) -> str:
    """Return a name without what a terminal would obey."""
    return name if name.isprintable() else ascii(name)


def read_folder(root: Path) -> dict[str, bytes]:
    """Return every file; links and special files are refused."""
    found = {}
    inner = set()
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            path = Path(folder) / name
            relative = path.relative_to(root).as_posix()
            require(not path.is_symlink(), f"{shown(relative)} is a link")
            if path.is_dir():
                inner.add(relative)
                continue
            require(path.is_file(), f"{shown(relative)} is no ordinary file")
            found[relative] = path.read_bytes()
    for name in NEEDED:
        require(name in found, f"{name} is missing")
    holding = {parent.as_posix() for name in found for parent in Path(name).parents}
    for name in sorted(inner - holding):
        raise BadPackError(f"{shown(name)} is an empty folder, which is not of this pack")
    return found


def check_sums(files: dict[str, bytes]) -> None:
    """Compare SHA256SUMS with the files."""
    rows = [f"{sha256(files[path])}  {path}\n" for path in sorted(files) if path != "SHA256SUMS"]
    if files["SHA256SUMS"] == "".join(rows).encode():
        return
    told = files["SHA256SUMS"].decode("ascii", "backslashreplace").splitlines()
    listed = {line.partition("  ")[2]: line for line in told}
    here = {row.rstrip("\n").partition("  ")[2]: row.rstrip("\n") for row in rows}
    for path in sorted({*listed, *here}):
        name = shown(path)
        require(path in here, f"{name} is missing: SHA256SUMS lists it")
        require(path in listed, f"{name} is not of this pack: SHA256SUMS does not list it")
        changed = f"{name} was changed: its checksum is not the one in SHA256SUMS"
        require(listed[path] == here[path], changed)
    raise BadPackError("SHA256SUMS is not in the form that recert writes")


def canonical_object(text: str, where: str) -> dict[str, Any]:
    """Parse one line; it must be canonical JSON to the byte."""
    try:
        value = json.loads(text)
        written = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise BadPackError(f"{where} is no canonical JSON") from error
    require(isinstance(value, dict) and written == text, f"{where} is no canonical JSON")
    found: dict[str, Any] = value
    return found


def lines_of(data: bytes, name: str) -> list[str]:
    """Return the lines of a file that ends with a whole one."""
    if not data:
        return []
    require(data.endswith(b"\n"), f"{name} is cut")
    try:
        return data.decode("ascii")[:-1].split("\n")
    except UnicodeDecodeError as error:
        raise BadPackError(f"{name} is not ASCII") from error


def merkle_root(leaves: list[bytes]) -> bytes:
    """Return the root of RFC 6962."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + level[index] + level[index + 1]).digest()
            for index in range(0, len(level) - 1, 2)
        ]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def check_ledger(files: dict[str, bytes]) -> tuple[list[str], list[dict[str, Any]], list[str]]:
    """Walk the chain; return texts, entries and hashes."""
    texts = lines_of(files["ledger.jsonl"], "ledger.jsonl")
    require(texts, "ledger.jsonl is empty")
    entries: list[dict[str, Any]] = []
    hashes: list[str] = []
    before = "0" * 64
    for number, text in enumerate(texts, 1):
        entry = canonical_object(text, f"entry {number}")
        require(
            set(entry) == KEYS and entry["v"] == 1, f"entry {number} has not the form of an entry"
        )
        require(entry["seq"] == number, f"entry {number} says that it is entry {entry['seq']}")
        require(entry["prev"] == before, f"the chain breaks at entry {number}")
        require(
            entry["ledger"] == entries[0]["ledger"] if entries else True,
            f"entry {number} is foreign",
        )
        before = sha256(text.encode())
        entries.append(entry)
        hashes.append(before)
    require(entries[0]["type"] == "store.created", "entry 1 does not open a ledger")
    return texts, entries, hashes


def check_head(files: dict[str, bytes], texts: list[str], hashes: list[str], ledger: str) -> None:
    """Compare the checkpoint with the ledger."""
    root = base64.b64encode(merkle_root([text.encode() for text in texts])).decode()
    wanted = f"recert/{ledger}\n{len(texts)}\n{root}\nchain-head sha256:{hashes[-1]}\n"
    require(
        files["checkpoint"] == wanted.encode(), "checkpoint does not name the head of the ledger"
    )


def check_pinned(head: str, hashes: list[str]) -> None:
    """Compare the ledger with a head that was noted outside."""
    size, _, noted = head.partition(":")
    require(int(size) <= len(hashes), f"the ledger ends at entry {len(hashes)}, the head at {size}")
    require(hashes[int(size) - 1] == noted, f"entry {size} is not the one of the given head")


def check_population(files: dict[str, bytes], entries: list[dict[str, Any]], campaign: str) -> int:
    """Compare each item of the population with the digest that the ledger froze."""
    records: dict[str, str] = {}
    for entry in entries:
        if entry["campaign"] != campaign:
            continue
        body = entry["body"]
        if entry["type"] == "items.assigned":
            records.update((item["id"], item["record"]) for item in body["items"])
        elif entry["type"].startswith("item."):
            records[body["item"]] = body["record"]
    lines = lines_of(files["population.jsonl"], "population.jsonl")
    require(
        len(lines) == len(records), f"population.jsonl has {len(lines)} of {len(records)} items"
    )
    for number, (line, item) in enumerate(zip(lines, records, strict=True), 1):
        require(
            sha256(line.encode()) == records[item],
            f"population.jsonl line {number} is not the item that was assigned",
        )
    return len(records)


def verify(root: Path, head: str) -> str:
    """Verify a pack; return what it says of itself, raise BadPackError."""
    files = read_folder(root)
    check_sums(files)
    texts, entries, hashes = check_ledger(files)
    check_head(files, texts, hashes, entries[0]["ledger"])
    if head:
        check_pinned(head, hashes)
    manifest = json.loads(files["manifest.json"])
    listed = {file["path"]: (file["size"], file["sha256"]) for file in manifest["files"]}
    here = {
        path: (len(data), sha256(data))
        for path, data in files.items()
        if path not in ("manifest.json", "SHA256SUMS")
    }
    require(listed == here, "manifest.json does not list the files that are here")
    stands = {"size": len(texts), "hash": hashes[-1]}
    require(
        {key: manifest["head"][key] for key in stands} == stands, "manifest.json names another head"
    )
    campaign = manifest["campaign"]
    require(
        campaign in {entry["campaign"] for entry in entries},
        "the ledger does not know the campaign",
    )
    decisions = [
        text
        for text, entry in zip(texts, entries, strict=True)
        if entry["campaign"] == campaign and entry["type"].startswith("decision.")
    ]
    told = lines_of(files["decisions.jsonl"], "decisions.jsonl")
    require(told == decisions, "decisions.jsonl does not hold the ledger's decisions")
    items = check_population(files, entries, campaign)
    return (
        f"OK: {len(texts)} entries, head {len(texts)}:{hashes[-1]}\n"
        f"items {items}, entries of decisions {len(decisions)}\n"
        f"source {manifest['source']}, standing {manifest['standing']}, signature {manifest['signature']}"
    )


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    head = ""
    if arguments and re.fullmatch(r"[1-9][0-9]*:[0-9a-f]{64}", arguments[0]):
        head = arguments.pop(0)
    root = Path(arguments.pop(0)) if arguments else Path()
    if arguments or not root.is_dir():
        print("usage: python3 verify.py [SIZE:HASH] [FOLDER]", file=sys.stderr)
        return 2
    try:
        print(verify(root, head))
    except (BadPackError, KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"NOT OK: {error}", file=sys.stderr)
        return 1
    print("Not looked into: signatures, tables, reports and OSCAL; recert verify derives them.")
    if not head:
        print("No head was given: this says nothing about who made the pack, or when.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
