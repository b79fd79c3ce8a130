"""`recert campaign remind`: tell those with work left, and those above them when it is late."""

from collections import Counter

import click

from recert.cli.context import current
from recert.cli.diagnostics import ExitCode
from recert.cli.lazy import RecertCommand


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
    from recert.cli.reminders import remind_now  # noqa: PLC0415 - tables are slow to import

    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    plan, sendings = remind_now(run, service, chosen, dry_run=dry_run, wanted=wanted)
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
        if dry_run and plan.messages:
            told = "Nothing was sent or recorded."
        run.out.note(told or "Nobody has anything left to do.")
    failed = any(one.result == "failed" for one in sendings)
    return ExitCode.INCOMPLETE if failed else ExitCode.DONE
