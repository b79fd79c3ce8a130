"""`recert watch`: lifecycle events from a queue."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from recert.cli.context import Run, current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.cli.types import Words


@click.command(cls=RecertCommand)
@click.option("--queue", "url", metavar="URL", help="The SQS queue that EventBridge fills.")
@click.option("--print-rule", is_flag=True, help="Print the EventBridge rule and end.")
@click.option("--set-aside", is_flag=True, help="List the messages that were set aside and end.")
@click.option("--once", is_flag=True, help="End when the queue is empty.")
@click.option("--regions", type=Words(), default=(), metavar="R,…", help="Regions to visit.")
@click.option("--profile", metavar="P", help="A profile of the AWS configuration.")
@click.option("--org", is_flag=True, help="Visit every account of the organisation.")
@click.option("--assume-role", metavar="NAME", help="The reader's role in other accounts.")
@click.option("--external-id", metavar="ID", help="The external id of that role.")
def watch(url: str | None, *, print_rule: bool, set_aside: bool, once: bool, **where: Any) -> int:
    """Act on lifecycle events from SQS as they happen.

    EventBridge sends CloudTrail's records of changes to a queue (--print-rule prints the rule for it);
    each is read from there, and what it concerns is read from AWS again.

    \b
    recert watch --queue https://sqs.us-east-1.amazonaws.com/111122223333/recert
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    if print_rule:
        _print_rule(run, url)
        return ExitCode.DONE
    if set_aside:
        _list_set_aside(run)
        return ExitCode.DONE
    if url is None:
        raise click.UsageError("Name the queue with --queue URL, or ask for --print-rule.")
    from recert.aws.queue import open_queue  # noqa: PLC0415 - boto3 is slow to import
    from recert.aws.stop import Stop  # noqa: PLC0415 - as above
    from recert.aws.watch import Watcher  # noqa: PLC0415 - as above
    from recert.cli import readings  # noqa: PLC0415 - as above
    from recert.cli.watched import Watched  # noqa: PLC0415 - as above
    from recert.store.readings import require_kind  # noqa: PLC0415 - as above

    store = run.open_store(run.settings.store.value, create=True)
    require_kind(store.kind, "live")
    stop = Stop()
    queue = open_queue(url, profile=where["profile"])
    watched = Watched(run, store, partial(readings.live, run.settings, **where), stop)
    watcher = Watcher(
        queue=queue,
        sync=watched.sync,
        scope_of=watched.scope_of,
        last_whole=watched.last_whole,
        keep_aside=watched.keep_aside,
        idle=watched.launch_due,
        clock=run.clock,
        say=run.out.note if run.out.as_json else run.out.line,
        stop=stop,
    )
    with stop.on_signals():
        if watched.last_whole() is None:
            run.out.note("The store holds no reading yet; taking the first.")
            watcher.tally.took(watched.sync(None), None)
        tally = watcher.run(once=once)
    if run.out.as_json:
        run.out.document(tally.as_json())
    return ExitCode.INCOMPLETE if tally.gaps or tally.set_aside else ExitCode.DONE


def _list_set_aside(run: Run) -> None:
    from recert.store.set_aside import every  # noqa: PLC0415 - tables are slow to import

    with run.store.read() as session:
        kept = every(session)
    if run.out.as_json:
        run.out.document({"set_aside": kept})
        return
    run.out.table(
        ("at", "message", "reason", "characters"),
        ((one["at"], one["message"], one["reason"], one["characters"]) for one in kept),
    )


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
