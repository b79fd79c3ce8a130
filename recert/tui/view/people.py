"""Who else an item concerns: earlier stages, agents that share it, and a request to take it back."""

from collections.abc import Mapping, Sequence
from typing import Any

from recert.campaigns.views import CampaignView, DecisionView, ItemView, Verdict
from recert.text import plural
from recert.tui.text import Piece, Role, Row, name, row, say
from recert.tui.view.facts import as_list, as_map, field, heading, short
from recert.tui.view.when import day, stamp
from recert.tui.view.words import VERDICTS

_RELATIONS = (
    ("is_owner", "owns the agent"),
    ("is_creator", "created it"),
    ("is_last_changer", "changed it last"),
    ("can_assume_role", "can assume the role"),
)
_TAKES = frozenset({"revoke", "reduce"})
_LABEL = 16
_TAKEN_BACK = {
    "requested": ("To be taken back?", "waits for a second person; R"),
    "confirmed": ("Taken back", "it has no effect any more"),
    "withdrawn": ("Was to be taken back", "withdrawn: it stands as signed"),
}


def decision_rows(decision: DecisionView) -> list[Row]:
    """Return a decision whole: the verdict, who took it and when, and what it rests on and comes to."""
    glyph, word, role = VERDICTS[decision.verdict]
    by = f"  {decision.decided_by}, {stamp(decision.decided_at)}"
    lines = [row(say(f"{glyph} {word}", role), say(by, Role.MUTED))]
    if decision.consequence:
        lines.append(row(say(f"  nobody answered; that means {decision.consequence}", Role.WARN)))
    lines += _independence(decision)
    if decision.rationale:
        lines.append(row(say(f"  “{decision.rationale}”")))
    if decision.until is not None:
        lines.append(row(say(f"  until {day(decision.until)}")))
    kept = (*decision.reduce_to, *decision.reduce_resources)
    if kept:
        lines.append(row(say("  to "), say(", ".join(kept), Role.CODE)))
    if decision.control:
        lines.append(
            row(say(f"  control: {decision.control}; approver: {decision.approver or 'nobody'}"))
        )
    lines += [
        row(say("  ▲ also taken from ", Role.WARN), *name(_agent(as_map(one))))
        for one in decision.breaks
    ]
    return lines


def _independence(decision: DecisionView) -> list[Row]:
    if decision.independent is None:
        return [row(say("  independence unknown, which is no pass", Role.MUTED))]
    if decision.independent:
        return []
    known = decision.independence
    why = [words for key, words in _RELATIONS if known.get(key) is True]
    reason = ", ".join(why) or "nobody else was known"
    return [row(say(f"  not independent: the decider {reason}", Role.WARN))]


def earlier_stages(view: ItemView) -> list[Row]:
    """Return the answers of the stages before, and that one is hidden where it is."""
    if not view.answers:
        return []
    lines = [heading("Answers of the stages")]
    for place, answer in enumerate(view.answers, start=1):
        if answer is None:
            hidden = say("hidden until this stage is over", Role.MUTED)
            lines.append(row(f"  stage {place}  ", hidden))
            continue
        first, *rest = decision_rows(answer)
        lines += [(*row(f"  stage {place}  "), *first), *(row("    ") + line for line in rest)]
    return lines


def linked(view: ItemView) -> list[Row]:
    """Return the agents that act with the same role, and what was decided for them."""
    if not view.links:
        return []
    note = "what is taken from one is taken from all"
    lines = [heading("Agents that share it", note)]
    return lines + [
        row("  ", *name(_agent(link), Role.STRONG), *_said(link))
        for link in map(as_map, view.links)
    ]


def _agent(link: Mapping[str, Any]) -> str:
    return str(link.get("agent_name") or link.get("agent") or "")


def _said(link: Mapping[str, Any]) -> Row:
    if link.get("item") is None:
        return row(say("  nobody is asked about it now", Role.MUTED))
    verdict = link.get("verdict")
    if verdict not in set(Verdict):
        return row(say(f"  {short(link.get('reviewer') or 'nobody')} is asked", Role.MUTED))
    glyph, word, role = VERDICTS[Verdict(str(verdict))]
    how = "signed by" if link.get("signed") else "decided by"
    alarm = row(say("  ▲ it goes here, too", Role.WARN)) if verdict in _TAKES else ()
    by = say(f" {how} {short(link.get('decided_by'))}", Role.MUTED)
    return (Piece("  ", Role.PLAIN), say(f"{glyph} {word}", role), by, *alarm)


def taken_back(view: ItemView) -> list[Row]:
    """Return the request to take a signed decision back, and whether it was confirmed."""
    asked = as_map(view.rescission)
    if not asked:
        return []
    who = f"{short(asked.get('requested_by'))}, {stamp(asked.get('requested_at'))}"
    lines = [heading(*_TAKEN_BACK.get(str(asked["state"]), ("To be taken back", "")))]
    lines.append(field("asked by", who, width=_LABEL))
    if asked.get("rationale"):
        lines.append(field("why", f"“{asked['rationale']}”", width=_LABEL))
    if asked.get("confirmed_by"):
        lines.append(field("confirmed by", short(asked["confirmed_by"]), width=_LABEL))
    if asked.get("successor"):
        lines.append(field("asked again in", short(asked["successor"]), width=_LABEL))
    return lines


def waiting_rows(campaign: CampaignView) -> list[Row]:
    """Return the requests of a campaign that wait for a second person, nothing where there are none."""
    if not campaign.rescissions:
        return []
    note = row(say("R", Role.KEY), say(" confirms or withdraws", Role.MUTED))
    count = plural(len(campaign.rescissions), "signed decision")
    lines: list[Row] = [(*heading(f"{count} to be taken back?"), *row("  "), *note)]
    for one in campaign.rescissions:
        lines.append(row(Piece("  ↶ ", Role.WARN), say(short(one.get("title")))))
        by = say(f"    {short(one.get('requested_by'))}: ", Role.MUTED)
        lines.append(row(by, say(f"“{short(one.get('rationale'))}”")))
    return [*lines, ()]


def stage_rows(campaign: CampaignView) -> list[Row]:
    """Return the stages of a campaign, and how many items are in each; nothing where there is one."""
    stages = as_map(campaign.stages)
    count = stages.get("count") or 1
    if not isinstance(count, int) or count < 2:  # noqa: PLR2004 - one stage is no staging
        return []
    note = ", ".join(
        part
        for part in (str(stages.get("strategy") or ""), "blind" * bool(stages.get("blind")))
        if part
    )
    lines = [heading(f"{count} stages", note)]
    lines += [
        row(say(f"  {number:>6,}  ", Role.STRONG), say(f"in stage {place}"))
        for place, number in as_map(stages.get("items")).items()
    ]
    return [*lines, ()]


def delegation_rows(delegations: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return who stands in for whom."""
    if not delegations:
        return []
    lines = [heading("Standing in", plural(len(delegations), "delegation"))]
    for one in map(as_map, as_list(delegations)):
        role = Role.PLAIN if one.get("holds") else Role.MUTED
        lines.append(
            row(
                say(f"  {short(one.get('delegate'))} for {short(one.get('reviewer'))}", role),
                say(f"  until {day(one.get('valid_until'))}", Role.MUTED),
            )
        )
    return [*lines, ()]
