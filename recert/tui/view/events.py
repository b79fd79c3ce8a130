"""Lifecycle events: what changed, before and after."""

from collections.abc import Mapping

from recert.tui.ports import Facts
from recert.tui.text import Piece, Role, Row, fit, name, row, say, width_of
from recert.tui.view.facts import as_map, differences, field, heading, short, tree
from recert.tui.view.when import moment, stamp
from recert.tui.view.words import severity

_WHEN = 11
_OPENED = 10
_KIND = 24
_SHORT_AGENT = 12
_SEVERITY = 11
_LIVE = 5


def agent_name(event: Facts, names: Mapping[str, str]) -> str:
    """Return the name of the agent that an event is about."""
    arn = str(event.get("agent") or "")
    return names.get(arn) or str(event.get("agent_name") or "") or arn or "no agent"


def event_row(event: Facts, width: int, names: Mapping[str, str]) -> Row:
    """Return the line of an event."""
    gap = Piece(" ", Role.PLAIN)
    live = Piece("live", Role.BAD) if event.get("live") else Piece("draft", Role.MUTED)
    head = (
        gap,
        fit(say(moment(event.get("detected_at"))[5:], Role.MUTED), _WHEN),
        gap,
        fit(severity(str(event.get("severity") or "")), _SEVERITY),
        gap,
        fit(live, _LIVE),
        gap,
    )
    campaign = event.get("campaign")
    opened = say(f"→ {campaign}", Role.ACCENT) if campaign else Piece("", Role.PLAIN)
    room = max(12, width - width_of(head) - _OPENED - 1)
    what = _what_width(room)
    kind = fit(say(event.get("kind") or ""), what)
    agent = fit(say(agent_name(event, names), Role.MUTED), room - what - 1)
    return (*head, kind, gap, agent, gap, fit(opened, _OPENED))


def _what_width(room: int) -> int:
    """Return the cells for the kind of an event: as many as the longest takes, half of them at least."""
    return max(room // 2, min(_KIND, room - _SHORT_AGENT))


def event_heading(width: int) -> Row:
    """Return the heading over the events."""
    head = (
        " "
        + "when (UTC)".ljust(_WHEN)
        + " "
        + "severity".ljust(_SEVERITY)
        + " "
        + "reach".ljust(_LIVE)
        + " "
    )
    room = max(12, width - len(head) - _OPENED - 1)
    what = _what_width(room)
    told = "what".ljust(what) + " " + "agent".ljust(room - what - 1) + " opened"
    return row(say(head + told, Role.RULE))


def event_detail(event: Facts, names: Mapping[str, str]) -> list[Row]:
    """Return an event with the values that differ."""
    live = "reaches what runs" if event.get("live") else "the draft only; nothing that runs"
    lines: list[Row] = [
        row(say(event.get("kind") or "", Role.TITLE)),
        row(severity(str(event.get("severity") or "")), "  ", say(live, Role.MUTED)),
        (),
        field("agent", name(agent_name(event, names), Role.STRONG)),
        field("noticed", stamp(event.get("detected_at"))),
    ]
    if event.get("subject"):
        lines.append(field("thing", name(short(event["subject"]))))
    if event.get("how"):
        lines.append(field("how known", short(event["how"])))
    opened = event.get("campaign")
    lines.append(
        field(
            "opened",
            row(say(opened, Role.ACCENT)) if opened else row(say("no campaign", Role.MUTED)),
        )
    )
    differing = differences(event.get("before"), event.get("after"))
    if differing:
        lines += [(), heading("Before and after"), *(row("  ") + line for line in differing)]
    elif as_map(event.get("after")):
        lines += [(), heading("Now"), *tree(event["after"], depth=1)]
    return lines
