"""What is said after a verification: what to do, about the thing that was verified."""

import sqlite3
from pathlib import Path

import pytest

from recert.cli.packs import advice
from recert.evidence.report import Check, VerifyReport
from recert.evidence.verify import verify


def report(*checks: Check, pinned: bool = False) -> VerifyReport:
    return VerifyReport(signers_pinned=pinned, source="live", synthetic=False, checks=checks)


@pytest.mark.parametrize(
    ("found", "about"),
    [
        (report(Check("container", ok=True, detail=""), Check("ledger", False, "")), "this pack"),
        (report(Check("guards", ok=True, detail=""), Check("ledger", False, "")), "this store"),
        (report(Check("container", ok=True, detail="")), "--signers FILE"),
        (report(Check("container", ok=True, detail=""), pinned=True), ""),
    ],
)
def test_advice_is_about_what_was_verified(found: VerifyReport, about: str) -> None:
    assert about in advice(found)
    assert bool(about) is bool(advice(found))


def test_a_store_that_cannot_be_looked_into_is_not_called_a_pack(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    sqlite3.connect(path).executescript("create table t (a); pragma user_version = 3;").close()
    found = verify(path)
    assert [(one.name, one.ok) for one in found.checks] == [("file", False)]
    assert advice(found) == ""
