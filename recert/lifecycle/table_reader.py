"""Reading tables of `recert.toml`: every complaint names file, line and nearest name."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from recert.errors import UsageError

_FEW = 10
"""Names that a complaint lists; of more it says where they are listed."""


class TableReader:
    """Checks parts of a table; `text` is the text of the file `name`, empty where there is none."""

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name

    def require(self, key: str, known: Iterable[str], what: str, table: str) -> None:
        """Refuse a name that is none of the known ones."""
        choices = list(known)
        if key in choices:
            return
        near = difflib.get_close_matches(key, choices, n=1, cutoff=0.4)
        shown = choices if len(choices) <= _FEW else ["those of `recert config show`"]
        hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(shown)}."
        raise UsageError(f"{self.where(table, key)}: there is no {what} {key!r}.", hint)

    def entries(self, table: object, path: str) -> dict[str, Any]:
        """Return the entries of a table; refuse what is none."""
        if not isinstance(table, Mapping):
            parent, _, key = path.rpartition(".")
            raise UsageError(
                f"{self.where(parent, key)}: {path} must be a table.", f"Write it as [{path}]."
            )
        return dict(table)

    def name_in(self, value: object, path: str, key: str, shown: str) -> str:
        """Return a text that names somebody or something; refuse an empty or unprintable one."""
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value.strip()
        raise UsageError(f"{self.where(path, key)}: {shown} is {value!r}.", "Write a name.")

    def where(self, table: str, key: str) -> str:
        """Name the file, and the line of a key in its table, however the table is written."""
        header, wanted = "", f"{table}.{key}"
        for number, line in enumerate(self._lines, start=1):
            head = line.strip()
            is_header = head.startswith("[")
            if is_header:
                header = _bare(head.partition("]")[0].strip("[ "))
            left, _, right = head.partition("=")
            left = _bare(left.strip())
            full = header if is_header else f"{header}.{left}" if header else left
            inline = wanted.startswith(f"{full}.") and not is_header and key in _bare(right)
            if full == wanted or full.startswith(f"{wanted}.") or (left and inline):
                return f"{self._name}, line {number}"
        return self._name


def _bare(text: str) -> str:
    return text.replace('"', "").replace("'", "")
