"""The words and glyphs of the screen: each state has one of both, and a role that repeats it."""

from collections.abc import Mapping

from recert.campaigns.views import Caller, Strength, Verdict
from recert.text import visible
from recert.tui.text import Piece, Role, cut, say

VERDICTS: Mapping[Verdict, tuple[str, str, Role]] = {
    Verdict.ATTEST: ("✓", "attest", Role.GOOD),
    Verdict.ATTEST_UNTIL: ("◷", "until", Role.GOOD),
    Verdict.REDUCE: ("◐", "narrow", Role.WARN),
    Verdict.REVOKE: ("✗", "revoke", Role.BAD),
    Verdict.EXCEPTION: ("◊", "except", Role.WARN),
    Verdict.ABSTAIN: ("–", "abstain", Role.MUTED),
    Verdict.NO_RESPONSE: ("○", "no reply", Role.MUTED),
}

_LEVELS: Mapping[str, tuple[str, str, Role]] = {
    "permissions management": ("◆", "perms", Role.BAD),
    "write": ("▲", "write", Role.WARN),
    "tagging": ("◇", "tag", Role.WARN),
    "read": ("●", "read", Role.PLAIN),
    "list": ("○", "list", Role.MUTED),
}

DELTAS: Mapping[str, str] = {
    "new": "new",
    "changed": "changed since the last signature",
    "unchanged": "unchanged since the last signature",
    "removed": "no longer there",
}

_KINDS: Mapping[str, tuple[str, str, Role]] = {
    "attachment": ("■", "policy", Role.PLAIN),
    "trust": ("◆", "trust", Role.BAD),
    "invoker": ("►", "invoker", Role.WARN),
    "integration": ("◉", "tool", Role.PLAIN),
    "stewardship": ("◎", "owner", Role.PLAIN),
    "unread": ("?", "unread", Role.BAD),
}

_SUGGESTIONS: Mapping[str, tuple[str, Role]] = {
    "attest": ("keep", Role.GOOD),
    "reduce": ("narrow", Role.WARN),
    "revoke": ("revoke", Role.BAD),
    "look": ("look", Role.MUTED),
}

_SEVERITIES: Mapping[str, tuple[str, Role]] = {
    "critical": ("◆", Role.BAD),
    "high": ("▲", Role.BAD),
    "medium": ("◇", Role.WARN),
    "low": ("○", Role.MUTED),
}

_STRENGTHS: Mapping[Strength, str] = {
    Strength.SSH: "proved by SSH key",
    Strength.STS: "verified by AWS",
    Strength.OS: "claimed, not proved",
}

_NAME = 40
"""Cells that a name takes at most in the line of the place."""

_STATES: Mapping[str, tuple[str, Role]] = {
    "draft": ("○", Role.MUTED),
    "preparing": ("○", Role.MUTED),
    "prepare_failed": ("✗", Role.BAD),
    "staged": ("◌", Role.MUTED),
    "active": ("●", Role.ACCENT),
    "reviewed": ("◐", Role.WARN),
    "remediating": ("◑", Role.WARN),
    "verified": ("✓", Role.GOOD),
    "closed": ("✓", Role.GOOD),
    "cancelled": ("–", Role.MUTED),
}


_TAKEN_BACK: Mapping[str, str] = {"requested": "↶ back?", "confirmed": "↶ back"}
"""What stands in place of a signed verdict that is to be, or was, taken back."""


def verdict_mark(
    verdict: Verdict | None, *, saving: bool = False, signed: bool = False, rescission: str = ""
) -> Piece:
    """Return glyph and word of a verdict; `…` while it is being stored, `§` once it is signed."""
    if rescission in _TAKEN_BACK:
        return Piece(_TAKEN_BACK[rescission], Role.WARN)
    if verdict is None:
        return Piece("·", Role.MUTED)
    glyph, word, role = VERDICTS[verdict]
    if saving:
        return Piece(f"… {word}", role)
    return Piece(f"{'§' if signed else glyph} {word}", role)


def level_mark(kind: str, level: str, *, privileged: bool) -> Piece:
    """Return glyph and word of what an item lets an agent do."""
    if kind in _KINDS:
        glyph, word, role = _KINDS[kind]
        return Piece(f"{glyph} {word}", role)
    key = level.casefold().replace("_", " ").replace("-", " ")
    if key not in _LEVELS:
        return Piece("? unknown" if not level else f"? {say(level).text}", Role.WARN)
    glyph, word, role = _LEVELS[key]
    return Piece(f"{glyph} {word}", Role.BAD if privileged else role)


def level_word(key: str) -> str:
    """Return an access level, or `privileged`, as the name of a group."""
    return {"privileged": "privileged: needs a second person or a rationale"}.get(key, key.lower())


def suggestion(verdict: str) -> Piece:
    """Return the word of what the evidence suggests."""
    if verdict in _SUGGESTIONS:
        word, role = _SUGGESTIONS[verdict]
        return Piece(word, role)
    return say(verdict, Role.MUTED)


def severity(name: str) -> Piece:
    """Return glyph and word of a severity."""
    glyph, role = _SEVERITIES.get(name, ("?", Role.WARN))
    return Piece(f"{glyph} {say(name).text}", role)


def state(name: str) -> Piece:
    """Return glyph and word of the state of a campaign."""
    glyph, role = _STATES.get(name, ("?", Role.WARN))
    return Piece(f"{glyph} {say(name.replace('_', ' ')).text}", role)


def who(caller: Caller) -> tuple[Piece, ...]:
    """Return who the caller is and how strongly that is known."""
    role = Role.WARN if caller.strength is Strength.OS else Role.GOOD
    parts = (say(cut(visible(caller.id), _NAME), Role.STRONG), Piece(" · ", Role.MUTED))
    return (*parts, Piece(_STRENGTHS[caller.strength], role))


def strength_words(strength: Strength) -> str:
    """Return how strongly it is known who somebody is, in words."""
    return _STRENGTHS[strength]
