"""`recert simulate`: the offline twin of `iam:SimulateCustomPolicy`."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Final

import click

from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand

_BLOCK: Final = 1 << 18


@click.command(cls=RecertCommand)
@click.argument("file", required=False, type=click.Path(dir_okay=False), metavar="[FILE]")
def simulate(file: str | None) -> int:
    """Answer policy simulations, JSON Lines in and out.

    Needs no store and no credentials. A bad line is answered with its error and stops nothing; the
    exit is 1 if any line failed.
    """
    from recert.iam.parallel import run_batches  # noqa: PLC0415 - no engine is needed for --help

    failed = False
    with ExitStack() as stack:
        descriptor = 0
        if file not in (None, "-"):
            descriptor = stack.enter_context(open(str(file), "rb")).fileno()  # noqa: PTH123 - the stack closes it
        for batch in run_batches(_lines(descriptor)):
            failed = failed or not all(well for _, well in batch)
            if not _put(answer for answer, _ in batch):
                break
    return ExitCode.NO if failed else ExitCode.DONE


def _lines(descriptor: int) -> Iterator[bytes]:
    """Yield the lines as soon as they are there.

    Read past `sys.stdin`: its lock, held by a thread that waits for a line, would end the process
    with a crash where the reader of the answers goes away first.
    """
    begun: list[bytes] = []
    while block := os.read(descriptor, _BLOCK):
        first, *rest = block.split(b"\n")
        begun.append(first)
        if rest:
            yield b"".join(begun)
            *whole, last = rest
            yield from whole
            begun = [last]
    yield b"".join(begun)


def _put(answers: Iterable[str]) -> bool:
    """Write the answers out at once: who asks line by line waits for each."""
    try:
        sys.stdout.write("".join([f"{answer}\n" for answer in answers]))
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True
