"""What a command prints: one JSON document or tables on stdout, everything else on stderr."""

import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from recert.clock import to_rfc3339
from recert.text import visible

_UNCUT = 100_000
"""The width of a table that goes to a file or a pipe: nothing is cut there."""


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line for each kind of value
    """Return the JSON form of what a service returns: instants in RFC 3339, values as objects."""
    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


class Output:
    """Writes for one run; text that others wrote is made visible on the way."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet

    def document(self, value: Any) -> None:
        """Print the one JSON document of this run; everything beyond ASCII is escaped."""
        _write(sys.stdout, json.dumps(plain(value), indent=2) + "\n")

    def line(self, text: str = "") -> None:
        """Print one line of a result for people."""
        _write(sys.stdout, visible(text) + "\n")

    def note(self, text: str) -> None:
        """Say something beside the result, on stderr, unless the caller wants quiet."""
        if not self.quiet:
            _write(sys.stderr, visible(text, lines=True) + "\n")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table for people; cut to the width of a terminal, never cut in a pipe."""
        from rich.console import Console  # noqa: PLC0415 - JSON and --help do without it
        from rich.table import Table  # noqa: PLC0415 - as above
        from rich.text import Text  # noqa: PLC0415 - as above

        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            table.add_column(Text(visible(name)), overflow="ellipsis", no_wrap=True)
        for row in rows:
            table.add_row(*(Text(visible(_cell(value))) for value in row))
        on_terminal = sys.stdout.isatty()
        console = Console(
            file=_Guarded(sys.stdout),  # type: ignore[arg-type]  # it writes and flushes, no more is asked
            markup=False,
            highlight=False,
            emoji=False,
            width=None if on_terminal else _UNCUT,
            force_terminal=on_terminal,
            no_color=bool(os.environ.get("NO_COLOR")) or None,
        )
        console.print(table, soft_wrap=not on_terminal)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "–"
    return str(value)


class _Guarded:
    """A stream whose reader may leave."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        _write(self._stream, text)
        return len(text)

    def flush(self) -> None:
        _write(self._stream, "")

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    shown = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(shown)
        stream.flush()
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does. The work goes on and keeps its exit
        # code; the stream is pointed elsewhere, or every later write would fail again.
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, stream.fileno())
        os.close(silent)
