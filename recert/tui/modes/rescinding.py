"""Taking signed decisions back: asking for it with a reason, and a second person's yes or no."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

from recert.campaigns.views import CampaignView, ItemLine, Rescinded
from recert.text import plural
from recert.tui.base import Mode
from recert.tui.modals.picks import Choice, Choose
from recert.tui.modals.rescinding import Settle
from recert.tui.modals.text import Ask, Form
from recert.tui.text import Piece, Role, Row, row, say

TOPIC = "rescind"
"""The topic of the answer to a request, a confirmation or a withdrawal."""
Step = Literal["asked", "confirm", "withdraw"]
Request = Mapping[str, Any]
_SHOWN = 5


def offer_for(mode: Mode, campaign: CampaignView, lines: Sequence[ItemLine]) -> None:
    """Ask why signed items are to be taken back; where that was asked, confirm or withdraw it."""
    chosen = {line.id for line in lines}
    there = [one for one in campaign.rescissions if one["item"] in chosen]
    if not there:
        _ask_why(mode, campaign, lines)
    elif len(there) == len(chosen):
        settle(mode, campaign, there)
    else:
        mode.tell(
            f"For {len(there):,} of {len(chosen):,} items it was asked already; "
            "select either those or the others."
        )


def offer_waiting(mode: Mode, here: CampaignView, campaigns: Sequence[CampaignView]) -> None:
    """Choose among the requests of a campaign, of all where it has none; then confirm or withdraw."""
    there = [here] if here.rescissions else [one for one in campaigns if one.rescissions]
    offered = [option for one in there for option in _options(one)]
    if not offered:
        mode.tell(
            "Nobody asked to take a signed decision back; ",
            say("R", Role.KEY),
            " on a signed item of a review asks for it.",
        )
    elif len(offered) == 1:
        settle(mode, *offered[0][1:])
    else:
        choices = [Choice(*label, str(at)) for at, (label, _, _) in enumerate(offered)]

        def chosen(place: str) -> None:
            settle(mode, *offered[int(place)][1:])

        mode.recert.put(Choose("Which request?", choices, hint="permission, name"), chosen)


def _options(
    campaign: CampaignView,
) -> list[tuple[tuple[str, str], CampaignView, Sequence[Request]]]:
    """Return what can be answered at once: every request of a campaign, and each alone."""
    asked = campaign.rescissions
    every = [((f"All {len(asked):,} of {campaign.id}", "in one linked campaign"), campaign, asked)]
    each = [
        ((one["title"], f"{campaign.id}, asked by {one['requested_by']}"), campaign, (one,))
        for one in asked
    ]
    return [*(every if len(asked) > 1 else ()), *each]


def settle(mode: Mode, campaign: CampaignView, requests: Sequence[Request]) -> None:
    """Show requests; the second person confirms them, who asked withdraws them."""
    items = [one["item"] for one in requests]
    session = mode.recert.session
    caller = session.caller.id if session else ""

    def answered(step: Step) -> None:
        if step == "confirm":
            work = lambda services: services.confirm_rescission(campaign.id, items)  # noqa: E731 - one call
        else:
            work = lambda services: services.withdraw_rescission(campaign.id, items)  # noqa: E731 - one call
        mode.tell("…")
        mode.ask(TOPIC, work, about=step)

    mode.recert.put(Settle(requests, caller, mode.recert.clock.now()), answered)


def _ask_why(mode: Mode, campaign: CampaignView, lines: Sequence[ItemLine]) -> None:
    intro = [row(say(line.title, Role.STRONG)) for line in lines[:_SHOWN]]
    if len(lines) > _SHOWN:
        intro.append(row(say(f"and {len(lines) - _SHOWN:,} more", Role.MUTED)))
    intro += [
        (),
        row("It stands as it is signed until a second person confirms; then it is asked again."),
    ]
    ask = Ask("why", "Why", "the wrong one was attested …")
    title = f"Take {plural(len(lines), 'signed decision')} back"
    form = Form(title, intro, [ask], today=None)
    items = [line.id for line in lines]

    def answered(values: Mapping[str, str]) -> None:
        mode.tell("…")
        work = partial(_rescind, campaign.id, items, values["why"])
        mode.ask(TOPIC, work, about="asked")

    mode.recert.put(form, answered)


def _rescind(campaign: str, items: Sequence[str], why: str, services: Any) -> Rescinded:
    made: Rescinded = services.rescind(campaign, items, why)
    return made


def outcome(made: Rescinded, step: Step) -> Row:
    """Return what became of it, and what is left to do."""
    count = plural(len(made.rescissions), "decision")
    good = Piece("✓ ", Role.GOOD)
    if step == "asked":
        return row(
            good,
            say(f"Asked to take {count} back", Role.STRONG),
            "; a second person confirms it: ",
            say("2", Role.KEY),
            ", then ",
            say("R", Role.KEY),
            ".",
        )
    if step == "withdraw":
        return row(good, say("Withdrawn", Role.STRONG), f"; as signed before: {count}.")
    parts: list[Piece | str] = [good, say(f"Taken back: {count}", Role.STRONG)]
    parts.append(
        f"; asked again in {made.successor}." if made.successor else "; not there any more."
    )
    if made.applied:
        parts.append(
            say(
                f" {plural(len(made.applied), 'change')} already carried out: "
                f"recert remediate {made.campaign} rollback",
                Role.WARN,
            )
        )
    return row(*parts)


def waiting_note(campaigns: Sequence[CampaignView], caller: str) -> Row:
    """Return that requests of others wait for somebody to confirm them, nothing where none does."""
    there = [
        campaign
        for campaign in campaigns
        if any(one["requested_by"] != caller for one in campaign.rescissions)
    ]
    count = sum(one["requested_by"] != caller for campaign in there for one in campaign.rescissions)
    if not count:
        return ()
    where = there[0].id if len(there) == 1 else plural(len(there), "campaign")
    return row(
        Piece("↶ ", Role.WARN),
        say(plural(count, "request"), Role.WARN),
        f" to take a signed decision back in {where}: ",
        say("2", Role.KEY),
        ", then ",
        say("R", Role.KEY),
        " to confirm.",
    )
