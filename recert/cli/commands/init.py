"""`recert init`: from credentials to a first review."""

import sys
from pathlib import Path
from typing import Any

import click

from recert.cli.context import Run, current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.cli.types import Words
from recert.text import plural


@click.command(cls=RecertCommand)
@click.option("--regions", type=Words(), default=(), metavar="R,…", help="Regions to visit.")
@click.option("--profile", metavar="P", help="A profile of the AWS configuration.")
@click.option("--org", is_flag=True, help="Visit every account of the organisation.")
@click.option("--assume-role", metavar="NAME", help="The reader's role in other accounts.")
@click.option("--external-id", metavar="ID", help="The external id of that role.")
@click.option(
    "--person",
    "persons",
    multiple=True,
    metavar="ID[=NAME[=TAG,…]]",
    help="A person, and the owner tags that mean them; may be given several times.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="KEY.pub",
    help="Your SSH key, the first of the store; else one that you have at hand is offered.",
)
@click.option("--campaign/--no-campaign", default=None, help="Open the first campaign, or do not.")
@click.option("--yes", is_flag=True, help="Take every suggestion without asking.")
def init(
    persons: tuple[str, ...], key: Path | None, campaign: bool | None, yes: bool, **where: Any
) -> int:
    """Set up recert on a real account.

    Says who you are and what you may read, asks who answers for the agents, takes the first
    reading as the baseline, and offers a campaign on the riskiest agents. Nothing in AWS changes.
    """
    run = current()
    from recert.cli.first_run import FirstRun  # noqa: PLC0415 - boto3 and tables are slow to import

    asking = sys.stdin.isatty() and sys.stderr.isatty() and not yes and not run.out.as_json
    first = FirstRun(run, ask=_ask if asking else None, accept=yes)
    first.enter(**where)
    first.read()
    first.introduce(persons, key)
    first.keep()
    first.offer(campaign)
    _say(run, first.result)
    return ExitCode.INCOMPLETE if first.result["coverage"]["gaps"] else ExitCode.DONE


def _ask(question: str, default: str) -> str:
    answer: str = click.prompt(question, default=default, err=True, show_default=bool(default))
    return answer.strip()


def _say(run: Run, result: dict[str, Any]) -> None:
    if run.out.as_json:
        run.out.document(result)
        return
    run.out.line(
        f"The baseline is in {result['store']}: "
        f"{plural(result['agents'], 'agent')}, {plural(result['roles'], 'role')}."
    )
    if result["campaign"]:
        run.out.line(f"Campaign {result['campaign']} is open. Review it with `recert`.")
    elif result["offer"]["agents"]:
        run.out.line(f"Begin with: {result['offer']['command']}")
    else:
        run.out.line("There is no agent to review yet; `recert sync` looks again.")
