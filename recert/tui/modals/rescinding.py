"""The question of a second person: is a signed decision taken back, or does it stand?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from recert.clock import from_rfc3339
from recert.text import plural
from recert.tui.modals.base import Question, hints
from recert.tui.text import Role, Row, row, say
from recert.tui.theme import Surface
from recert.tui.view.when import ago
from recert.tui.widgets.pane import Particulars


class Settle(Question[str]):
    """Show requests to take decisions back; `y` answers `confirm`, `w` answers `withdraw`.

    Who asked for all of them is offered no `y`, as somebody else has to confirm.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", "confirm", show=False),
        Binding("w", "withdraw", "withdraw", show=False),
        Binding("q", "cancel", "back", show=False),
    ]

    def __init__(self, requests: Sequence[Mapping[str, Any]], caller: str, now: datetime) -> None:
        super().__init__()
        self._requests = tuple(requests)
        self._own = all(one["requested_by"] == caller for one in requests)
        self._now = now

    def title_text(self) -> str:
        """Return how many decisions it is about."""
        return f"Take {plural(len(self._requests), 'signed decision')} back?"

    def keys(self) -> Row:
        """Return the keys; who asked cannot confirm."""
        yes = {} if self._own else {"y": "confirm"}
        return hints({**yes, "w": "withdraw the request", "esc": "back, nothing happens"})

    def body(self) -> Iterable[Widget]:
        """Yield what either answer comes to, and every request."""
        lines: list[Row] = [
            row(
                say("You asked for it; a second person has to confirm it.", Role.WARN)
                if self._own
                else "Confirmed, it has no effect any more and a linked campaign asks again."
            ),
            row("Withdrawn, it stands as it was signed."),
            (),
        ]
        for one in self._requests:
            when = ago(from_rfc3339(one["requested_at"]), self._now)
            lines.append(row(say(one["title"], Role.STRONG)))
            lines.append(row(say(f"  {one['requested_by']}, {when}: ", Role.MUTED)))
            lines[-1] += row(say(f"“{one['rationale']}”"))
        yield Particulars(lines, surface=Surface.PANEL, id="what")

    def action_confirm(self) -> None:
        """Take the decisions back, as the second person."""
        if not self._own:
            self.dismiss("confirm")

    def action_withdraw(self) -> None:
        """Let the decisions stand."""
        self.dismiss("withdraw")
