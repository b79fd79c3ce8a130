"""How far a review is, in one line: a bar, counts, what is being stored, what is shown, the time left."""

from dataclasses import dataclass
from datetime import datetime

from recert.campaigns.views import CampaignView, Counts
from recert.tui.text import Piece, Role, Row, say, spread
from recert.tui.view.items import bar
from recert.tui.view.when import until

_WIDE = 96
"""From here on the verdicts are counted one by one."""


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


def progress_note(
    *, saving: int, marked: int, mine: bool, undecided: bool, group: str, text: str
) -> Row:
    """Return what is on its way, what is selected, and what the list leaves out."""
    parts: list[Piece] = []
    if saving:
        parts.append(say(f"… saving {saving}", Role.WARN))
    if marked:
        parts.append(say(f"{marked} selected", Role.LIT))
    shown = [word for word, on in (("mine", mine), ("undecided", undecided)) if on]
    if shown:
        parts.append(say(" + ".join(shown), Role.MUTED))
    if group:
        parts.append(say(f"by {group}", Role.MUTED))
    if text:
        parts.append(say(f"/{text}", Role.LIT))
    joined: list[Piece] = []
    for at, part in enumerate(parts):
        joined += [say(" · ", Role.MUTED), part] if at else [part]
    return tuple(joined)
