"""The evidence for the item under the cursor: read once it rests there, below the list or beside it."""

from typing import Any

from textual import on
from textual.timer import Timer

from recert.campaigns.views import ItemLine, ItemView
from recert.tui.memory import Place
from recert.tui.modes.items import ItemList
from recert.tui.rows import Over
from recert.tui.text import Piece, Role, row, say
from recert.tui.view.evidence import brief, evidence_rows
from recert.tui.view.groups import group_card
from recert.tui.view.items import rule
from recert.tui.widgets.canvas import Lines
from recert.tui.widgets.listing import Listing
from recert.tui.widgets.pane import Pane

_PAUSE = 0.05
"""Seconds that the cursor rests before the evidence is read."""


class Looking(ItemList):
    """Show what is known of the item under the cursor, and remember that it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self._rest: Timer | None = None

    @on(Listing.Moved)
    def _moved(self, event: Listing.Moved) -> None:
        event.stop()
        if self._anchor is not None:
            self.mark_range(self._anchor, event.index)
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_PAUSE, self.look)

    def look(self) -> None:
        """Read the evidence for the item under the cursor, and remember the place."""
        line, campaign = self.current, self.campaign
        session, memory = self.recert.session, self.recert.memory
        if isinstance(self.listing.current, Over):
            self._show_group(self.listing.current)
        if line is None or campaign is None or session is None:
            return
        if self.view is not None and self.view.line.id != line.id:
            self._show_reading(line)

        def read(services: Any) -> ItemView:
            view: ItemView = services.item(campaign.id, line.id)
            memory.keep(session.store_id, Place(campaign.id, line.id))
            return view

        self.ask("item", read, about=line.id, exclusive=True)

    def _show_group(self, over: Over) -> None:
        self._put_away()
        card = group_card(self.group or "", over.group)
        self.query_one("#evidence", Pane).show(card)
        self.query_one("#brief", Lines).show(
            [rule("Group", self.size.width), *((Piece(" ", Role.PLAIN), *line) for line in card)]
        )

    def _put_away(self) -> None:
        if self.view is not None:
            self.no_longer_shown(self.view.line.id)
        self.view = None

    def _show_reading(self, line: ItemLine) -> None:
        self._put_away()
        waiting = [row(say(line.title, Role.TITLE)), row(say("reading the evidence …", Role.MUTED))]
        self.query_one("#over", Lines).show([rule("Evidence", self.size.width)])
        self.query_one("#evidence", Pane).show(waiting)

    def looked(self, view: ItemView, item: str) -> None:
        """Take the evidence in, unless the cursor has moved on."""
        current = self.current
        if current is None or current.id != item:
            return
        again = self.view is not None and self.view.line.id == item
        self.view = view
        whole = bool(self.classes & {"-wide", "-open", "-zoom"})
        self.was_shown(view, whole=whole)
        if not self.outbox.holds(item) and view.line != current:
            self.paint([view.line])
        self.query_one("#evidence", Pane).show(evidence_rows(view), keep_place=again)
        width = self.size.width
        self.query_one("#over", Lines).show([rule("Evidence", width)])
        lines = [
            rule(view.line.agent_name, width),
            *((Piece(" ", Role.PLAIN), *r) for r in brief(view)),
        ]
        self.query_one("#brief", Lines).show(lines)

    def looked_at(self) -> ItemView | None:
        """Return the evidence on the screen."""
        return self.view

    def action_pane(self) -> None:
        """Open the evidence below the list, or close it; on a wide screen, give it the whole width."""
        if self.has_class("-wide"):
            self.toggle_class("-zoom")
        else:
            self.remove_class("-zoom")
            self.toggle_class("-open")
        self.after_pane()

    def action_open(self) -> None:
        """Give the evidence the whole screen."""
        self.add_class("-zoom", "-open")
        self.after_pane()

    def after_pane(self) -> None:
        """Note what the pane now shows whole, and give the keys to whatever has the screen."""
        if self.view is not None and self.classes & {"-open", "-zoom"}:
            self.was_shown(self.view, whole=True)
        pane = self.query_one("#evidence", Pane)
        (pane if self.has_class("-zoom") else self.listing).focus()
        self.call_after_refresh(self.frame)

    def under_cursor(self) -> str:
        """Return the permission under the cursor."""
        return self.current.title if self.current else ""

    def raw(self) -> object:
        """Return the item and its evidence."""
        view = self.view
        if view is None:
            return None
        return {"item": view.line.id, "grant": view.grant, "evidence": view.evidence}
