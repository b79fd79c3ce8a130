"""`recert campaign`: the owner's work on one campaign."""

from __future__ import annotations

from pathlib import Path

import click

from recert.cli.campaign_card import show_campaign
from recert.cli.commands.campaign_items import delegate, exclude, reassign, undelegate
from recert.cli.commands.campaign_open import open_
from recert.cli.commands.remind import remind
from recert.cli.context import current
from recert.cli.lazy import RecertGroup
from recert.text import plural


@click.group(cls=RecertGroup)
def campaign() -> None:
    """Open, show, launch, close or cancel a campaign."""


for command in (open_, remind, exclude, reassign, delegate, undelegate):
    campaign.add_command(command)


@campaign.command()
@click.argument("campaign")
def show(campaign: str) -> None:
    """Show one campaign with its counts and what blocks its close."""
    show_campaign(campaign)


@campaign.command()
@click.argument("campaign")
@click.option("--due", required=True, metavar="DATE", help="The new last day, or the instant.")
@click.option("--zone", metavar="ZONE", help="The zone in which the day ends, else as before.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
def extend(campaign: str, *, due: str, zone: str | None, reason: str) -> None:
    """Give a campaign that is not over another deadline."""
    service = current().campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    show_campaign(service.extend(chosen, due, reason, zone=zone).id)


@campaign.command()
@click.argument("campaign")
def preview(campaign: str) -> None:
    """Tell who is asked how much, and what is left out."""
    run = current()
    service = run.campaigns()
    found = service.preview(service.find_campaign(campaign))
    if run.out.as_json:
        run.out.document(found)
        return
    run.out.table(("reviewer", "items"), found.reviewers.items())
    if found.second:
        run.out.note(f"What is not denied goes on to a second stage: {found.second}.")
    for title, counts in (
        ("kind", found.kinds),
        ("risk", found.risks),
        ("excluded by", found.excluded),
    ):
        run.out.table((title, "items"), counts.items())


@campaign.command()
@click.argument("campaign")
def attention(campaign: str) -> None:
    """Tell how each reviewer looked: time, details opened, bulk, runs; and what to look at again."""
    run = current()
    service = run.campaigns()
    chosen = service.find_campaign(campaign)
    found, again = service.attention(chosen), service.second_look(chosen)
    if run.out.as_json:
        told = [one.as_json() for one in found]
        run.out.document({"campaign": chosen, "reviewers": told, "second_look": again})
        return
    run.out.table(
        ("reviewer", "decisions", "bulk %", "headless %", "kept %", "opened %", "longest run"),
        (
            (
                one.reviewer,
                one.decisions,
                one.bulk_share,
                one.headless_share,
                one.kept_share,
                one.opened_share,
                one.longest_run,
            )
            for one in found
        ),
    )
    run.out.note(f"To look at a second time: {', '.join(again) or 'nothing'}.")


@campaign.command()
@click.argument("campaign")
def launch(campaign: str) -> None:
    """Launch a staged campaign; from then on its population stands.

    `recert campaign preview` shows first who would be asked how much.
    """
    service = current().campaigns(acting=True)
    show_campaign(service.launch(service.find_campaign(campaign)).id)


@campaign.command()
@click.argument("campaign")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def cancel(campaign: str, *, reason: str, yes: bool) -> None:
    """Cancel a campaign; what was decided stays in the ledger."""
    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    run.confirm(f"Cancel {chosen}? It cannot be opened again.", yes=yes)
    show_campaign(service.cancel(chosen, reason).id)


@campaign.command()
@click.argument("campaign")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your SSH key, which signs the close; else the configured one, or one in your agent.",
)
def close(campaign: str, *, key: Path | None) -> None:
    """Close a campaign, as far as its rules let it go.

    `recert campaign show` lists what is in the way. One that is closed is never opened again; with
    gaps it stays incomplete, and says so.
    """
    from recert.cli.signing import own_signer  # noqa: PLC0415 - behind the store

    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    show_campaign(service.close(chosen, signer=own_signer(run, service.store, key)).id)


@campaign.command()
@click.argument("campaign")
@click.option(
    "--silence-revokes",
    type=click.Choice(("privileged", "ordinary")),
    multiple=True,
    help="No response to such items means revoke; else it means keep.",
)
@click.option(
    "--revocations",
    type=click.IntRange(0),
    metavar="N",
    help="How many items that revokes; a large number has to be typed.",
)
@click.option(
    "--stage", type=click.IntRange(1, 2), help="End only this stage; what is left goes on."
)
@click.option("--dry-run", is_flag=True, help="Only tell what would follow.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def end(
    campaign: str,
    *,
    silence_revokes: tuple[str, ...],
    revocations: int | None,
    stage: int | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """End the review; what is not signed is answered by no response.

    No response means keep, unless --silence-revokes says otherwise; `recert campaign reiterate` asks
    again.

    \b
    recert campaign end c-7f3k --dry-run
    recert campaign end c-7f3k --silence-revokes privileged
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    policy = {
        risk: "revoke" if risk in silence_revokes else "keep" for risk in ("privileged", "ordinary")
    }
    told = service.silence(chosen, policy, stage=stage)
    if dry_run and run.out.as_json:
        run.out.document(told)
        return
    run.out.note(
        f"{plural(told.items, 'item has', 'items have')} no signed answer, {told.unsigned:,} of "
        "them decided and not signed: "
        f"{told.keep} would be kept, {told.revoke} revoked."
    )
    if dry_run:
        return
    what = f"stage {stage}" if stage else "the review"
    run.confirm(f"End {what} of {chosen}?", yes=yes)
    service.end_review(chosen, policy=policy, revocations=revocations, stage=stage)
    show_campaign(chosen)


@campaign.command()
@click.argument("campaign")
@click.option(
    "--due-in", type=click.IntRange(1, 3650), default=14, metavar="DAYS", help="Days left."
)
def reiterate(campaign: str, *, due_in: int) -> None:
    """Ask again what got no response or an abstention, in a linked campaign."""
    service = current().campaigns(acting=True)
    show_campaign(service.reiterate(service.find_campaign(campaign), due_in_days=due_in).id)
