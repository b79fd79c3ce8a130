"""Ledgers that hold together and make no sense: whatever an entry says, the answer is a report."""

import hashlib
import json
import random
from typing import Any

import pytest

from recert.errors import RecertError
from recert.estate.canonical import canonical
from recert.evidence import contents
from recert.evidence.report import Check
from recert.evidence.verify_pack import verify_files

VALUES: list[Any] = [
    None,
    0,
    -1,
    2**52,
    True,
    "",
    "x",
    "\x1b[2J",
    "../..",
    [],
    {},
    [[]],
    {"id": []},
    ["x"] * 3,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in inner:
        found += places(part, (*path, key))
    return found


def change(rng: random.Random, body: dict[str, Any]) -> dict[str, Any]:
    """Return a body in which one thing at any depth was lost, or became something else."""
    changed = json.loads(json.dumps(body))
    path = rng.choice([place for place in places(changed) if place])
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if rng.random() < 0.4:
        del inner[path[-1]]
    else:
        inner[path[-1]] = rng.choice(VALUES)
    return changed if changed != body else change(rng, body)


def senseless(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    entries = [json.loads(line) for line in files["ledger.jsonl"].decode().splitlines()]
    chosen = rng.choice([entry for entry in entries if entry["body"]])
    chosen["body"] = change(rng, chosen["body"])
    texts: list[str] = []
    prev = "0" * 64
    for seq, entry in enumerate(entries, 1):
        texts.append(canonical({**entry, "seq": seq, "prev": prev}).decode())
        prev = hashlib.sha256(texts[-1].encode()).hexdigest()
    found = {**files, "ledger.jsonl": "".join(f"{text}\n" for text in texts).encode()}
    found[contents.SUMS] = contents.sums({p: d for p, d in found.items() if p != contents.SUMS})
    return found


def require_answers(small_pack: dict[str, bytes], count: int, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(count):
        files = senseless(rng, small_pack)
        try:
            report = verify_files(files)
        except RecertError as error:
            pytest.fail(f"{number}: {error}")
        assert not report.ok
        assert all(
            isinstance(check, Check) and check.detail.isprintable() for check in report.checks
        )


def test_an_entry_that_makes_no_sense_is_an_answer(small_pack: dict[str, bytes]) -> None:
    require_answers(small_pack, 150, 1)


@pytest.mark.campaign
def test_thousands_of_entries_that_make_no_sense_are_answers(small_pack: dict[str, bytes]) -> None:
    require_answers(small_pack, 5000, 2)


def test_a_population_of_anything_is_an_answer(small_pack: dict[str, bytes]) -> None:
    for text in (
        b"",
        b"\n",
        b"\n\n\n\n",
        b"null\nnull\nnull\nnull\n",
        b"\xff\xfe\n" * 4,
        b"{" * 1000 + b"\n",
    ):
        report = verify_files({**small_pack, "population.jsonl": text})
        assert not report.ok
        assert any(check.name == "population" and not check.ok for check in report.checks)
