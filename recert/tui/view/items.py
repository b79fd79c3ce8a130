"""One line for each item of a review, and the lines around the list."""

from dataclasses import dataclass
from datetime import datetime

from recert.campaigns.views import CampaignView, Counts, ItemLine
from recert.tui.text import Piece, Role, Row, fit, fit_row, row, say, spread, width_of
from recert.tui.view.when import until
from recert.tui.view.words import level_mark, suggestion, verdict_mark

_WIDE = 96
_VERDICT = 9
_LEVEL = 9
_DELTA = 5
_DELTA_WIDE = 9
_ADVICE = 6
_AGENT = 20


_DELTAS = {"unchanged": "same", "changed": "diff", "removed": "gone"}


@dataclass(frozen=True, slots=True)
class Look:
    """How an item's line differs from what is stored: marked, or its decision still on the way."""

    marked: bool = False
    saving: bool = False
    with_agent: bool = False


def item_row(line: ItemLine, width: int, look: Look) -> Row:
    """Return the line of an item, in `width` cells."""
    mark = Piece("▌" if look.marked else " ", Role.LIT)
    signed = line.state == "signed_off"
    verdict = fit(verdict_mark(line.verdict, saving=look.saving, signed=signed), _VERDICT)
    level = fit(level_mark(line.kind, line.level, privileged=line.privileged), _LEVEL)
    tail: list[Piece] = []
    if look.with_agent and width >= _WIDE:
        tail += [Piece(" ", Role.PLAIN), fit(say(line.agent_name, Role.MUTED), _AGENT)]
    delta_role = Role.MUTED if line.delta == "unchanged" else Role.ACCENT
    wide = width >= _WIDE
    delta = line.delta if wide else _DELTAS.get(line.delta, line.delta)
    tail += [Piece(" ", Role.PLAIN), fit(say(delta, delta_role), _DELTA_WIDE if wide else _DELTA)]
    tail += [Piece(" ", Role.PLAIN), fit(suggestion(line.recommendation.verdict), _ADVICE + 1)]
    room = max(8, width - 3 - _VERDICT - _LEVEL - width_of(tail))
    role = Role.MUTED if line.verdict else Role.PLAIN
    title = fit(say(line.title, role), room, middle=True)
    gap = Piece(" ", Role.PLAIN)
    return (mark, verdict, gap, level, gap, title, *tail)


def item_heading(width: int, *, with_agent: bool) -> Row:
    """Return the heading over the lines of items."""
    tail = [Piece("agent".ljust(_AGENT + 1), Role.RULE)] if with_agent and width >= _WIDE else []
    delta = _DELTA_WIDE if width >= _WIDE else _DELTA
    tail.append(Piece("delta".ljust(delta + 1), Role.RULE))
    tail.append(Piece("advice".ljust(_ADVICE + 1), Role.RULE))
    room = width - 4 - _VERDICT - _LEVEL - width_of(tail)
    words = (
        " ",
        "verdict".ljust(_VERDICT + 1),
        "level".ljust(_LEVEL + 1),
        "permission".ljust(room),
    )
    return (*(Piece(word, Role.RULE) for word in words), Piece(" ", Role.PLAIN), *tail)


def bar(done: int, total: int, width: int) -> Row:
    """Return a bar that is full when everything is done, and never before."""
    if total <= 0:
        return (Piece("─" * width, Role.RULE),)
    full = done * width // total
    return (Piece("━" * full, Role.GOOD), Piece("─" * (width - full), Role.RULE))


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a review is done: of the caller's items, or of everyone's."""

    done: int
    total: int
    whose: str = ""


def progress_row(campaign: CampaignView, share: Share, now: datetime, width: int, note: Row) -> Row:
    """Return how far a review is: a bar, counts by verdict, what is being stored, the time left."""
    counts = campaign.counts
    done, total = share.done, share.total
    parts: list[Piece] = [Piece(" ", Role.PLAIN), *bar(done, total, 14 if width >= _WIDE else 8)]
    parts += [say(f" {done}", Role.STRONG), say(f" of {total}{share.whose} decided", Role.PLAIN)]
    if counts.signed_off:
        parts.append(say(f" · {counts.signed_off} signed", Role.GOOD))
    if width >= _WIDE:
        parts += _by_verdict(counts)
    overdue = campaign.due_at is not None and campaign.due_at < now
    due = say(until(campaign.due_at, now), Role.BAD if overdue else Role.MUTED)
    right = (*note, Piece("  " if note else "", Role.PLAIN), due, Piece(" ", Role.PLAIN))
    return spread(tuple(parts), right, width)


def _by_verdict(counts: Counts) -> list[Piece]:
    named = (
        (counts.attested, "attested", Role.GOOD),
        (counts.reduced, "narrowed", Role.WARN),
        (counts.revoked, "revoked", Role.BAD),
        (counts.excepted, "excepted", Role.WARN),
        (counts.abstained, "abstained", Role.MUTED),
    )
    return [say(f" · {number} {word}", role) for number, word, role in named if number]


def rule(title: str, width: int) -> Row:
    """Return a thin line with a title in it."""
    head = row(Piece("── ", Role.RULE), say(title, Role.TITLE), Piece(" ", Role.PLAIN))
    cutoff = fit_row(head, min(width, width_of(head)))
    return (*cutoff, Piece("─" * max(0, width - width_of(cutoff)), Role.RULE))
