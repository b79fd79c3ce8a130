"""The tables of a pack as one workbook; every cell is text, so that nothing is a formula or a link.

The workbook's parts are stored uncompressed, so that the same content gives the same bytes on
every machine.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it has no stubs
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # as above

from recert.evidence import custody, tables
from recert.evidence.containers import to_zip
from recert.evidence.material import Material
from recert.evidence.readme import STANDING, banner
from recert.evidence.tieout import TieOut

_LONGEST = 32_000
"""Characters of a cell; Excel takes 32,767, and silently less of more."""
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the workbook's format has no zone
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(material: Material, tied: TieOut) -> bytes:
    """Return the workbook."""
    out = io.BytesIO()
    with Workbook(out, _OPTIONS) as book:
        book.set_properties({"created": _EPOCH, "title": "Recertification"})
        bold = book.add_format({"bold": True})
        _sheet(book, bold, "Summary", ("what", "value"), _summary(material, tied))
        _sheet(book, bold, "Decisions", tables.DECISIONS, tables.decision_rows(material))
        _sheet(book, bold, "Assignments", custody.ASSIGNMENTS, custody.assignment_rows(material))
        _sheet(book, bold, "Exclusions", tables.EXCLUSIONS, tables.exclusion_rows(material))
    with zipfile.ZipFile(out) as made:
        return to_zip({name: made.read(name) for name in made.namelist()})


def _sheet(
    book: Workbook, bold: Any, name: str, header: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(header):
        sheet.write_string(0, column, title, bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)


def _write(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    text = tables.cell(value)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… ({len(text):,} characters; see decisions.jsonl)"
    if sheet.write_string(row, column, text):
        raise ValueError(f"the cell {row}, {column} of {sheet.get_name()} cannot be written")


def _summary(material: Material, tied: TieOut) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("campaign", material.campaign),
        ("name", material.row["name"]),
        ("standing", STANDING[tied.standing]),
        ("note", banner(material)),
        ("state", tied.state),
        ("source", material.source),
        ("signature", material.signature),
        ("head", str(material.ledger.head)),
        ("gaps", tied.gaps),
    ]
    rows += tied.counts.items()
    rows += tied.verdicts.items()
    rows += [
        (
            equation.detail,
            f"{equation.left} and {equation.right}: {'equal' if equation.holds else 'NOT EQUAL'}",
        )
        for equation in tied.equations
    ]
    return rows
