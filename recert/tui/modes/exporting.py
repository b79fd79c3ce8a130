"""Writing an evidence pack, and showing what came of it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from recert.tui.messages import Answered
from recert.tui.modals.read import Reading
from recert.tui.modals.text import Ask, Form
from recert.tui.modes.listmode import ListMode
from recert.tui.ports import Report
from recert.tui.text import Piece, Role, Row, row, say

T = TypeVar("T")


class Exporting(ListMode[T]):
    """A list from which packs are written or verified."""

    def ask_where(self, campaign: str) -> None:
        """Ask for the path of a pack, then write it in a worker."""
        ask = Ask(
            "path", "Where to (a new folder, or a file that ends in .zip)", "", f"{campaign}.zip"
        )
        form = Form(f"Export {campaign}", (), [ask], self.recert.clock.now().date())

        def chosen(values: Any) -> None:
            target = Path(values["path"]).expanduser()
            self.tell("Writing the pack …")
            self.ask("report", lambda services: services.export(campaign, target))

        self.recert.put(form, chosen)

    def reported(self, event: Answered) -> None:
        """Say what came of it, and open the details where something is wrong."""
        if event.topic != "report":
            return
        report: Report = event.value
        good = Role.GOOD if report.ok else Role.WARN
        self.tell(Piece("✓ " if report.ok else "▲ ", good), say(report.summary))
        self.recert.put(Reading(report.title, report_rows(report)))

    def plain_value(self, value: Any) -> dict[str, Any]:
        """Return a view as plain values."""
        return asdict(value)


def report_rows(report: Report) -> list[Row]:
    """Return a report: the outcome, then each thing that was looked at."""
    role = Role.GOOD if report.ok else Role.WARN
    lines: list[Row] = [row(say(report.summary, role)), ()]
    if report.path is not None:
        lines += [row(say("at ", Role.MUTED), say(report.path)), ()]
    for check in report.checks:
        mark = Piece("✓ ", Role.GOOD) if check.ok else Piece("✗ ", Role.BAD)
        lines.append(row(mark, say(check.name), say(f"  {check.detail}", Role.MUTED)))
    return lines
