"""Verifies a store: its file, its guards, its ledger, and every table against what the ledger says."""

import hashlib
from pathlib import Path

from sqlmodel import Session, col, select

from recert.errors import LedgerError, RefusedError, StoreError
from recert.evidence import anchors, checks
from recert.evidence.checkpoint import Pinned
from recert.evidence.material import Ledger, read_ledger
from recert.evidence.report import Check, VerifyReport
from recert.evidence.signatures import signatures
from recert.progress import step
from recert.store.compare import differences
from recert.store.engine import SCHEMA_VERSION, opened, translated
from recert.store.tables import LedgerRow
from recert.text import plural, visible


def verify_store(
    path: Path, signers: Path | None, pinned: Pinned | None, *, tsa: Path | None = None
) -> VerifyReport:
    """Verify a store without changing it; what cannot be opened at all fails the check `file`."""
    done: list[Check] = []
    ledger: Ledger | None = None
    by_pinned = False
    try:
        with opened(path) as database, translated(path), database.reader.begin() as connection:
            version = database.state(connection)
            if version != SCHEMA_VERSION:
                raise StoreError(  # noqa: TRY301 - one handler for all
                    f"{path.name} has the schema {version}, this recert {SCHEMA_VERSION}.",
                    "Run `recert db upgrade` first.",
                )
            problems = database.integrity(connection)
            done.append(checks.check("file", problems, "SQLite finds nothing wrong with it"))
            missing = database.missing_guards(connection)
            gone = [f"the guard {name} is missing or altered" for name in missing]
            done.append(checks.check("guards", gone, "every guard stands"))
            with Session(connection) as session:
                ledger = _ledger(session, done)
                if ledger is not None:
                    _tables(session, ledger, done)
    except (StoreError, RefusedError) as error:
        done.append(Check("file", ok=False, detail=visible(str(error), limit=300)))
    if ledger is not None:
        done += [checks.rules(ledger), checks.head(ledger, pinned)]
        done += checks.guarded("signoffs", lambda: checks.signed(ledger))
        done += checks.guarded("anchors", lambda: anchors.checks(ledger, tsa))
        by_pinned = signatures(ledger, signers, done)
    return checks.report(done, ledger, pinned=pinned, by_pinned=by_pinned)


def _ledger(session: Session, done: list[Check]) -> Ledger | None:
    rows = session.exec(
        select(LedgerRow.seq, LedgerRow.prev, LedgerRow.hash, LedgerRow.entry).order_by(
            col(LedgerRow.seq)
        )
    ).all()
    try:
        ledger = read_ledger(row[3] for row in rows)
    except LedgerError as error:
        edited = [row[0] for row in rows if hashlib.sha256(row[3].encode()).hexdigest() != row[2]]
        named = f"; the text of entry {edited[0]} is not the one of its hash" if edited else ""
        detail = visible(f"{error.what}{named}", limit=300)
        done.append(Check("ledger", ok=False, detail=detail))
        return None
    problems = []
    before = "0" * 64
    for number, (row, digest) in enumerate(zip(rows, ledger.hashes, strict=True), 1):
        if (row[0], row[1], row[2]) != (number, before, digest):
            problems.append(f"entry {number}: its columns are not those of its text")
        before = digest
    detail = (
        f"{plural(ledger.head.size, 'entry', 'entries')}, gapless and chained; head {ledger.head}"
    )
    done.append(checks.check("ledger", problems, detail))
    return ledger


def _tables(session: Session, ledger: Ledger, done: list[Check]) -> None:
    step("comparing every table", 0)

    def compared() -> list[Check]:
        problems = list(differences(session, ledger.projection, ledger.head))
        return [checks.check("tables", problems, "every row is what the ledger leads to")]

    done += checks.guarded("tables", compared)
