"""Events: what changed, before and after, and which campaign that opened."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from recert.tui.keymap import EVENTS
from recert.tui.keys import Key, bindings
from recert.tui.modes.listmode import ListMode
from recert.tui.ports import Facts, Services
from recert.tui.text import Role, Row, row, say
from recert.tui.view.events import agent_name, event_detail, event_heading, event_row


class EventsMode(ListMode[Facts]):
    """List the events, the latest first; beside it the values that differ."""

    NAME = "events"
    NOUN = ("event", "events")
    KEYS: ClassVar[tuple[Key, ...]] = EVENTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVENTS)]

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, str] = {}

    def question(self, services: Services) -> Sequence[Facts]:
        """Read every event, and the names of the agents."""
        self._names = {str(a.get("arn")): str(a.get("name") or "") for a in services.agents()}
        return services.events()

    def heading(self, width: int) -> Row:
        """Return the heading over the list."""
        return event_heading(width)

    def draw(self, item: Facts, width: int) -> Row:
        """Return the line of an event."""
        return event_row(item, width, self._names)

    def identity(self, item: Facts) -> str:
        """Return its id."""
        return str(item.get("id") or "")

    def label(self, item: Facts) -> str:
        """Return which event of which agent it is."""
        return f"{item.get('kind', '')}, {agent_name(item, self._names)}"

    def words(self, item: Facts) -> str:
        """Return what a filter looks at."""
        keys = ("kind", "severity", "subject", "campaign", "agent")
        return " ".join(
            [agent_name(item, self._names), *(str(item.get(key) or "") for key in keys)]
        )

    def detail(self, item: Facts, more: Any) -> list[Row]:  # noqa: ARG002 - an event is whole as it is
        """Return the event with the values that differ."""
        return event_detail(item, self._names)

    def empty(self) -> Sequence[Row]:
        """Say what an event is and how one gets here."""
        return [
            row(say("Nothing has changed yet.", Role.TITLE)),
            (),
            row(
                "Each ",
                say("recert sync", Role.CODE),
                " compares what it reads with the reading before.",
            ),
        ]

    def raw(self) -> object:
        """Return the event."""
        return dict(self.listing.current) if self.listing.current is not None else None

    def action_its_campaign(self) -> None:
        """Review the campaign that the event opened."""
        current = self.listing.current
        if current is None:
            return
        if current.get("campaign"):
            self.recert.review(str(current["campaign"]))
        else:
            self.tell("This event opened no campaign.")
