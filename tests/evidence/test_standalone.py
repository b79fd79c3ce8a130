"""The programs inside a pack, run as an auditor runs them, against our own verification."""

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packs import head_of, resummed

from recert.estate.canonical import canonical
from recert.evidence import containers, contents
from recert.evidence.material import Material, read_ledger
from recert.evidence.verify import verify
from recert.evidence.verify_pack import verify_files

Put = Callable[..., Path]


def shell(root: Path, *arguments: str) -> int:
    program = Path(contents.__file__).parent / "standalone" / "verify.sh"
    return subprocess.run(
        ["sh", str(program), *arguments], cwd=root, capture_output=True, check=False
    ).returncode


def python(root: Path, *arguments: str) -> int:
    program = Path(contents.__file__).parent / "standalone" / "verify.py"
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program), *arguments],
        cwd=root,
        capture_output=True,
        check=False,
    ).returncode


def test_both_programs_accept_a_whole_pack_with_and_without_its_head(
    small_pack: dict[str, bytes], put: Put
) -> None:
    root = put(small_pack)
    for program in (shell, python):
        assert program(root) == 0
        assert program(root, head_of(small_pack)) == 0
        assert program(root, "5:" + "0" * 64) == 1
        assert program(root, "9999:" + "0" * 64) == 1
        assert program(root, "nonsense") == 2


def test_the_program_of_python_needs_no_third_party_module(
    small_pack: dict[str, bytes], put: Put
) -> None:
    root = put(small_pack)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("OK: ")


def rehashed(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return another valid pack: a rationale is rewritten and everything after it linked again."""
    entries = [json.loads(line) for line in files["ledger.jsonl"].decode().splitlines()]
    decided = [entry for entry in entries if entry["type"] == "decision.recorded"]
    rng.choice(decided)["body"]["rationale"] = f"because {rng.random()}"
    # What was signed or anchored over the old text cannot be kept without the keys.
    entries = [entry for entry in entries if entry["type"] not in ("signoff", "anchor")]
    for entry in entries:
        entry["body"].pop("closing", None)
    texts: list[str] = []
    prev = "0" * 64
    for seq, entry in enumerate(entries, 1):
        texts.append(canonical({**entry, "seq": seq, "prev": prev}).decode())
        prev = hashlib.sha256(texts[-1].encode()).hexdigest()
    records = files["population.jsonl"].decode().splitlines()
    return contents.derive(Material(read_ledger(texts), "c-2026-0001", records))


def damaged(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return a pack that somebody hurt: a byte, a line, a file; some with their checksums recomputed."""
    found = dict(files)
    name = rng.choice(["ledger.jsonl", "decisions.jsonl", "population.jsonl", "checkpoint"])
    lines = found[name].splitlines(keepends=True)
    kind = rng.choice(["flip", "drop a line", "swap", "double", "cut", "lose", "add"])
    if kind == "flip":
        name = rng.choice(sorted(found))
        data = bytearray(found[name])
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(7)
        found[name] = bytes(data)
        return found
    if kind == "lose":
        del found[rng.choice(sorted(found))]
        return found
    if kind == "add":
        return {**found, "more.txt": b"x"}
    where = rng.randrange(len(lines) - 1)
    if kind == "drop a line":
        del lines[where]
    elif kind == "swap":
        if lines[where] == lines[where + 1]:
            del lines[where]
        else:
            lines[where], lines[where + 1] = lines[where + 1], lines[where]
    elif kind == "double":
        lines.insert(where, lines[where])
    else:
        lines[-1] = lines[-1][:-2]
    found[name] = b"".join(lines)
    order_only = name == "population.jsonl" and kind in ("swap", "double", "drop a line")
    return found if order_only or rng.random() < 0.5 else resummed(found)


def require_agreement(
    small_pack: dict[str, bytes], put: Put, count: int, seed: int
) -> dict[bool, int]:
    rng = random.Random(seed)
    seen = {True: 0, False: 0}
    for number in range(count):
        make: Callable[..., Any] = (
            damaged if number % 2 else rng.choice([rehashed, lambda _, files: files])
        )
        files = make(rng, small_pack)
        root = put(files)
        verdict = verify_files(containers.read(root)).ok
        assert verdict is (number % 2 == 0)
        answers = (shell(root), python(root))
        assert answers == ((0, 0) if verdict else (1, 1)), (number, answers, root)
        seen[verdict] += 1
    return seen


def test_shell_python_and_recert_agree(small_pack: dict[str, bytes], put: Put) -> None:
    assert require_agreement(small_pack, put, 20, 1) == {True: 10, False: 10}


@pytest.mark.campaign
def test_shell_python_and_recert_agree_on_a_thousand_packs(
    small_pack: dict[str, bytes], put: Put
) -> None:
    assert require_agreement(small_pack, put, 1000, 2) == {True: 500, False: 500}


def _changed(root: Path) -> None:
    (root / "report.html").write_bytes((root / "report.html").read_bytes() + b" ")


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        (_changed, "report.html was changed"),
        (lambda root: (root / "exceptions.csv").unlink(), "exceptions.csv is missing"),
        (lambda root: (root / "notes.txt").write_text("hi"), "notes.txt is not of this pack"),
        (lambda root: (root / "inside" / "it").mkdir(parents=True), "inside is an empty folder"),
        (lambda root: (root / "ledger.jsonl").unlink(), "ledger.jsonl is missing"),
    ],
)
def test_each_verifier_says_which_file_it_is_and_what_happened_to_it(
    small_pack: dict[str, bytes], put: Put, attack: Callable[[Path], Any], words: str
) -> None:
    root = put(small_pack)
    attack(root)
    programs = Path(contents.__file__).parent / "standalone"
    for line in (
        ["sh", str(programs / "verify.sh")],
        [sys.executable, "-I", "-S", str(programs / "verify.py")],
    ):
        done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert words in done.stderr
    failed = [check.detail for check in verify(root).checks if not check.ok]
    assert any(words in detail for detail in failed)


def test_a_pinned_list_that_does_not_fit_is_not_called_no_list(
    small_pack: dict[str, bytes], put: Put, tmp_path: Path, make_key: Any
) -> None:
    (tmp_path / "keys").mkdir()
    signers = tmp_path / "signers"
    signers.write_text(f"eve {make_key(tmp_path / 'keys', 'eve').public}\n")
    found = verify(put(small_pack), signers=signers)
    assert not found.ok
    assert not any("no signers were pinned" in sentence for sentence in found.cannot)
