"""The console script. On the way to `--help` it imports click and the standard library only."""

import os
import sys

import click

from recert import __version__
from recert.cli.lazy import LazyGroup

EXIT_CODES = {
    0: "yes or done",
    1: "the answer is no",
    2: "usage",
    3: "done but incomplete",
    4: "AWS or credentials",
    5: "store",
    130: "interrupted",
}
"""What an exit says; the commands that may answer 3 say so in their help."""

_EPILOG = f"Exit codes: {', '.join(f'{code} {text}' for code, text in EXIT_CODES.items())}."


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
@click.version_option(__version__, prog_name="recert", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> int | None:
    """Recertify the permissions of AI agents on AWS.

    With no command: the terminal UI on the configured store. Begin with `recert demo`, or with
    `recert init` on a real account.

    \b
    sync                      read AWS; changes open campaigns
    items, decide, sign       a reviewer answers what a campaign asks
    campaign, remediate       its owner carries it and its revocations to the close
    export, verify, gate      evidence, its check, and a yes or no for a pipeline

    CAMPAIGN and ITEM are ids or their beginnings, AGENT is a name, an id or an ARN, and PERSON
    is written as in owner tags. RECERT_USER says who you are.
    """  # noqa: D301 - \b keeps click from filling the lines
    ctx.ensure_object(dict)
    if ctx.invoked_subcommand is None:
        from recert.cli.terminal import open_configured  # noqa: PLC0415 - heavy, and rarely first

        return open_configured()
    return None


def run(args: list[str] | None = None) -> None:
    """Run the command line and exit with its code; the only place where errors become sentences."""
    _give_streams()
    root: dict[str, object] = {}
    try:
        outcome = cli.main(args=args, prog_name="recert", standalone_mode=False, obj=root)
        code = outcome if isinstance(outcome, int) else 0
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - the edge: everything ends as a sentence and a code
        from recert.cli.diagnostics import report  # noqa: PLC0415 - only errors need it

        code = report(error, verbose=_count(root.get("verbose")))
    _let_go()
    sys.exit(code)


def _give_streams() -> None:
    """Write to nowhere where the caller closed a stream, as `>&-` does."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - it lives as long as we do


def _let_go() -> None:
    """Drop what cannot be written any more, or Python would end with a code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, stream.fileno())
            os.close(silent)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


if __name__ == "__main__":
    run()
