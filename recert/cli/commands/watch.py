"""`recert watch`: lifecycle events from a queue."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recert.cli.context import Run, current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.cli.types import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from recert.aws.interface import AwsSource
    from recert.store.store import Store


@click.command(cls=RecertCommand)
@click.option("--queue", "url", metavar="URL", help="The SQS queue that EventBridge fills.")
@click.option("--print-rule", is_flag=True, help="Print the EventBridge rule and end.")
@click.option("--once", is_flag=True, help="End when the queue is empty.")
@click.option("--regions", type=Words(), default=(), metavar="R,…", help="Regions to visit.")
@click.option("--profile", metavar="P", help="A profile of the AWS configuration.")
@click.option("--org", is_flag=True, help="Visit every account of the organisation.")
@click.option("--assume-role", metavar="NAME", help="The reader's role in other accounts.")
@click.option("--external-id", metavar="ID", help="The external id of that role.")
def watch(url: str | None, *, print_rule: bool, once: bool, **where: Any) -> int:
    """Act on lifecycle events from SQS as they happen."""
    run = current()
    if print_rule:
        _print_rule(run, url)
        return ExitCode.DONE
    if url is None:
        raise click.UsageError("Name the queue with --queue URL, or ask for --print-rule.")
    from recert.aws.queue import open_queue  # noqa: PLC0415 - boto3 is slow to import
    from recert.cli import readings  # noqa: PLC0415 - as above
    from recert.cli.watch import Stop, Watcher  # noqa: PLC0415 - as above

    store = run.open_store(run.settings.store.value, create=True)
    _refuse_recordings(store)
    stop = Stop()
    queue = open_queue(url, profile=where["profile"])
    open_source = partial(readings.live, run.settings, **where)
    sync = _syncing(run, store, open_source, stop)
    say = run.out.note if run.out.as_json else run.out.line
    watcher = Watcher(
        queue=queue,
        sync=sync,
        last_reading=lambda: _last(store),
        aside=_aside(run),
        clock=run.clock,
        say=say,
        stop=stop,
    )
    with stop.on_signals():
        if _last(store) is None:
            run.out.note("The store holds no reading yet; taking the first.")
            watcher.tally.took(sync())
        tally = watcher.run(once=once)
    if run.out.as_json:
        run.out.document(tally.as_json())
    return ExitCode.INCOMPLETE if tally.gaps or tally.set_aside else ExitCode.DONE


def _print_rule(run: Run, url: str | None) -> None:
    import json  # noqa: PLC0415 - only the rule needs it

    from recert.aws.hints import event_rule  # noqa: PLC0415 - as above

    arn = None
    if url is not None:
        from recert.aws.queue import queue_arn  # noqa: PLC0415 - boto3 is slow to import

        arn = queue_arn(url, "us-east-1")
    rule = event_rule(arn)
    if run.out.as_json:
        run.out.document(rule)
        return
    for line in json.dumps(rule, indent=2).splitlines():
        run.out.line(line)


def _refuse_recordings(store: Store) -> None:
    from recert.errors import RefusedError  # noqa: PLC0415 - only this needs it

    if store.kind == "replay":
        raise RefusedError(
            "This store holds recordings; what happens in AWS belongs in another.",
            "Name a store with --store.",
            rule="source_kind",
        )


def _syncing(
    run: Run, store: Store, open_source: Callable[[], AwsSource], stop: Callable[[], bool]
) -> Callable[[], Mapping[str, Any]]:
    from recert.aws.collect.run import collect  # noqa: PLC0415 - boto3 is slow to import
    from recert.aws.interface import Options  # noqa: PLC0415 - as above
    from recert.aws.redaction import load_keyring  # noqa: PLC0415 - as above
    from recert.cli import readings  # noqa: PLC0415 - as above

    options = Options(tags=readings.tag_names(run.settings))
    keyring = load_keyring()

    def sync() -> Mapping[str, Any]:
        reading = collect(
            open_source(), clock=run.clock, keyring=keyring, options=options, cancelled=stop
        )
        return readings.keep(run, store, reading)

    return sync


def _last(store: Store) -> datetime | None:
    """Return when the last reading began, None where there is none."""
    from sqlmodel import col, select  # noqa: PLC0415 - tables are slow to import

    from recert.clock import from_rfc3339  # noqa: PLC0415 - as above
    from recert.store.tables import SnapshotRow  # noqa: PLC0415 - as above

    newest = select(SnapshotRow.taken_at).order_by(col(SnapshotRow.entry).desc()).limit(1)
    with store.read() as session:
        found = session.exec(newest).first()
    return from_rfc3339(found) if found else None


def _aside(run: Run) -> Path:
    """Return where messages without a hint are kept: beside the store, where that is a file."""
    from recert.paths import data_dir, ensure_private_dir  # noqa: PLC0415 - only a watch needs it

    location = str(run.settings.store.value).removeprefix("sqlite:///")
    if "://" in location:
        return ensure_private_dir(data_dir()) / "watch.set-aside.jsonl"
    return Path(f"{location}.set-aside.jsonl")
