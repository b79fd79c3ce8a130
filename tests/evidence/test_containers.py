"""Zips and folders that are none of a pack's, whatever made them."""

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packs import edited, failed

from recert.evidence import containers
from recert.evidence.verify import verify

Put = Callable[..., Path]


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
