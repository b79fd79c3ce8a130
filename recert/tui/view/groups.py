"""The lines over groups of items, and the words for what items have in common."""

from recert.campaigns.views import Group
from recert.text import plural
from recert.tui.text import Piece, Role, Row, cut, row, say, spread, width_of
from recert.tui.view.words import DELTAS, level_word

GROUPINGS = ("risk", "service", "policy", "delta", "")
"""In the order in which one key goes through them; empty is the order of the review."""

_WHY = {
    "risk": "the gravest first; inside, what nothing explains and what is new comes first",
    "service": "the service with the most pressing item first",
    "policy": "the policy with the most pressing item first",
    "delta": "what is new or changed first; what is unchanged is never attested by itself",
    "": "unexplained, new and risky first",
}
_NONE = {
    "risk": "connections, owner, who may invoke",
    "service": "no service: owner, policies of AWS",
    "policy": "no policy: trust, connections, owner, who may invoke",
}


def grouping_words(by: str) -> Row:
    """Return by what items are grouped, and in which order the groups stand."""
    name = (say(by, Role.STRONG), Piece(": ", Role.PLAIN)) if by else ()
    return (*name, say(_WHY.get(by, "")))


def group_name(by: str, key: str) -> str:
    """Return what a person calls a group."""
    if not key:
        return _NONE.get(by, "the others")
    if by == "risk":
        return level_word(key)
    return DELTAS.get(key, key) if by == "delta" else key


def group_row(by: str, group: Group, width: int, *, folded: bool) -> Row:
    """Return the line over a group: its name, how many items, how many of them are undecided."""
    done = group.items - group.pending
    counted = (
        say(f"{plural(group.items, 'item')} · ", Role.MUTED),
        Piece("✓ all decided", Role.GOOD)
        if not group.pending
        else say(f"{done} decided" if done else "none decided", Role.MUTED),
        Piece(" ", Role.PLAIN),
    )
    room = max(4, width - width_of(counted) - 4)
    mark = Piece(" ▸ " if folded else " ▾ ", Role.ACCENT)
    name = say(cut(say(group_name(by, group.key)).text, room), Role.TITLE)
    return spread((mark, name), counted, width)


def group_card(by: str, group: Group) -> list[Row]:
    """Return what is said of a folded group in the place of evidence."""
    return [
        row(say(group_name(by, group.key), Role.TITLE)),
        (),
        row(say(plural(group.items, "item")), f", {group.pending} of them undecided."),
        row(say("z", Role.KEY), " opens the group, ", say("Z", Role.KEY), " opens every group."),
    ]
