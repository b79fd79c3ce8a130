import hashlib
import io
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recert.errors import UsageError
from recert.evidence import containers, contents
from recert.evidence.pack import export_pack
from recert.evidence.report import VerifyReport
from recert.evidence.verify import verify

Put = Callable[..., Path]


def failed(report: VerifyReport) -> dict[str, str]:
    return {check.name: check.detail for check in report.checks if not check.ok}


def resummed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Write manifest and checksums again, as somebody who edits a pack would."""
    found = dict(files)
    manifest = json.loads(found[contents.MANIFEST])
    manifest["files"] = [
        {"path": path, "size": len(found[path]), "sha256": hashlib.sha256(found[path]).hexdigest()}
        for path in sorted(found)
        if path not in (contents.MANIFEST, contents.SUMS)
    ]
    found[contents.MANIFEST] = contents.pretty(manifest)
    found[contents.SUMS] = contents.sums(
        {path: data for path, data in found.items() if path != contents.SUMS}
    )
    return found


def head_of(files: dict[str, bytes]) -> str:
    lines = files["ledger.jsonl"].decode().splitlines()
    return f"{len(lines)}:{hashlib.sha256(lines[-1].encode()).hexdigest()}"


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


def edited(files: dict[str, bytes], name: str, before: bytes, after: bytes) -> dict[str, bytes]:
    assert before in files[name]
    return {**files, name: files[name].replace(before, after, 1)}


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


def test_a_flipped_byte_between_the_files_of_a_zip_is_found(
    small_pack: dict[str, bytes], tmp_path: Path
) -> None:
    from recert.evidence.verify_pack import verify_files  # noqa: PLC0415 - next to its one use

    data = containers.to_zip(small_pack)
    path = tmp_path / "pack.zip"
    path.write_bytes(data)
    assert verify(path).ok
    headers = zip_headers(data)
    assert len(headers) > 1500
    for position in headers[::9]:
        flipped = (
            data[:position] + bytes([data[position] ^ (1 << (position % 8))]) + data[position + 1 :]
        )
        path.write_bytes(flipped)
        try:
            found = containers.read(path)
        except containers.PackError:
            continue
        assert not verify_files(found).ok, position


def zip_headers(data: bytes) -> list[int]:
    """Return the position of every byte of a zip that is not content of a file."""
    outside = set(range(len(data)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename)
            outside -= set(range(start, start + info.file_size))
    return sorted(outside)


def archive(*members: tuple[Any, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in members:
            made.writestr(name, data)
    return out.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "neither a folder nor a readable zip"),
        (b"hello", "neither a folder nor a readable zip"),
        (b"PK\x03\x04" + b"\x00" * 60, "neither a folder nor a readable zip"),
        (archive(), "is empty"),
        (archive(("../evil", b"x")), "no path that a pack can hold"),
        (archive(("/etc/passwd", b"x")), "no path that a pack can hold"),
        (archive(("a\\b", b"x")), "no path that a pack can hold"),
        (archive((".hidden", b"x")), "no path that a pack can hold"),
        (archive(("a/b/c/d", b"x")), "no path that a pack can hold"),
        (archive(("folder/", b"")), "no path that a pack can hold"),
        (archive(("a" * 200, b"x")), "no path that a pack can hold"),
        (archive(("a\x1b[2J", b"x")), "no path that a pack can hold"),
        (archive((link("ledger.jsonl"), b"/etc/passwd")), "is a link"),
        (
            archive(("bomb", b"\x00" * 70_000_000), compression=zipfile.ZIP_DEFLATED),
            "more than a pack does",
        ),
        (archive(("small", b"x"), compression=zipfile.ZIP_DEFLATED), "byte for byte"),
        (archive(("a", b"x")) + b"trailing", "byte for byte"),
        (b"leading" + archive(("a", b"x")), "byte for byte"),
    ],
)
def test_a_hostile_zip_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    report = verify(tmp_path / "x.zip")
    assert not report.ok
    assert report.exit_code == 1
    assert sentence in failed(report)["container"]
    assert report.source is None
    assert sorted(tmp_path.iterdir()) == [tmp_path / "x.zip"]


def test_a_zip_whose_members_share_their_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = archive(("same", b"x" * 100), ("same", b"y" * 100))
    (tmp_path / "x.zip").write_bytes(data)
    assert "twice" in failed(verify(tmp_path / "x.zip"))["container"]


def test_a_pack_that_was_zipped_by_another_program_is_refused_with_advice(
    small_pack: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "x.zip").write_bytes(archive(*small_pack.items()))
    assert "as a folder" in failed(verify(tmp_path / "x.zip"))["container"]


def test_a_folder_with_a_link_a_pipe_or_a_strange_name_is_refused(
    small_pack: dict[str, bytes], put: Put, tmp_path: Path
) -> None:
    first, second, third = put(small_pack), put(small_pack), put(small_pack)
    (first / "link").symlink_to("/etc/passwd")
    os.mkfifo(second / "pipe")
    (third / "bad\x1b[2Jname").touch()
    for root in (first, second):
        assert "no ordinary file" in failed(verify(root))["container"]
    said = failed(verify(third))["container"]
    assert "no path" in said
    assert "\x1b" not in said
    (tmp_path / "to").symlink_to(put(small_pack))
    assert "is a link" in failed(verify(tmp_path / "to"))["container"]


def test_a_pack_of_absurd_size_is_not_read(
    small_pack: dict[str, bytes], put: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "x.zip").write_bytes(containers.to_zip(small_pack))
    monkeypatch.setattr(containers, "LARGEST", 1000)
    assert "too large" in failed(verify(put(small_pack)))["container"]
    assert "too large" in failed(verify(tmp_path / "x.zip"))["container"]


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


def test_a_store_is_verified_with_every_table(world: Any) -> None:
    world.whole(3)
    report = verify(world.path)
    assert failed(report) == {}
    assert report.exit_code == 3
    assert report.source == "replay"
    assert {check.name for check in report.checks} >= {
        "file",
        "guards",
        "ledger",
        "tables",
        "rules",
    }


def test_an_edited_table_of_a_store_is_named(world: Any) -> None:
    world.whole(2)
    with world.store.database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER decision_fixed")
        connection.exec_driver_sql("DROP TRIGGER decision_state_late")
        connection.exec_driver_sql("UPDATE decision SET verdict = 'revoke' WHERE id LIKE '%1'")
    found = failed(verify(world.path))
    assert (
        "decision d-c-2026-0001-00001: verdict is 'revoke', by the ledger 'attest'"
        in found["tables"]
    )
    assert "decision_fixed" in found["guards"]


def test_an_edited_entry_of_a_store_is_named(world: Any) -> None:
    world.whole(2)
    with world.store.database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
        connection.exec_driver_sql(
            "UPDATE ledger SET entry = replace(entry, 'needed', 'wanted') WHERE seq = 9"
        )
    assert "entry 9 is not the one of its hash" in failed(verify(world.path))["ledger"]


def test_a_damaged_or_foreign_store_is_an_answer_not_a_crash(world: Any, tmp_path: Path) -> None:
    world.whole(1)
    data = world.path.read_bytes()
    for number, damaged in enumerate(
        (data[:3000], data[:200] + b"\xff" * (len(data) - 200), data[:16])
    ):
        path = tmp_path / f"{number}.db"
        path.write_bytes(damaged)
        report = verify(path)
        assert not report.ok
        assert "file" in failed(report)


def test_verifying_a_store_changes_no_byte_of_it(world: Any) -> None:
    world.whole(1)
    before = world.path.read_bytes(), world.path.stat().st_mtime_ns
    verify(world.path)
    assert (world.path.read_bytes(), world.path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_of_a_pack_that_was_edited_and_zipped_again_the_file_is_named(
    small_pack: dict[str, bytes], tmp_path: Path, compression: int
) -> None:
    changed = edited(small_pack, "decisions.jsonl", b'"verdict":"reduce"', b'"verdict":"attest"')
    (tmp_path / "x.zip").write_bytes(archive(*changed.items(), compression=compression))
    found = failed(verify(tmp_path / "x.zip"))
    assert "byte for byte" in found["container"]
    assert "decisions.jsonl" in found["checksums"]
