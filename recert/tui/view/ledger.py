"""The ledger as rows."""

from recert.tui.ports import LedgerEntry
from recert.tui.text import Piece, Role, Row, fit, row, say, width_of
from recert.tui.view.facts import field, heading, tree
from recert.tui.view.when import moment, stamp

_SEQ = 7
_WHEN = 16
_TYPE = 26
_CAMPAIGN = 9


def entry_row(entry: LedgerEntry, width: int) -> Row:
    """Return the line of an entry."""
    gap = Piece(" ", Role.PLAIN)
    head = (
        gap,
        fit(say(f"{entry.seq:,}", Role.STRONG), _SEQ, right=True),
        gap,
        gap,
        fit(say(moment(entry.at), Role.MUTED), _WHEN),
        gap,
        fit(say(entry.type), _TYPE),
        gap,
    )
    room = max(_CAMPAIGN + 4, width - width_of(head))
    who = fit(say(entry.actor, Role.MUTED), room - _CAMPAIGN - 1)
    return (*head, who, gap, fit(say(entry.campaign or "", Role.MUTED), _CAMPAIGN))


def entry_heading(width: int) -> Row:
    """Return the heading over the entries."""
    head = (
        " "
        + "entry".rjust(_SEQ)
        + "  "
        + "when (UTC)".ljust(_WHEN)
        + " "
        + "what".ljust(_TYPE)
        + " "
    )
    room = max(_CAMPAIGN + 4, width - len(head))
    return row(say(head + "who".ljust(room - _CAMPAIGN) + "campaign".ljust(_CAMPAIGN), Role.RULE))


def entry_detail(entry: LedgerEntry) -> list[Row]:
    """Return an entry whole."""
    return [
        row(say(entry.type, Role.TITLE), say(f"  entry {entry.seq:,}", Role.MUTED)),
        (),
        field("when", stamp(entry.at)),
        field("who", entry.actor),
        field("campaign", entry.campaign or "none"),
        field("hash", row(say(entry.hash, Role.MUTED))),
        (),
        heading("Body"),
        *tree(entry.body, depth=1),
    ]
