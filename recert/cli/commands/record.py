"""`recert record`: the same reads as `sync`, into a file."""

from pathlib import Path
from typing import Any

import click

from recert.cli.context import current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.cli.types import Words


@click.command(cls=RecertCommand)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="RECORDING",
    help="The file; it appears when the reading is complete.",
)
@click.option("--regions", type=Words(), default=(), metavar="R,…", help="Regions to visit.")
@click.option("--profile", metavar="P", help="A profile of the AWS configuration.")
@click.option("--org", is_flag=True, help="Visit every account of the organisation.")
@click.option("--assume-role", metavar="NAME", help="The reader's role in other accounts.")
@click.option("--external-id", metavar="ID", help="The external id of that role.")
def record(target: Path, **where: Any) -> int:
    """Write what AWS answers, redacted, for `sync --from`.

    For tests, and to read an estate where recert has no access: record there, and sync here.

    \b
    recert record --to estate.jsonl --regions us-east-1
    recert sync --from estate.jsonl
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.cli import readings  # noqa: PLC0415 - boto3 is slow to import

    source = readings.live(run.settings, **where)
    made = readings.write(run, source, target)
    gaps = [readings.gap_json(gap) for gap in made.reading.estate.coverage.gaps]
    if run.out.as_json:
        run.out.document(
            {
                "recording": target,
                "digest": made.digest,
                "lines": made.lines,
                "agents": len(made.reading.estate.agents),
                "roles": len(made.reading.estate.roles),
                "api_calls": made.reading.api_calls,
                "at": made.reading.estate.taken_at,
                "coverage": {"gaps": gaps, "limits": list(made.reading.estate.coverage.limits)},
            }
        )
    else:
        run.out.line(f"{target}: {made.lines} answers, sha256 {made.digest}")
        run.out.note("Instructions, prompts and environment values are kept as keyed hashes.")
    return ExitCode.INCOMPLETE if gaps else ExitCode.DONE
