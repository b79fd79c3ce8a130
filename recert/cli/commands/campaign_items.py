"""`recert campaign exclude|reassign|delegate|undelegate`: who decides which items, and which are left out."""

from __future__ import annotations

from datetime import datetime

import click

from recert.cli.campaign_card import show_campaign
from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.cli.types import Day, FirstDay
from recert.text import plural


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option(
    "--rule", required=True, metavar="NAME", help="The rule by which they are out of scope."
)
@click.option("--reason", required=True, metavar="TEXT", help="Why it applies.")
def exclude(campaign: str, items: tuple[str, ...], *, rule: str, reason: str) -> None:
    """Leave pending items out of a campaign, by a rule and with a reason.

    \b
    recert campaign exclude c-7f3k i-91ab --rule break-glass --reason "Reviewed by security"
    """  # noqa: D301 - \b keeps click from filling the examples
    service = current().campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    found = tuple(service.find_item(chosen, item) for item in items)
    service.exclude(chosen, found, rule, reason)
    show_campaign(chosen)


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option("--to", required=True, metavar="PERSON", help="The new reviewer.")
@click.option("--note", default="", metavar="TEXT", help="Why.")
def reassign(campaign: str, items: tuple[str, ...], *, to: str, note: str) -> None:
    """Hand items to another reviewer.

    \b
    recert campaign reassign c-7f3k i-91ab i-20ce --to priya.nair --note "Knows the tables"
    """  # noqa: D301 - \b keeps click from filling the examples
    service = current().campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    found = tuple(service.find_item(chosen, item) for item in items)
    service.reassign(chosen, found, to, note)
    show_campaign(chosen)


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.argument("items", nargs=-1, metavar="[ITEM...]")
@click.option("--to", required=True, metavar="PERSON", help="Who decides meanwhile.")
@click.option("--until", type=Day(), required=True, metavar="DATE", help="The last day.")
@click.option(
    "--from", "since", type=FirstDay(), metavar="DATE", help="From when on, else at once."
)
@click.option("--note", default="", metavar="TEXT", help="Why.")
@click.option("--for", "reviewer", metavar="PERSON", help="For whom, else for you.")
def delegate(
    campaign: str,
    items: tuple[str, ...],
    *,
    to: str,
    until: datetime,
    since: datetime | None,
    note: str,
    reviewer: str | None,
) -> None:
    """Let somebody decide for you for a while; you stay the reviewer of record.

    Without items, all of yours. `campaign reassign` makes somebody else the reviewer for good.
    """
    run = current()
    from recert.campaigns.delegating import Wish  # noqa: PLC0415 - behind the store

    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    found = tuple(service.find_item(chosen, item) for item in items)
    made = service.delegate(chosen, Wish(to, until, note, since, found, reviewer))
    if run.out.as_json:
        run.out.document({"campaign": chosen, "delegation": made.as_json()})
        return
    what = plural(len(made.items), "item") if made.items else "all items"
    run.out.line(
        f"{made.id}: {made.delegate} decides {what} of {made.reviewer} until {made.valid_until}."
    )


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.argument("delegation", metavar="g-…")
def undelegate(campaign: str, delegation: str) -> None:
    """End a delegation before its time."""
    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    ended = service.end_delegation(chosen, delegation)
    if run.out.as_json:
        run.out.document({"campaign": chosen, "delegation": ended.as_json()})
        return
    run.out.line(f"{ended.id} ended; {ended.reviewer} decides again.")
