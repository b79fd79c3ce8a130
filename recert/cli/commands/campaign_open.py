"""`recert campaign open`: a campaign on all that some agents may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from recert.cli.campaign_card import show_campaign
from recert.cli.context import current
from recert.cli.lazy import RecertCommand
from recert.cli.types import Words

if TYPE_CHECKING:
    from recert.campaigns.stages import Stages

_STRATEGIES = ("oneAcceptAccepts", "allMustAccept", "oneDenyDenies", "acceptedIfNotDenied")


@click.command("open", cls=RecertCommand)
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
    """Open a campaign on all that some agents may do.

    \b
    recert campaign open hr-assistant --due 2026-12-31
    recert campaign open hr-assistant booking-agent --stages 2 --second priya.nair
    """  # noqa: D301 - \b keeps click from filling the examples
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
    show_campaign(view.id)


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
