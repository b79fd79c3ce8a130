"""Agents: who is out there, who answers for it, what it can reach."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from recert.tui.keymap import AGENTS
from recert.tui.keys import Key, bindings
from recert.tui.modes.listmode import ListMode
from recert.tui.ports import Facts, Services
from recert.tui.text import Role, Row, row, say
from recert.tui.view.agents import agent_detail, agent_heading, agent_row


class AgentsMode(ListMode[Facts]):
    """List every agent by name; beside it the card of the one under the cursor."""

    NAME = "agents"
    NOUN = ("agent", "agents")
    KEYS: ClassVar[tuple[Key, ...]] = AGENTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(AGENTS)]

    def question(self, services: Services) -> Sequence[Facts]:
        """Read every agent, in the order of their names."""
        return sorted(services.agents(), key=lambda agent: str(agent.get("name", "")).casefold())

    def heading(self, width: int) -> Row:
        """Return the heading over the list."""
        return agent_heading(width)

    def draw(self, item: Facts, width: int) -> Row:
        """Return the line of an agent."""
        return agent_row(item, width)

    def identity(self, item: Facts) -> str:
        """Return its ARN."""
        return str(item.get("arn") or item.get("name") or "")

    def label(self, item: Facts) -> str:
        """Return its name."""
        return str(item.get("name") or "")

    def words(self, item: Facts) -> str:
        """Return what a filter looks at."""
        keys = ("name", "arn", "owner", "kind", "risk_tier", "purpose")
        return " ".join(str(item.get(key) or "") for key in keys)

    def detail(self, item: Facts, more: Any) -> list[Row]:
        """Return its card."""
        return agent_detail(
            item, more if isinstance(more, Mapping) else None, self.recert.clock.now()
        )

    def deeper(self, services: Services, item: Facts) -> Facts:
        """Read its roles, reach, findings and history."""
        arn = self.identity(item)
        return {**services.agent(arn), "events": list(services.events(arn))}

    def empty(self) -> Sequence[Row]:
        """Say how agents get here."""
        return [
            row(say("No agent has been read yet.", Role.TITLE)),
            (),
            row(
                say("recert sync", Role.CODE),
                " reads the account; ",
                say("recert init", Role.CODE),
                " sets it up first.",
            ),
        ]

    def raw(self) -> object:
        """Return the agent as JSON would have it."""
        current = self.listing.current
        return {**current, **(self._more or {})} if current is not None else None

    def action_its_events(self) -> None:
        """Show the events of the agent under the cursor."""
        if self.listing.current is not None:
            self.recert.show_events(str(self.listing.current.get("name") or ""))
