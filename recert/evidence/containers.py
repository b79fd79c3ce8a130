"""A pack on disk: a folder, or a zip whose every byte is decided by its content.

Writing happens beside the target, which appears whole or not at all. Reading trusts nothing: no
links, no paths that lead outside, no compression (so nothing can swell), nothing of absurd size.
A zip is written again from what was read and must come out the same, so that no byte of it is
without meaning.
"""

import io
import lzma
import os
import re
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from recert.errors import RecertError, StoreError, UsageError
from recert.progress import step

LARGEST = 2**30
"""Bytes of a pack that is still read."""
_LARGEST_FOREIGN = 2**26
"""Bytes that are unpacked of a zip that recert did not write."""
_MOST_FILES = 20_000
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
_PATH = re.compile(
    r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}/){0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}\Z"
)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16


class PackError(RecertError):
    """A container that is no pack, or not one that recert would write."""


def require_new(target: Path) -> None:
    """Refuse a target that exists already, be it a dead link; raises UsageError."""
    if os.path.lexists(target):
        raise UsageError(
            f"{target} exists already.", "Name a new one; a pack is never overwritten."
        )


def write(target: Path, content: Mapping[str, bytes]) -> None:
    """Write a pack: a zip where the name ends in `.zip`, else a folder; raises UsageError, StoreError.

    After an error nothing is left at the target or beside it.
    """
    require_new(target)
    partial = target.with_name(f".{target.name[:80]}.{secrets.token_hex(6)}.partial")
    made = _make_parents(target.parent)
    try:
        if target.suffix.lower() == ".zip":
            _write_new(partial, to_zip(content))
            os.link(partial, target)
            partial.unlink()
        else:
            _write_folder(partial, content)
            partial.rename(target)
        _sync_folder(target.parent)
    except BaseException as error:
        remove(partial)
        for folder in reversed(made):
            folder.rmdir()
        if isinstance(error, OSError):
            raise StoreError(
                f"The pack could not be written: {(error.strerror or str(error)).lower()}.",
                f"Nothing was left at {target}.",
            ) from error
        raise


def remove(path: Path) -> None:
    """Remove a folder or file that we made, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _make_parents(folder: Path) -> list[Path]:
    missing: list[Path] = []
    while not folder.is_dir():
        if os.path.lexists(folder):
            raise UsageError(f"{folder} is no folder.", "Name another place.")
        missing.append(folder)
        folder = folder.parent
    missing.reverse()
    try:
        for new in missing:
            new.mkdir(mode=0o700)
    except OSError as error:
        raise UsageError(
            f"{missing[-1]} cannot be created: {(error.strerror or str(error)).lower()}.",
            "Name a place that you may write.",
        ) from error
    return missing


def _write_folder(folder: Path, content: Mapping[str, bytes]) -> None:
    folder.mkdir(mode=0o700)
    for number, (path, data) in enumerate(content.items()):
        step("writing the files", number, len(content))
        file = folder / path
        file.parent.mkdir(mode=0o700, exist_ok=True)
        _write_new(file, data)
    for inner in {(folder / path).parent for path in content}:
        _sync_folder(inner)


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def to_zip(content: Mapping[str, bytes]) -> bytes:
    """Return the one zip of these files: sorted, stored, without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(content):
            info = zipfile.ZipInfo(path, _EPOCH)
            info.create_system = 3
            info.external_attr = _MODE
            archive.writestr(info, content[path])
    return out.getvalue()


def read(path: Path) -> dict[str, bytes]:
    """Return every file of a pack by its path; raises PackError for any other container."""
    found, foreign = read_any(path)
    if foreign:
        raise PackError(foreign)
    return found


def read_any(path: Path) -> tuple[dict[str, bytes], str]:
    """Return every file of a folder or zip by its path, and what shows that recert did not write it so.

    Raises PackError for what cannot be read safely, UsageError where there is nothing.
    """
    if not os.path.lexists(path):
        raise UsageError(f"There is nothing at {path}.", "Name a pack or a store.")
    try:
        if path.is_symlink():
            raise PackError(f"{path.name} is a link.")
        found, foreign = _read_folder(path) if path.is_dir() else _read_zip(path)
    except OSError as error:
        raise PackError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}."
        ) from error
    if not found:
        raise PackError(f"{path.name} is empty.")
    return found, foreign


def _require_path(name: str) -> None:
    if not _PATH.match(name):
        raise PackError(f"{name[:120]!r} is no path that a pack can hold.")


def _read_folder(root: Path) -> tuple[dict[str, bytes], str]:
    found: dict[str, bytes] = {}
    folders_seen: set[str] = set()
    room = LARGEST
    for folder, folders, names in os.walk(root, followlinks=False):
        for name in sorted(folders + names):
            path = Path(folder) / name
            relative = path.relative_to(root).as_posix()
            _require_path(relative)
            mode = path.lstat()
            if stat.S_ISDIR(mode.st_mode):
                folders_seen.add(relative)
                continue
            if not stat.S_ISREG(mode.st_mode):
                raise PackError(f"{relative} is a link or no ordinary file.")
            room -= mode.st_size
            if room < 0 or len(found) >= _MOST_FILES:
                raise PackError("It is too large to be a pack.")
            found[relative] = path.read_bytes()
    holding = {parent.as_posix() for name in found for parent in Path(name).parents}
    empty = sorted(folders_seen - holding)
    # No checksum speaks for a folder without files, and recert never writes one.
    return found, f"{empty[0]} is an empty folder, which is not of this pack" if empty else ""


def _read_zip(path: Path) -> tuple[dict[str, bytes], str]:
    if not path.is_file():
        raise PackError(f"{path.name} is no ordinary file.")
    if path.stat().st_size > LARGEST:
        raise PackError("It is too large to be a pack.")
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = _members(archive, len(data))
    except _UNREADABLE as error:
        raise PackError(f"{path.name} is neither a folder nor a readable zip: {error}.") from error
    if to_zip(found) == data:
        return found, ""
    return found, (
        f"{path.name} is not, byte for byte, the zip that recert writes of its files "
        "(packed again by another program, it must be verified as a folder)."
    )


def _members(archive: zipfile.ZipFile, size: int) -> dict[str, bytes]:
    """Return the members of a zip; what they say of their sizes bounds what is ever unpacked."""
    found: dict[str, bytes] = {}
    members = archive.infolist()
    plain = all(member.compress_type == zipfile.ZIP_STORED for member in members)
    total = sum(member.file_size for member in members)
    if len(members) > _MOST_FILES or total > (size if plain else _LARGEST_FOREIGN):
        raise PackError("It says that it holds more than it can, or more than a pack does.")
    for member in members:
        _require_path(member.filename)
        if member.filename in found:
            raise PackError(f"{member.filename} stands twice in it.")
        if member.flag_bits & 1:
            raise PackError(f"{member.filename} is encrypted, which recert never does.")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise PackError(f"{member.filename} is a link or no ordinary file.")
        found[member.filename] = archive.read(member)
    return found
