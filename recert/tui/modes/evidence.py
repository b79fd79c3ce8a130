"""Evidence: the ledger, and what proves it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType

from recert.tui.keymap import EVIDENCE
from recert.tui.keys import Key, bindings
from recert.tui.messages import Answered
from recert.tui.modals.picks import Choice, Choose
from recert.tui.modals.text import Ask, Form
from recert.tui.modes.exporting import Exporting
from recert.tui.ports import LedgerEntry, Services
from recert.tui.text import Role, Row, row, say
from recert.tui.view.ledger import entry_detail, entry_heading, entry_row

_LIMIT = 2_000


class EvidenceMode(Exporting[LedgerEntry]):
    """List the latest entries of the ledger; export packs, verify packs and the store."""

    NAME = "evidence"
    NOUN = ("ledger entry", "ledger entries")
    KEYS: ClassVar[tuple[Key, ...]] = EVIDENCE
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVIDENCE)]

    def question(self, services: Services) -> Sequence[LedgerEntry]:
        """Read the latest entries."""
        return services.ledger(None, _LIMIT)

    def on_screen_resume(self) -> None:
        """Read anew each time: entries are added elsewhere."""
        if self.loaded:
            self.load()

    def crumb(self) -> Row:
        """Say that older entries are not listed, where there are any."""
        oldest = min((entry.seq for entry in self.things), default=0)
        if oldest <= 1:
            return ()
        return row(say(f"  the latest; {oldest - 1:,} older ones are in the pack", Role.WARN))

    def heading(self, width: int) -> Row:
        """Return the heading over the list."""
        return entry_heading(width)

    def draw(self, item: LedgerEntry, width: int) -> Row:
        """Return the line of an entry."""
        return entry_row(item, width)

    def identity(self, item: LedgerEntry) -> str:
        """Return its hash."""
        return item.hash

    def label(self, item: LedgerEntry) -> str:
        """Return its number."""
        return f"Entry {item.seq:,}"

    def words(self, item: LedgerEntry) -> str:
        """Return what a filter looks at."""
        return f"{item.type} {item.actor} {item.campaign or ''} {item.seq}"

    def detail(self, item: LedgerEntry, more: Any) -> list[Row]:  # noqa: ARG002 - an entry is whole as it is
        """Return the entry whole."""
        return entry_detail(item)

    def empty(self) -> Sequence[Row]:
        """Say what writes to the ledger."""
        return [
            row(say("The ledger is empty.", Role.TITLE)),
            (),
            row(
                "Each reading, decision and sign-off becomes an entry. ",
                say("recert sync", Role.CODE),
                " makes the first.",
            ),
        ]

    def raw(self) -> object:
        """Return the body of the entry."""
        return dict(self.listing.current.body) if self.listing.current is not None else None

    def action_export(self) -> None:
        """Ask which campaign, then where to."""
        self.ask("campaigns", lambda services: services.campaigns())

    def action_verify(self) -> None:
        """Ask for a pack; without one the store is verified."""
        ask = Ask("path", "Path of a pack; empty verifies this store", "c-1.zip", optional=True)
        form = Form("Verify", (), [ask], self.recert.clock.now().date())

        def chosen(values: Mapping[str, str]) -> None:
            target = Path(values["path"]).expanduser() if values["path"] else None
            self.begin("verifying", lambda services: services.verify(target))

        self.recert.put(form, chosen)

    def answered_more(self, event: Answered) -> None:
        """Take the campaigns to choose from, or an outcome."""
        if event.topic == "campaigns":
            choices = [Choice(c.name, f"{c.id}  {c.state}", c.id) for c in event.value]
            self.recert.put(Choose("Export which campaign?", choices, hint="name"), self.ask_where)
            return
        self.reported(event)
        self.load()
