"""Verifies a pack or a store, offline; every check is named, and says which file or entry failed it."""

from dataclasses import replace
from pathlib import Path

from recert.errors import UsageError
from recert.evidence.anchors import pinned
from recert.evidence.report import VerifyReport
from recert.evidence.timestamp import roots
from recert.evidence.verify_pack import verify_pack
from recert.evidence.verify_store import verify_store
from recert.text import visible

_SQLITE = b"SQLite format 3\x00"


def verify(
    path: Path,
    *,
    signers: Path | None = None,
    head: str | None = None,
    tsa: Path | None = None,
) -> VerifyReport:
    """Verify what stands at a path: a folder or zip as a pack, an SQLite file as a store.

    `signers` is a file in the form of allowed_signers, `head` a `SIZE:HASH` or the file of a
    checkpoint, `tsa` the root certificates of time-stamp authorities, all known from elsewhere: a
    list of signers inside the pack pins nobody.
    Raises UsageError where there is nothing, or one of them cannot be read.
    """
    noted = pinned(head) if head is not None else None
    if tsa is not None:
        roots(tsa)
    if signers is not None and not signers.is_file():
        raise UsageError(f"There is no file of signers at {signers}.", "Name one that exists.")
    if _is_store(path):
        return verify_store(path, signers, noted, tsa=tsa)
    if signers is not None and signers.resolve().is_relative_to(path.resolve()):
        return _by_itself(verify_pack(path, None, noted, tsa=tsa), signers)
    return verify_pack(path, signers, noted, tsa=tsa)


def _by_itself(report: VerifyReport, signers: Path) -> VerifyReport:
    """Say why a list of signers that came with the pack was not taken."""
    detail = (
        f"{visible(signers.name)} came with the pack and proves nothing about who made it: "
        "no signers were pinned"
    )
    checks = (
        replace(one, detail=detail) if one.name == "signers" else one for one in report.checks
    )
    return replace(report, checks=tuple(checks))


def _is_store(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise UsageError(f"{path} cannot be read.", "Check its permissions.") from error
