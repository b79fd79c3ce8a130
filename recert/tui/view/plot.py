"""A burn-down in one line of blocks: what was open on each part of the way to the due date."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from recert.tui.text import Piece, Role, Row, say

_BLOCKS = " ▁▂▃▄▅▆▇█"
_LEAST = timedelta(minutes=1)


def burn_down(
    total: int,
    decided: Sequence[datetime],
    start: datetime,
    due: datetime,
    *,
    now: datetime,
    width: int,
) -> Row:
    """Return the line: a full block where all was open, none where nothing was; dots for the future.

    `decided` are the instants of the decisions in force. The line reaches from `start` to `due`,
    or to `now` where that is over.
    """
    if total <= 0 or width <= 0:
        return ()
    end = max(due, now)
    step = max((end - start) / width, _LEAST)
    parts: list[Piece] = []
    for at in range(width):
        instant = start + step * (at + 1)
        if instant - step > now:
            parts.append(Piece("·", Role.RULE))
            continue
        left = total - sum(when <= instant for when in decided)
        level = -(-max(0, left) * (len(_BLOCKS) - 1) // total)
        late = instant > due and left > 0
        parts.append(Piece(_BLOCKS[level], Role.BAD if late else Role.ACCENT))
    return tuple(parts)


def captions(total: int, left: int, width: int) -> Row:
    """Return what the ends of the line mean."""
    first = f"{total} at the opening"
    last = f"{left} open now"
    gap = max(1, width - len(first) - len(last))
    return (say(first + " " * gap + last, Role.MUTED),)
