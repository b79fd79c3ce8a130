"""`recert campaign`: the owner's work on one campaign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recert.cli.commands.remind import remind
from recert.cli.context import current
from recert.cli.lazy import RecertGroup
from recert.cli.types import Day, FirstDay, Words

if TYPE_CHECKING:
    from recert.campaigns.stages import Stages

_STRATEGIES = ("oneAcceptAccepts", "allMustAccept", "oneDenyDenies", "acceptedIfNotDenied")


@click.group(cls=RecertGroup)
def campaign() -> None:
    """Open, show, launch, close or cancel a campaign."""


campaign.add_command(remind)


@campaign.command("open")
@click.argument("agents", nargs=-1, required=True, metavar="AGENT...")
@click.option("--name", metavar="TEXT", help="What people call it.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is opened.")
@click.option(
    "--due-in",
    type=click.IntRange(1, 3650),
    default=14,
    show_default=True,
    metavar="DAYS",
    help="Days that reviewers get.",
)
@click.option("--business-days", is_flag=True, help="Count only business days in --due-in.")
@click.option("--due", metavar="DATE", help="The last day, or the instant, instead of --due-in.")
@click.option(
    "--zone", metavar="ZONE", help="The zone in which the day ends, else that of recert.toml."
)
@click.option("--hard-deadline", is_flag=True, help="Refuse decisions after the deadline.")
@click.option("--owner", metavar="PERSON", help="Who owns it, else you.")
@click.option("--draft", is_flag=True, help="Stage it; launch it later.")
@click.option(
    "--stages",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="With 2, somebody else answers what was not denied once more.",
)
@click.option("--second", metavar="PERSON", help="Who answers in the second stage.")
@click.option("--blind", is_flag=True, help="Hide the first answers from the second stage.")
@click.option(
    "--strategy",
    type=click.Choice(_STRATEGIES),
    default="oneDenyDenies",
    show_default=True,
    help="What the answers of both stages come to.",
)
@click.option(
    "--advance",
    type=Words(),
    multiple=True,
    metavar="VERDICT,…",
    help="Which answers go on to the second stage [attest,attest_until,exception,abstain].",
)
def open_(
    agents: tuple[str, ...],
    *,
    name: str | None,
    reason: str,
    due_in: int,
    business_days: bool,
    due: str | None,
    zone: str | None,
    hard_deadline: bool,
    owner: str | None,
    draft: bool,
    **staging: Any,
) -> None:
    """Open a campaign on all that some agents may do."""
    run = current()
    from recert.cli.estates import latest_estate  # noqa: PLC0415 - behind the store
    from recert.cli.resolve import agent_of  # noqa: PLC0415 - as above

    estate = latest_estate(run)
    service = run.campaigns(acting=True)
    view = service.open(
        agents=tuple(dict.fromkeys(agent_of(estate, agent).arn for agent in agents)),
        name=name,
        reason=reason,
        launch=not draft,
        due_in_days=due_in,
        business_days=business_days,
        due_at=service.deadline(due, zone=zone) if due else None,
        zone=zone,
        hard_deadline=hard_deadline,
        owner=owner,
        stages=_stages(**staging),
    )
    _show(view.id)


def _stages(
    stages: int, second: str | None, blind: bool, strategy: str, advance: Sequence[tuple[str, ...]]
) -> Stages:
    from recert.campaigns.stages import ADVANCES, Stages  # noqa: PLC0415 - behind the store
    from recert.campaigns.views import Verdict  # noqa: PLC0415 - as above
    from recert.store.outcome import Strategy  # noqa: PLC0415 - as above

    words = [word.replace("-", "_") for group in advance for word in group]
    known = [one.value for one in Verdict]
    wrong = [word for word in words if word not in known]
    if wrong:
        raise click.UsageError(f"{wrong[0]!r} is no verdict; they are {', '.join(known)}.")
    return Stages(
        count=stages,
        strategy=Strategy(strategy),
        blind=blind,
        advance=tuple(Verdict(one) for one in dict.fromkeys(words)) or ADVANCES,
        second=second,
    )


@campaign.command()
@click.argument("campaign")
def show(campaign: str) -> None:
    """Show one campaign with its counts and what blocks its close."""
    _show(campaign)


@campaign.command()
@click.argument("campaign")
@click.option("--due", required=True, metavar="DATE", help="The new last day, or the instant.")
@click.option("--zone", metavar="ZONE", help="The zone in which the day ends, else as before.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
def extend(campaign: str, *, due: str, zone: str | None, reason: str) -> None:
    """Give a campaign that is not over another deadline."""
    service = current().campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    _show(service.extend(chosen, due, reason, zone=zone).id)


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
    """Launch a staged campaign; from then on its population stands."""
    service = current().campaigns(acting=True)
    _show(service.launch(service.find_campaign(campaign)).id)


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
    _show(service.cancel(chosen, reason).id)


@campaign.command()
@click.argument("campaign")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your SSH key, which signs the close; else the configured one, or one in your agent.",
)
def close(campaign: str, *, key: Path | None) -> None:
    """Close a campaign, as far as its rules let it go."""
    run = current()
    service = run.campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    _show(service.close(chosen, signer=run.own_signer(service.store, key)).id)


@campaign.command()
@click.argument("campaign")
@click.option(
    "--silence-revokes",
    type=click.Choice(("privileged", "ordinary")),
    multiple=True,
    help="No response to such items means revoke; else it means keep.",
)
@click.option(
    "--revocations", type=click.IntRange(0), metavar="N", help="How many that are, where many are."
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
    """End the review; what is not signed is answered by no response."""
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
        f"{told.items} items have no signed answer ({told.unsigned} are decided, not signed): "
        f"{told.keep} would be kept, {told.revoke} revoked."
    )
    if dry_run:
        return
    what = f"stage {stage}" if stage else "the review"
    run.confirm(f"End {what} of {chosen}?", yes=yes)
    service.end_review(chosen, policy=policy, revocations=revocations, stage=stage)
    _show(chosen)


@campaign.command()
@click.argument("campaign")
@click.option(
    "--due-in", type=click.IntRange(1, 3650), default=14, metavar="DAYS", help="Days left."
)
def reiterate(campaign: str, *, due_in: int) -> None:
    """Ask again what got no response or an abstention, in a linked campaign."""
    service = current().campaigns(acting=True)
    _show(service.reiterate(service.find_campaign(campaign), due_in_days=due_in).id)


@campaign.command()
@click.argument("campaign")
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option(
    "--rule", required=True, metavar="NAME", help="The rule by which they are out of scope."
)
@click.option("--reason", required=True, metavar="TEXT", help="Why it applies.")
def exclude(campaign: str, items: tuple[str, ...], *, rule: str, reason: str) -> None:
    """Take items out of a campaign that is not launched yet."""
    service = current().campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    found = tuple(service.find_item(chosen, item) for item in items)
    service.exclude(chosen, found, rule, reason)
    _show(chosen)


@campaign.command()
@click.argument("campaign")
@click.argument("items", nargs=-1, required=True, metavar="ITEM...")
@click.option("--to", required=True, metavar="PERSON", help="The new reviewer.")
@click.option("--note", default="", metavar="TEXT", help="Why.")
def reassign(campaign: str, items: tuple[str, ...], *, to: str, note: str) -> None:
    """Hand items to another reviewer."""
    service = current().campaigns(acting=True)
    chosen = service.find_campaign(campaign)
    found = tuple(service.find_item(chosen, item) for item in items)
    service.reassign(chosen, found, to, note)
    _show(chosen)


@campaign.command()
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
    what = f"{len(made.items)} items" if made.items else "all items"
    run.out.line(
        f"{made.id}: {made.delegate} decides {what} of {made.reviewer} until {made.valid_until}."
    )


@campaign.command()
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


def _show(campaign: str) -> None:
    run = current()
    from recert.campaigns.contract import campaign_json  # noqa: PLC0415 - behind the store

    service = run.campaigns()
    view = service.campaign(service.find_campaign(campaign))
    if run.out.as_json:
        run.out.document(campaign_json(view))
        return
    counts = view.counts
    run.out.line(f"{view.id}  {view.name}")
    run.out.line(f"state   {view.state}{'' if view.complete else ', not complete'}")
    run.out.line(f"owner   {view.owner or 'nobody'}")
    from recert.campaigns.deadlines import in_zone  # noqa: PLC0415 - behind the store

    run.out.line(f"due     {in_zone(view.due_at, view.due_zone) if view.due_at else 'no date'}")
    run.out.line(
        f"items   {counts.items}: {counts.pending} pending, {counts.decided} decided, "
        f"{counts.signed_off} signed off"
    )
    run.out.line(
        f"        {counts.attested} attested, {counts.reduced} reduced, {counts.revoked} revoked, "
        f"{counts.excepted} excepted, {counts.abstained} abstained"
    )
    decided = counts.decided + counts.signed_off - counts.no_response
    rescinded = f", {view.rescinded} rescinded" if view.rescinded else ""
    run.out.line(
        f"done    {decided} decided, {view.completely_reviewed} completely reviewed{rescinded}"
    )
    if view.stages.get("count", 1) > 1:
        there = ", ".join(f"{n} in stage {stage}" for stage, n in view.stages["items"].items())
        blind = ", the second blind" if view.stages["blind"] else ""
        run.out.line(f"stages  {view.stages['count']}{blind}, {view.stages['strategy']}: {there}")
    for blocker in view.blockers:
        run.out.line(f"blocked {blocker}")
