"""`recert simulate`: the offline twin of `iam:SimulateCustomPolicy`."""

import sys
from contextlib import ExitStack

import click

from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand


@click.command(cls=RecertCommand)
@click.argument("file", required=False, type=click.Path(dir_okay=False), metavar="[FILE]")
def simulate(file: str | None) -> int:
    """Answer policy simulations, JSON Lines in and out.

    Needs no store and no credentials. A bad line is answered with its error and stops nothing; the
    exit is 1 if any line failed.

    \b
    recert simulate requests.jsonl
    where each line is a request such as
    {"PolicyInputList": ["{…}"], "ActionNames": ["s3:GetObject"]}
    """  # noqa: D301 - \b keeps click from filling the examples
    from recert.iam.parallel import answer_stream  # noqa: PLC0415 - no engine is needed for --help

    with ExitStack() as stack:
        descriptor = 0
        if file not in (None, "-"):
            descriptor = stack.enter_context(open(str(file), "rb")).fileno()  # noqa: PTH123 - the stack closes it
        all_good = answer_stream(descriptor, _put)
    return ExitCode.DONE if all_good else ExitCode.NO


def _put(answers: bytes) -> bool:
    """Write the answers out at once: who asks line by line waits for each."""
    try:
        sys.stdout.buffer.write(answers)
        sys.stdout.flush()
    except BrokenPipeError:
        return False
    return True
