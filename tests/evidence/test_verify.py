"""Packs are verified: what was edited, lost or added is named."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packs import edited, failed, resummed

from recert.errors import UsageError
from recert.evidence import contents
from recert.evidence.pack import export_pack
from recert.evidence.verify import verify

Put = Callable[..., Path]


def test_a_pack_is_accepted_and_never_with_a_plain_yes_where_no_signers_are_pinned(
    small_pack: dict[str, bytes], put: Put
) -> None:
    report = verify(put(small_pack))
    assert failed(report) == {}
    assert report.ok
    assert not report.signers_pinned
    assert report.exit_code == 3
    assert (report.source, report.synthetic) == ("replay", False)
    assert any("Who made it" in sentence for sentence in report.cannot)
    body = report.as_json()
    assert set(body) >= {"ok", "signers_pinned", "source", "synthetic", "checks"}
    assert all(set(check) == {"name", "ok", "detail"} for check in body["checks"])


def test_the_head_that_was_noted_is_found_again_later(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    world.open(2)
    noted = str(world.store.head())
    world.decide(0)
    export_pack(world.store, world.campaign, tmp_path / "pack", world.clock, worlds.OWEN)
    assert verify(tmp_path / "pack", head=noted).ok
    assert verify(tmp_path / "pack", head=str(world.store.head()).upper()).ok
    assert verify(world.path, head=noted).ok
    wrong = noted[:-1] + ("0" if noted[-1] != "0" else "1")
    assert list(failed(verify(tmp_path / "pack", head=wrong))) == ["head"]
    longer = f"{world.store.head().size + 1}:{'0' * 64}"
    assert "ends at entry" in failed(verify(tmp_path / "pack", head=longer))["head"]
    assert list(failed(verify(world.path, head=wrong))) == ["head"]


def test_an_edited_decision_is_refused(small_pack: dict[str, bytes], put: Put) -> None:
    change = (b'"verdict":"reduce"', b'"verdict":"attest"')
    found = failed(verify(put(edited(small_pack, "decisions.jsonl", *change))))
    assert "decisions.jsonl" in found["checksums"]
    assert "decisions.jsonl line 4" in found["decisions"]


def test_an_edited_decision_is_refused_when_the_checksums_were_recomputed(
    small_pack: dict[str, bytes], put: Put
) -> None:
    change = (b'"verdict":"reduce"', b'"verdict":"attest"')
    only_there = resummed(edited(small_pack, "decisions.jsonl", *change))
    found = failed(verify(put(only_there)))
    assert "checksums" not in found
    assert "decisions" in found
    in_the_ledger_too = resummed(edited(only_there, "ledger.jsonl", *change))
    assert "ledger" in failed(verify(put(in_the_ledger_too)))


def test_an_edited_table_for_people_is_refused_when_the_checksums_were_recomputed(
    small_pack: dict[str, bytes], put: Put
) -> None:
    for name, before, after in (
        ("decisions.csv", b'"reduce"', b'"attest"'),
        ("tieout.json", b'"reduce": 1', b'"reduce": 0'),
        ("README.txt", b"REPLAY", b"REPEAT"),
        ("ipe.json", b'"gaps": []', b'"gaps": [1]'),
        ("verify.sh", b"exit 1", b"exit 0"),
        ("population.jsonl", b"s3:Get1 on bucket", b"s3:Get7 on bucket"),
    ):
        found = failed(verify(put(resummed(edited(small_pack, name, before, after)))))
        assert any(name in detail for detail in found.values()), name


def test_a_missing_and_an_added_file_are_named(small_pack: dict[str, bytes], put: Put) -> None:
    for name in small_pack:
        found = failed(verify(put({key: data for key, data in small_pack.items() if key != name})))
        assert any(name in detail for detail in found.values()), name
    for name in small_pack:
        if name in (contents.MANIFEST, contents.SUMS):
            continue
        rest = resummed({key: data for key, data in small_pack.items() if key != name})
        found = failed(verify(put(rest)))
        assert any(name in detail for detail in found.values()), name
    found = failed(verify(put(resummed({**small_pack, "notes.txt": b"x"}))))
    assert "notes.txt does not belong here" in found["derived"]


def flips(data: bytes) -> Iterator[bytes]:
    for position in range(len(data)):
        yield (
            data[:position] + bytes([data[position] ^ (1 << (position % 8))]) + data[position + 1 :]
        )


def require_found(small_pack: dict[str, bytes], step: int) -> int:
    """Flip bytes in every file and verify each as it would be read; returns how many were flipped."""
    from recert.evidence.verify_pack import verify_files  # noqa: PLC0415 - next to its one use

    count = 0
    for name, data in small_pack.items():
        for number, flipped in enumerate(flips(data)):
            if number % step:
                continue
            count += 1
            assert not verify_files({**small_pack, name: flipped}).ok, (name, number)
    return count


def test_a_flipped_byte_is_found_wherever_it_is(small_pack: dict[str, bytes]) -> None:
    assert require_found(small_pack, 211) > 150


@pytest.mark.campaign
def test_every_flipped_byte_of_every_file_is_found(small_pack: dict[str, bytes]) -> None:
    total = sum(map(len, small_pack.values()))
    assert require_found(small_pack, 1) == total
    print(f"{total:,} bytes flipped, every one found")


def test_nothing_and_an_unreadable_head_are_usage_errors(
    small_pack: dict[str, bytes], put: Put, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="nothing at"):
        verify(tmp_path / "nothing")
    with pytest.raises(UsageError, match="no file of signers"):
        verify(put(small_pack), signers=tmp_path / "nothing")
    for head in ("", "x", "5", "0:" + "0" * 64, "5:xyz", "5:" + "0" * 63, "-1:" + "0" * 64):
        with pytest.raises(UsageError, match="is no head"):
            verify(put(small_pack), head=head)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"null",
        b"{}",
        b"[]",
        b"{" * 10_000,
        b'{"what": "recert evidence pack", "format": 99}',
        b"\xff\xfe",
    ],
)
def test_a_manifest_that_is_none_is_named(
    small_pack: dict[str, bytes], put: Put, manifest: bytes
) -> None:
    assert (
        "manifest.json"
        in failed(verify(put({**small_pack, "manifest.json": manifest})))["manifest"]
    )


def test_a_manifest_that_names_another_campaign_is_refused(
    small_pack: dict[str, bytes], put: Put
) -> None:
    changed = edited(
        small_pack, "manifest.json", b'"campaign": "c-2026-0001"', b'"campaign": "c-2026-0009"'
    )
    assert "campaign" in failed(verify(put(resummed(changed))))


def test_a_pack_of_another_version_of_recert_is_still_verified(
    small_pack: dict[str, bytes], put: Put
) -> None:
    changed = edited(small_pack, "manifest.json", b'"version": "0.1.0"', b'"version": "9.9.9"')
    reworded = resummed({**changed, "README.txt": b"Other words.\n"})
    report = verify(put(reworded))
    assert report.ok
    assert "README.txt" in report.unverified
    assert any("README.txt" in sentence for sentence in report.cannot)
    assert report.exit_code == 3
    lying = resummed(edited(changed, "tieout.json", b'"reduce": 1', b'"reduce": 0'))
    assert "tieout.json" in failed(verify(put(lying)))["derived"]


def test_a_pack_of_another_build_of_the_same_version_is_still_verified(
    small_pack: dict[str, bytes], put: Put
) -> None:
    source = contents.own_tool()["source_sha256"].encode()
    other = edited(small_pack, "manifest.json", source, b"0" * 64)
    reworded = resummed({**other, "verify.sh": b"#!/bin/sh\n"})
    report = verify(put(reworded))
    assert failed(report) == {}
    assert "verify.sh" in report.unverified
    own = resummed({**small_pack, "verify.sh": b"#!/bin/sh\n"})
    assert "verify.sh" in failed(verify(put(own)))["derived"]


def test_a_pack_of_the_first_build_is_still_verified(
    small_pack: dict[str, bytes], put: Put
) -> None:
    manifest = json.loads(small_pack["manifest.json"])
    del manifest["tool"]["source_sha256"]
    first = resummed({**small_pack, "manifest.json": contents.pretty(manifest)})
    report = verify(put(first))
    assert failed(report) == {}
    assert set(report.unverified) == set(contents.FOR_PEOPLE)
