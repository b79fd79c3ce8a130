"""Whether there is a terminal to draw on."""

import os
from collections.abc import Mapping
from typing import IO

from recert.errors import UsageError


def require_terminal(stdin: IO[str], stdout: IO[str], environ: Mapping[str, str]) -> None:
    """Raise UsageError where the terminal UI cannot run: no terminal, or one that cannot move its cursor."""
    for stream, what in ((stdin, "Input"), (stdout, "Output")):
        if not stream.isatty():
            raise UsageError(
                f"{what} is no terminal, and the terminal UI needs one.",
                "Run it in a terminal, or use a command with --json; `recert --help` lists them.",
            )
    if environ.get("TERM", "") in {"dumb", "unknown", ""}:
        raise UsageError(
            "This terminal cannot move its cursor (TERM is dumb or not set).",
            "Set TERM, or use a command with --json; `recert --help` lists them.",
        )


def terminal_is_gone(descriptor: int) -> bool:
    """Tell whether the terminal behind an open descriptor was hung up, as when a connection ends."""
    return not os.isatty(descriptor)
