"""`recert sync`: read, compare, record, open."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from recert.cli.context import current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.cli.types import Instant, Words


@click.command(cls=RecertCommand)
@click.option(
    "--from",
    "recording",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="RECORDING",
    help="Play a recording; needs no AWS.",
)
@click.option("--at", type=Instant(), metavar="INSTANT", help="The point in time to play.")
@click.option("--regions", type=Words(), default=(), metavar="R,…", help="Regions to visit.")
@click.option("--profile", metavar="P", help="A profile of the AWS configuration.")
@click.option("--org", is_flag=True, help="Visit every account of the organisation.")
@click.option(
    "--assume-role",
    metavar="NAME",
    help="The reader's role in other accounts; NAME, or ACCOUNT:NAME for one account.",
)
@click.option("--external-id", metavar="ID", help="The external id of that role.")
def sync(recording: Path | None, at: datetime | None, **where: Any) -> int:
    """Read the estate, record what changed, open campaigns for it."""
    run = current()
    from recert.aws.interface import AwsSource  # noqa: PLC0415 - boto3 is slow to import
    from recert.cli import readings  # noqa: PLC0415 - as above
    from recert.cli.remediation import watch_back  # noqa: PLC0415 - as above

    source: AwsSource
    if recording is None:
        if at is not None:
            raise click.UsageError("--at picks a point in time of a recording; add --from.")
        source = readings.live(run.settings, **where)
    else:
        for name, value in where.items():
            if value:
                option = f"--{name.replace('_', '-')}"
                raise click.UsageError(f"{option} is for AWS; a recording is visited as it is.")
        source = readings.replay(recording, at)
    reading = readings.take(run, source)
    store = run.open_store(run.settings.store.value, create=True)
    taken = readings.keep(run, store, reading)
    taken["reappeared"] = watch_back(run, store)
    if run.out.as_json:
        run.out.document(taken)
    else:
        for line in readings.in_words(taken):
            run.out.line(line)
        for item in taken["reappeared"]:
            run.out.line(f"Back again: {item['item']} of {item['campaign']}, {item['title']}")
    return ExitCode.INCOMPLETE if taken["coverage"]["gaps"] else ExitCode.DONE
