"""`recert campaigns`, `recert items` and `recert sign`: what there is to decide, and the end of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.text import plural

if TYPE_CHECKING:
    from recert.campaigns.service import Campaigns
    from recert.campaigns.views import ItemFilter, ItemLine

_PAGE = 500


@click.command(cls=RecertCommand)
def campaigns() -> None:
    """List the campaigns, the most urgent first.

    A campaign asks its reviewers about the permissions of agents; `recert items CAMPAIGN` lists what.
    """
    run = current()
    from recert.campaigns.contract import campaign_json  # noqa: PLC0415 - behind the store

    found = run.campaigns().campaigns()
    if run.out.as_json:
        run.out.document({"campaigns": [campaign_json(view) for view in found]})
        return
    run.out.table(
        ("campaign", "state", "items", "open", "mine", "due", "name"),
        (
            (
                view.id,
                view.state,
                view.counts.items,
                view.counts.pending,
                view.mine_pending,
                view.due_at,
                view.name,
            )
            for view in found
        ),
    )
    if not found:
        run.out.note("There is no campaign. `recert sync` opens them when something changes.")


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.argument("items", nargs=-1, metavar="[ITEM...]")
@click.option("--mine", is_flag=True, help="Only those whose reviewer you are.")
@click.option("--open", "undecided", is_flag=True, help="Only those without a decision.")
def items(campaign: str, items: tuple[str, ...], mine: bool, undecided: bool) -> None:
    """List what a campaign asks, in review order.

    With ITEM, an id or its beginning, show what there is to know about these.

    \b
    recert items c-7f3k --mine --open
    recert items c-7f3k i-91ab
    """  # noqa: D301 - \b keeps click from filling the examples
    run = current()
    from recert.campaigns.views import ItemFilter  # noqa: PLC0415 - behind the store

    service = run.campaigns()
    chosen = service.find_campaign(campaign)
    named = tuple(dict.fromkeys(service.find_item(chosen, item) for item in items))
    if named and (mine or undecided):
        raise click.UsageError("Name items, or narrow the list with --mine and --open.")
    wanted = ItemFilter(reviewer=service.caller.id if mine else None, undecided=undecided)
    if run.out.as_json:
        from recert.campaigns.contract import items_json  # noqa: PLC0415 - as above

        found = [
            one for one in items_json(service, chosen, wanted) if not named or one["id"] in named
        ]
        run.out.document({"campaign": chosen, "items": found})
        return
    if named:
        from recert.cli.item_card import lines  # noqa: PLC0415 - behind the store

        for item in named:
            for line in lines(service.item(chosen, item)):
                run.out.line(line)
        return
    run.out.table(
        ("item", "kind", "verdict", "reviewer", "agent", "suggested", "title"),
        (
            (
                line.id,
                line.kind,
                line.verdict.value if line.verdict else line.state,
                line.reviewer,
                line.agent_name,
                line.recommendation.verdict,
                line.title,
            )
            for line in _every(service, chosen, wanted)
        ),
    )


@click.command(cls=RecertCommand)
@click.argument("campaign")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your SSH key: the private key's file, or the .pub of one that your agent holds.",
)
def sign(campaign: str, yes: bool, key: Path | None) -> None:
    """Sign your decided items; the others stay open.

    What is signed cannot be undone; `recert rescind` takes it back with a second person. On a real
    store it needs an enrolled SSH key: --key, [evidence] key of recert.toml, or one in your agent.

    \b
    recert sign c-7f3k
    recert sign c-7f3k --key ~/.ssh/id_ed25519 --yes
    """  # noqa: D301 - \b keeps click from filling the examples
    from recert.cli.signing import own_signer  # noqa: PLC0415 - behind the store

    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    summary = service.summary(chosen)
    by_verdict = ", ".join(f"{count} {name}" for name, count in summary.by_verdict.items())
    if summary.decided:
        run.out.note(
            f"{summary.signer} signs {plural(summary.decided, 'decided item')} of {chosen} "
            f"({by_verdict}); {summary.pending:,} left open."
        )
    if summary.not_independent:
        run.out.note(
            f"Privileged and not independent, as the owner of the agent decides and nobody else is "
            f"known: {plural(summary.not_independent, 'item')}."
        )
    # Without a decision there is nothing to ask about; the refusal says what to do.
    run.confirm("Sign?", yes=yes or not summary.decided)
    signed = service.sign(chosen, signer=own_signer(run, service.store, key))
    if run.out.as_json:
        run.out.document(signed)
        return
    run.out.line(
        f"Signed {plural(signed.items, 'item')} of {signed.campaign}; signature: {signed.signature}; "
        f"the campaign is {signed.campaign_state}."
    )
    if signed.advanced:
        run.out.note(f"On to the second stage: {plural(signed.advanced, 'item')}.")


def _every(service: Campaigns, campaign: str, wanted: ItemFilter) -> Iterator[ItemLine]:
    after: str | None = None
    while True:
        page = service.items(campaign, wanted, after=after, limit=_PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return
