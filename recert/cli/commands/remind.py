"""`recert campaign remind`: tell those with work left, and those above them when it is late."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

from recert.cli.context import Run, current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand
from recert.errors import UsageError

if TYPE_CHECKING:
    from recert.campaigns.reminders import Rhythm


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.option("--dry-run", is_flag=True, help="Say who would be told; send and record nothing.")
@click.option(
    "--channel",
    "wanted",
    type=click.Choice(("smtp", "webhook", "sns")),
    multiple=True,
    help="Only these of the configured channels.",
)
def remind(campaign: str, *, dry_run: bool, wanted: tuple[str, ...]) -> int:
    """Remind whoever has work left, once in each window.

    Channels stand in [reminders] of recert.toml; RECERT_SMTP_PASSWORD and RECERT_WEBHOOK_URL come
    from the environment. Run it from cron as often as you like.
    """
    run = current()
    from recert.cli.reminders import channels  # noqa: PLC0415 - tables are slow to import

    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    found = channels(run.settings, wanted)
    if not found and not dry_run:
        raise UsageError(
            "No channel is configured to remind anybody through.",
            "Add [reminders.smtp], [reminders.webhook] or [reminders.sns] to recert.toml.",
        )
    with _alone(run, dry_run=dry_run):
        plan, sendings = service.remind(chosen, found, _rhythm(run), dry_run=dry_run)
    result = {
        "campaign": chosen,
        "dry_run": dry_run,
        "level": plan.level,
        "window": plan.window,
        "recipients": [
            {
                "person": one.recipient,
                "template": one.template,
                **one.counts,
                "about": [late.person for late in one.about],
            }
            for one in plan.messages
        ],
        "sendings": sendings,
        "left_out": [{"person": name, "why": why} for name, why in plan.left.items()],
    }
    if run.out.as_json:
        run.out.document(result)
    else:
        run.out.table(
            ("person", "message", "to decide", "to sign"),
            (
                (one.recipient, one.template, one.counts["pending"], one.counts["unsigned"])
                for one in plan.messages
            ),
        )
        for name, why in plan.left.items():
            run.out.line(f"{name} {why}; hand their items on with `recert campaign reassign`.")
        for one in sendings:
            if one.detail:
                run.out.line(f"{one.channel} to {one.recipient}: {one.detail}")
        counts = Counter(one.result for one in sendings)
        told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        run.out.note(told or "Nobody has anything left to do.")
    failed = any(one.result == "failed" for one in sendings)
    return ExitCode.INCOMPLETE if failed else ExitCode.DONE


def _alone(run: Run, *, dry_run: bool) -> AbstractContextManager[None]:
    """Keep a second run from sending the same messages at the same time."""
    from recert.remediation.lock import alone  # noqa: PLC0415 - only a run that sends needs it

    return nullcontext() if dry_run else alone(run.store.location, work="remind")


def _rhythm(run: Run) -> Rhythm:
    from recert.campaigns.reminders import Rhythm  # noqa: PLC0415 - tables are slow to import

    return Rhythm.from_table(run.settings.table("reminders"))
