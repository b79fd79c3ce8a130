"""What `[tui]` of the configuration and the environment say of the look and the keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from recert.errors import UsageError
from recert.tui.keymap import check_keymap
from recert.tui.theme import DARK, PALETTES
from recert.tui.view.groups import GROUPINGS


@dataclass(frozen=True, slots=True)
class Settings:
    """The theme (`recert-dark`, `recert-light`), changed keys by id, and the first grouping.

    `group` is `risk`, `service`, `policy`, `delta`, or empty for none.
    """

    theme: str
    keymap: Mapping[str, str]
    group: str

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Settings":
        """Return the settings of a table `[tui]`; raises UsageError where it holds anything else."""
        unknown = set(settings) - {"theme", "keymap", "group"}
        if unknown:
            raise UsageError(
                f"[tui] has no setting {min(unknown)!r}.", "Known are theme, group and keymap."
            )
        group = settings.get("group", "risk")
        if group not in GROUPINGS:
            known = ", ".join(name for name in GROUPINGS if name)
            raise UsageError(
                f"[tui] group cannot be {group!r}.", f"It is one of {known}, or empty for none."
            )
        theme = settings.get("theme", DARK)
        if not isinstance(theme, str) or theme not in PALETTES:
            raise UsageError(f"There is no theme {theme!r}.", f"Known are {', '.join(PALETTES)}.")
        keymap = settings.get("keymap", {})
        if not isinstance(keymap, Mapping):
            raise UsageError(
                "[tui] keymap must be a table.", 'Write it as [tui.keymap], id = "keys".'
            )
        return cls(theme, check_keymap(keymap), group)


def wants_no_colour(environ: Mapping[str, str]) -> bool:
    """Tell whether to draw without colour: it is asked for, or there are too few to be readable."""
    few = Console(force_terminal=True, _environ=environ).color_system in {None, "standard"}
    return bool(environ.get("NO_COLOR")) or few
