"""The review: a list of what is asked, the evidence beside it, one key for each verdict."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget

from recert.campaigns.views import CampaignView, ItemLine, Signed
from recert.text import plural
from recert.tui.keymap import EVERYWHERE, REVIEW
from recert.tui.keys import Key, bindings
from recert.tui.messages import Answered, Failed
from recert.tui.modes.choosing import Opened, open_review, running
from recert.tui.modes.looking import Looking
from recert.tui.modes.rescinding import TOPIC as RESCIND
from recert.tui.modes.rescinding import offer_for, outcome, waiting_note
from recert.tui.paging import Found, Pages, Walk, is_open
from recert.tui.rows import Over
from recert.tui.text import Piece, Role, Row, row, say
from recert.tui.widgets.bars import TopBar
from recert.tui.widgets.canvas import Lines
from recert.tui.widgets.listing import Heading, Listing
from recert.tui.widgets.pane import Pane

_FOOTER = (
    "review.attest",
    "review.revoke",
    "review.narrow",
    "review.abstain",
    "app.pane",
    "review.undo",
    "review.sign",
    "review.until",
    "review.exception",
    "review.next",
    "app.filter",
    "app.help",
)


class ReviewMode(Looking):
    """Open a running campaign, show its items, and move between them."""

    NAME = "review"
    KEYS: ClassVar[tuple[Key, ...]] = REVIEW
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(REVIEW)]
    DEFAULT_CSS = """
    ReviewMode #body { layout: vertical; }
    ReviewMode #progress { height: 1; background: $background; }
    ReviewMode #split { layout: vertical; height: 1fr; }
    ReviewMode #left { height: 1fr; width: 1fr; }
    ReviewMode #brief { height: 5; }
    ReviewMode #evidence { display: none; height: 2fr; }
    ReviewMode #over { display: none; height: 1; }
    ReviewMode.-open #evidence, ReviewMode.-open #over { display: block; }
    ReviewMode.-open #brief, ReviewMode.-wide #brief, ReviewMode.-short #brief { display: none; }
    ReviewMode.-tiny #brief, ReviewMode.-tiny #head, ReviewMode.-tiny #progress { display: none; }
    ReviewMode.-wide #split { layout: horizontal; }
    ReviewMode.-wide #over { display: none; }
    ReviewMode.-wide #evidence { display: block; height: 1fr; width: 10fr; }
    ReviewMode.-wide #left { width: 14fr; }
    ReviewMode.-zoom #left { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._wanted_campaign: str | None = None
        self._greeting: Row = ()

    def footer_keys(self) -> Iterable[Key]:
        """Return what a reviewer needs most first: the verdicts, the evidence, undo and sign."""
        by_id = {key.id: key for key in (*REVIEW, *EVERYWHERE)}
        return [by_id[identity] for identity in _FOOTER]

    def body(self) -> Iterable[Widget]:
        """Yield progress, list, brief and evidence."""
        listing: Listing[Over | ItemLine] = Listing(
            self._draw, passes_over=self.passes_over, id="items"
        )
        with_body = Vertical(
            Lines(id="progress"),
            Container(
                Vertical(Heading(listing, self.heading), listing, Lines(id="brief"), id="left"),
                Lines(id="over"),
                Pane(id="evidence"),
                id="split",
            ),
            id="body",
        )
        yield with_body

    # Reading.

    def open_campaign(self, campaign: str) -> None:
        """Show another campaign."""
        self._wanted_campaign = campaign
        if self.loaded:
            self.load()

    def load(self) -> None:
        """Read which campaigns run, and open one of them."""
        memory, session = self.recert.memory, self.recert.session
        wanted, store = self._wanted_campaign, session.store_id if session else ""
        self.ask("open", lambda services: open_review(services, memory, store, wanted))

    def answered(self, event: Answered) -> None:
        """Take an answer."""
        about: Any = event.about
        takers: dict[str, Any] = {
            "open": lambda: self._opened_campaign(event.value),
            "items": lambda: self.read_page(event.value, about),
            "item": lambda: self.looked(event.value, about),
            "decide": self.stored,
            "counts": lambda: self._counted(event.value),
            "undo": lambda: self._undone(event),
            "lines": lambda: self.paint(event.value),
            "people": lambda: self.offer_people(event),
            "delegate": lambda: self._delegated(event),
            "summary": lambda: self.offer_signing(event.value),
            "sign": lambda: self._signed(event.value),
            "rescissions": lambda: offer_for(self, event.value, about),
            RESCIND: lambda: self._rescinded(event),
        }
        takers[event.topic]()

    def failed(self, event: Failed) -> None:
        """Take a no."""
        if event.topic == "decide":
            self.refused(event)
            return
        if event.topic == "items":
            self._walking = False
        super().failed(event)

    def _opened_campaign(self, opened: Opened) -> None:
        if opened.campaign is None:
            self.campaign = None
            self.blank(*nothing_runs(opened.others))
            self.tell(*self._what_waits(opened.others))
            return
        self._wanted_campaign = None
        self.campaign = opened.campaign
        self.only_mine = self.only_mine and opened.has_mine
        self._mine = 0
        self.unblank()
        crumbs = (
            say(f" {opened.campaign.name} ", Role.STRONG),
            say(opened.campaign.id, Role.MUTED),
        )
        self.query_one(TopBar).tell(crumbs=crumbs)
        self._greeting = self._what_waits((opened.campaign, *opened.others))
        self.list_anew(opened.item)

    def _what_waits(self, campaigns: Sequence[CampaignView]) -> Row:
        session = self.recert.session
        return waiting_note(campaigns, session.caller.id if session else "")

    def read_page(self, found: Found, about: tuple[Pages, Walk, int | str]) -> None:
        """Take a page in; with the first one, say what else waits for the caller."""
        super().read_page(found, about)
        if self._greeting:
            self.tell(*self._greeting)
            self._greeting = ()

    def _counted(self, campaign: CampaignView) -> None:
        if self.campaign is not None and campaign.id == self.campaign.id and not len(self.outbox):
            self.campaign = campaign
            self.frame()
            if self.view is not None:
                self.look()

    def go_on(self, decided: Sequence[ItemLine]) -> None:
        """Go to the next undecided item; stay where there is none."""
        self.forget_marks()
        if len(decided) == 1 or (self.current and not is_open(self.current)):
            self.action_undecided(1)

    # Showing other things.

    def apply_filter(self, text: str) -> None:
        """Show only items that have a text in them."""
        self.filter_text = text
        current = self.current
        self.list_anew(None if text else (current.id if current else None))
        self.hush()

    def focus_list(self) -> None:
        """Give the keys back to the list."""
        self.listing.focus()

    def action_open_only(self) -> None:
        """Show only what is undecided, or all."""
        self.only_open = not self.only_open
        self.list_anew()

    def action_mine(self) -> None:
        """Show only what is asked of the caller, or what is asked of everyone."""
        self.only_mine = not self.only_mine
        self.list_anew()

    def back(self) -> bool:
        """Clear the filter, close the evidence, clear the selection: one step at a time."""
        if super().back():
            return True
        if self.has_class("-zoom") or self.has_class("-open"):
            self.remove_class("-zoom", "-open")
            self.after_pane()
            return True
        if self.marked:
            self.forget_marks()
            return True
        return False

    def action_refresh_view(self) -> None:
        """Read the campaign anew and stay on the item."""
        current = self.current
        if self.campaign is None or self.has_class("-blank"):
            self.load()
            return
        self.tell("Reading anew …")
        self.list_anew(current.id if current else None)
        self.count_anew()
        self.hush()

    def action_next_campaign(self) -> None:
        """Go to the next running campaign."""
        campaign = self.campaign.id if self.campaign else None
        memory, session = self.recert.memory, self.recert.session
        store = session.store_id if session else ""
        self.ask(
            "open",
            lambda services: open_review(
                services, memory, store, running(services, after=campaign)
            ),
        )

    # After what was asked.

    def _undone(self, event: Answered) -> None:
        items: Sequence[str] = event.value
        campaign = self.campaign
        if campaign is None:
            return
        if not items:
            self.tell(
                "There is nothing to take back."
                if event.about == "Undone"
                else "Nothing was undone."
            )
            return
        self.go_to(items[0])
        self.tell(f"{event.about}: {plural(len(items), 'item')}.")
        self.ask(
            "lines", lambda services: [services.item(campaign.id, item).line for item in items]
        )
        self.count_anew()

    def _delegated(self, event: Answered) -> None:
        self.tell(Piece("✓ ", Role.GOOD), "Handed to ", say(event.about, Role.STRONG), ".")
        self.list_anew()
        self.count_anew()

    def action_rescind(self) -> None:
        """Ask to take signed decisions back, or answer where that was asked."""
        lines, campaign = self.chosen(), self.campaign
        if not lines or campaign is None:
            return
        if any(line.state != "signed_off" for line in lines):
            self.tell(
                say("R", Role.KEY),
                " takes signed decisions back; ",
                say("u", Role.KEY),
                " undoes those that are not signed.",
            )
            return
        self.ask("rescissions", lambda services: services.campaign(campaign.id), about=lines)

    def _rescinded(self, event: Answered) -> None:
        step: Any = event.about
        self.tell(*outcome(event.value, step))
        current = self.current
        self.list_anew(current.id if current else None)
        self.count_anew()

    def _signed(self, signed: Signed) -> None:
        self.tell(
            Piece("§ ", Role.GOOD),
            say(f"Signed: {plural(signed.items, 'item')}", Role.GOOD),
            say(f"; signature: {signed.signature}; the campaign is now {signed.campaign_state}."),
            say(" 5", Role.KEY),
            " exports the evidence.",
        )
        current = self.current
        self.list_anew(current.id if current else None)
        self.count_anew()


def nothing_runs(others: Sequence[CampaignView]) -> list[Row]:
    """Say that no review is open, and which key leads on."""
    lines = [row(say("No review is open.", Role.TITLE)), ()]
    lines += [
        row("  ", say(other.name), say(f"  {other.state}", Role.MUTED)) for other in others[:3]
    ]
    lines += [
        (),
        row(
            say("2", Role.KEY), " shows every campaign, ", say("4", Role.KEY), " what has changed."
        ),
        row(
            "A campaign opens when a sync finds a change that matters:",
            say("  recert sync", Role.CODE),
        ),
    ]
    return lines
