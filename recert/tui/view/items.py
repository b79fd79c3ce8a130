"""One line for each item of a review, the heading over them, a bar and a rule."""

from dataclasses import dataclass

from recert.campaigns.views import ItemLine
from recert.tui.text import Piece, Role, Row, fit, fit_row, row, say, width_of
from recert.tui.view.words import level_mark, suggestion, verdict_mark

_WIDE = 96
_SPACIOUS = 124
_VERDICT = 9
_LEVEL = 9
_DELTA = 5
_DELTA_WIDE = 9
_USE = 7
_USE_WIDE = 12
_ADVICE = 6
_AGENT = 20
_NARROW = 60
"""Below this an item is told in its own words only."""

_DELTAS = {"unchanged": "same", "changed": "diff", "removed": "gone"}
_USES = {"used": Role.GOOD, "unused": Role.WARN, "unknown": Role.MUTED}


@dataclass(frozen=True, slots=True)
class Look:
    """How an item's line differs from what is stored: marked, or its decision still on the way."""

    marked: bool = False
    saving: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a list of items, in cells; a column of no width is not there.

    `title` tells an item in words, `action` and `resource` as a policy writes it; where `title` has
    no width, items that are no permission are told in words across both.
    """

    title: int
    action: int
    resource: int
    agent: int
    delta: int
    use: int
    advice: int


def layout(width: int, *, with_agent: bool, words: bool) -> Layout:
    """Return the columns for a list of `width` cells."""
    wide = width >= _WIDE
    agent = _AGENT if with_agent and wide else 0
    delta = _DELTA_WIDE if wide else _DELTA
    use = (_USE_WIDE if wide else _USE) if width >= _NARROW else 0
    taken = sum(column + 1 for column in (agent, delta, use, _ADVICE) if column)
    room = max(8, width - 3 - _VERDICT - _LEVEL - taken)
    if words or width < _NARROW:
        return Layout(room, 0, 0, agent, delta, use, _ADVICE)
    title = room * 2 // 5 if width >= _SPACIOUS else 0
    left = room - title - (1 if title else 0)
    action = (left - 1) * 3 // 5
    return Layout(title, action, left - 1 - action, agent, delta, use, _ADVICE)


def item_row(line: ItemLine, columns: Layout, look: Look) -> Row:
    """Return the line of an item."""
    gap = Piece(" ", Role.PLAIN)
    mark = Piece("▌" if look.marked else " ", Role.LIT)
    signed = line.state == "signed_off"
    shown = verdict_mark(
        line.verdict, saving=look.saving, signed=signed, rescission=line.rescission
    )
    verdict = fit(shown, _VERDICT)
    level = fit(level_mark(line.kind, line.level, privileged=line.privileged), _LEVEL)
    parts: list[Piece] = [mark, verdict, gap, level, gap, *_what(line, columns)]
    if columns.agent:
        parts += [gap, fit(say(line.agent_name, Role.MUTED), columns.agent)]
    delta_role = Role.MUTED if line.delta == "unchanged" else Role.ACCENT
    delta = _DELTAS.get(line.delta, line.delta) if columns.delta == _DELTA else line.delta
    parts += [gap, fit(say(delta, delta_role), columns.delta)]
    if columns.use:
        parts += [gap, fit(use_mark(line.used, short=columns.use == _USE), columns.use)]
    return (*parts, gap, fit(suggestion(line.recommendation.verdict), columns.advice))


def _what(line: ItemLine, columns: Layout) -> list[Piece]:
    role = Role.MUTED if line.verdict else Role.PLAIN
    gap = Piece(" ", Role.PLAIN)
    if not columns.action:
        return [fit(say(line.title, role), columns.title, middle=True)]
    parts = [fit(say(line.title, role), columns.title), gap] if columns.title else []
    if not line.action and not columns.title:
        room = columns.action + 1 + columns.resource
        return [*parts, fit(say(line.title, role), room, middle=True)]
    action = fit(say(line.action, Role.MUTED if columns.title else role), columns.action)
    return [*parts, action, gap, fit(say(near(line.resource), Role.MUTED), columns.resource)]


def near(resource: str) -> str:
    """Return what tells a resource from others: an ARN without partition, region and account."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":  # noqa: PLR2004 - the parts of an ARN
        return resource
    return parts[5]


def use_mark(used: str, *, short: bool) -> Piece:
    """Return whether a permission was used, and on which day where there is room for it."""
    state, _, day = used.partition(" ")
    role = _USES.get(state, Role.MUTED)
    return say(state if short or not day else f"{state} {day[5:]}", role) if state else say("")


def item_heading(columns: Layout) -> Row:
    """Return the heading over the lines of items."""
    told = (("permission", columns.title), ("action", columns.action), ("on", columns.resource))
    tail = (
        ("agent", columns.agent),
        ("delta", columns.delta),
        ("use", columns.use),
        ("advice", columns.advice),
    )
    words = [("", 0), ("verdict", _VERDICT), ("level", _LEVEL), *told, *tail]
    shown = [word.ljust(cells) for word, cells in words if cells]
    return (Piece(" ", Role.PLAIN), Piece(" ".join(shown), Role.RULE))


def bar(done: int, total: int, width: int) -> Row:
    """Return a bar that is full when everything is done, and never before."""
    if total <= 0:
        return (Piece("─" * width, Role.RULE),)
    full = done * width // total
    return (Piece("━" * full, Role.GOOD), Piece("─" * (width - full), Role.RULE))


def rule(title: str, width: int) -> Row:
    """Return a thin line with a title in it."""
    head = row(Piece("── ", Role.RULE), say(title, Role.TITLE), Piece(" ", Role.PLAIN))
    cutoff = fit_row(head, min(width, width_of(head)))
    return (*cutoff, Piece("─" * max(0, width - width_of(cutoff)), Role.RULE))
