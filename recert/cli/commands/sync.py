"""`recert sync`: read, compare, record, open."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recert.cli.context import Run, current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.cli.types import Instant, Words

if TYPE_CHECKING:
    from recert.store.store import Store


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
@click.option(
    "--anchor",
    is_flag=True,
    help="Carry the ledger's head in the user agent of every call, for CloudTrail to keep.",
)
@click.option("--dry-run", is_flag=True, help="Say what it would record and open; keep nothing.")
def sync(
    recording: Path | None, at: datetime | None, *, anchor: bool, dry_run: bool, **where: Any
) -> int:
    """Read the estate, record what changed, open campaigns for it.

    \b
    recert sync
    recert sync --regions us-east-1,eu-west-1 --org --assume-role recert-reader
    recert sync --from estate.jsonl --at 2026-11-01T09:00:00Z
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.aws.interface import AwsSource  # noqa: PLC0415 - boto3 is slow to import
    from recert.cli import anchoring, readings  # noqa: PLC0415 - as above
    from recert.cli.remediation import watch_back  # noqa: PLC0415 - as above

    source: AwsSource
    carried: anchoring.Carried | None = None
    if recording is None:
        if at is not None:
            raise click.UsageError("--at picks a point in time of a recording; add --from.")
        readings.require_room(run)
        carried = anchoring.to_carry(run, asked=anchor)
        source = readings.live(run.settings, told=carried.text if carried else "", **where)
    else:
        if anchor:
            raise click.UsageError("--anchor is for AWS; a recording is asked nothing.")
        for name, value in where.items():
            if value:
                option = f"--{name.replace('_', '-')}"
                raise click.UsageError(f"{option} is for AWS; a recording is visited as it is.")
        source = readings.replay(recording, at)
    reading = readings.take(run, source)
    store = _store(run, dry_run=dry_run)
    taken = readings.keep(run, store, reading, dry_run=dry_run)
    if carried is not None and not dry_run:
        anchoring.carried_by(run, store, carried, taken)
    taken["reappeared"] = [] if dry_run else watch_back(run, store)
    if run.out.as_json:
        run.out.document(taken)
    else:
        for line in readings.in_words(taken):
            run.out.line(line)
        for item in taken["reappeared"]:
            run.out.line(f"Back again: {item['item']} of {item['campaign']}, {item['title']}")
    return ExitCode.INCOMPLETE if taken["coverage"]["gaps"] else ExitCode.DONE


def _store(run: Run, *, dry_run: bool) -> Store:
    """Open the configured store; a dry run makes none, and works on an empty one that is thrown away."""
    if not dry_run or run.store_exists:
        return run.open_store(run.settings.store.value, create=not dry_run)
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - only a dry run needs it

    folder = TemporaryDirectory(prefix="recert-")
    click.get_current_context().find_root().call_on_close(folder.cleanup)
    return run.open_store(Path(folder.name) / "dry.db", create=True)
