"""Writing an evidence pack, and showing what came of it."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from textual import on

from recert.progress import watched
from recert.tui.jobs import Job
from recert.tui.keymap import MODES
from recert.tui.messages import Answered, Failed, Progressed
from recert.tui.modals.read import Reading
from recert.tui.modals.text import Ask, Form
from recert.tui.modes.listmode import ListMode
from recert.tui.ports import Report, Services
from recert.tui.text import Piece, Role, Row, row, say

T = TypeVar("T")


class Exporting(ListMode[T]):
    """A list from which packs are written or verified."""

    def __init__(self) -> None:
        super().__init__()
        self._job: Job | None = None
        self._unseen: Report | None = None

    def ask_where(self, campaign: str) -> None:
        """Ask for the path of a pack, then write it in a worker."""
        ask = Ask(
            "path", "Where to (a new folder, or a file that ends in .zip)", "", f"{campaign}.zip"
        )
        form = Form(f"Export {campaign}", (), [ask], self.recert.clock.now().date())

        def chosen(values: Any) -> None:
            target = Path(values["path"]).expanduser()
            self.begin("writing the pack", lambda services: services.export(campaign, target))

        self.recert.put(form, chosen)

    def begin(self, title: str, work: Callable[[Services], Report]) -> None:
        """Do long work in a worker, say how far it is, and let esc stop it; one at a time."""
        if self._job is not None:
            self.tell(f"Still {self._job.title}; ", say("esc", Role.KEY), " stops it.")
            return
        job = Job(title, lambda one: self.post_message(Progressed(one)))
        self._job = job
        self._say_progress(job)

        def watched_work(services: Services) -> Report:
            with watched(job.watch):
                return work(services)

        self.ask("report", watched_work, about=job)

    def _say_progress(self, job: Job) -> None:
        how_far = f": {job.done_text}" if job.done_text else ""
        end = (
            row(" … stopping")
            if job.stopping
            else row(" …  ", say("esc", Role.KEY), say(" stops it", Role.MUTED))
        )
        title = f"{job.title[:1].upper()}{job.title[1:]}"
        self.tell(say(f"{title}{how_far}"), *end)

    @on(Progressed)
    def _progressed(self, event: Progressed) -> None:
        if event.job is self._job:
            self._say_progress(event.job)

    def failed(self, event: Failed) -> None:
        """Take a no; of long work, that it is over."""
        if event.about is self._job or event.topic == "report":
            self._job = None
        super().failed(event)

    def action_back(self) -> None:
        """Stop the work that goes on; else go one step back."""
        if self._job is not None:
            self._job.stop()
            self._say_progress(self._job)
            return
        super().action_back()

    def reported(self, event: Answered) -> None:
        """Say what came of it, and open the details where something is wrong."""
        if event.topic != "report":
            return
        self._job = None
        report: Report = event.value
        good = Role.GOOD if report.ok else Role.WARN
        mark = Piece("✓ " if report.ok else "▲ ", good)
        self.tell(mark, say(report.summary))
        here = self.recert.here
        if here is self:
            self.recert.put(Reading(report.title, report_rows(report)))
            return
        # Whoever works elsewhere meanwhile is not interrupted: keys would reach what they do not see.
        self._unseen = report
        if here is not None:
            key = next(key.shown for key in MODES if key.id == f"mode.{self.NAME}")
            here.tell(mark, say(report.summary), "  ", say(key, Role.KEY), " shows the report.")

    def on_screen_resume(self) -> None:
        """Show a report that came while the screen was another."""
        report, self._unseen = self._unseen, None
        if report is not None:
            self.recert.put(Reading(report.title, report_rows(report)))

    def plain_value(self, value: Any) -> dict[str, Any]:
        """Return a view as plain values."""
        return asdict(value)


def report_rows(report: Report) -> list[Row]:
    """Return a report: the outcome, then each thing that was looked at."""
    role = Role.GOOD if report.ok else Role.WARN
    lines: list[Row] = [row(say(report.summary, role)), ()]
    if report.path is not None:
        lines += [row(say("at ", Role.MUTED), say(report.path.absolute())), ()]
    for check in report.checks:
        mark = Piece("✓ ", Role.GOOD) if check.ok else Piece("✗ ", Role.BAD)
        lines.append(row(mark, say(check.name), say(f"  {check.detail}", Role.MUTED)))
    return lines
