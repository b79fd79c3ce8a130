"""What a key is: how Textual binds it, and how the footer, the help and the palette name it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does.

    `keys` as Textual names them, `shown` as people read them, `label` for the help, `short` for
    the footer (empty: not there), `help` for whoever wonders.
    """

    id: str
    keys: str
    shown: str
    action: str
    label: str
    short: str = ""
    help: str = ""
    priority: bool = False
    palette: bool = True
    together: tuple[str, str] | None = None
    """Keys and label under which the help shows this key with its neighbours; empty: with the one before."""

    def binding(self) -> Binding:
        """Return it as Textual binds it."""
        return Binding(
            self.keys,
            self.action,
            self.label,
            id=self.id,
            tooltip=self.help or self.label,
            key_display=self.shown,
            priority=self.priority,
            show=False,
        )


def bindings(keys: Iterable[Key]) -> list[Binding]:
    """Return keys as Textual binds them."""
    return [key.binding() for key in keys]


def shown_keys(key: Key, changes: Mapping[str, str]) -> str:
    """Return the keys of `key` as people read them, after the changes of the configuration."""
    return changes[key.id].replace(",", " ") if key.id in changes else key.shown


def help_lines(keys: Iterable[Key], changes: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """Yield keys, label and explanation for each line of a help; neighbours share a line."""
    for key in keys:
        changed = key.id in changes
        if key.together is None or changed:
            yield shown_keys(key, changes), key.label, key.help
        elif key.together[0]:
            yield (*key.together, key.help)
