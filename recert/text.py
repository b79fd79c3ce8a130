"""The one place where text that we did not write becomes text that a person may see.

Names, descriptions, tags and policies come from AWS, and whoever can create a resource chooses
them. Everything that a terminal or a reader could take for more than a letter is shown as its
code point; the raw value stays in the store, the ledger and the JSON.
"""

import unicodedata

# Letters of every script stay readable. What moves the cursor, reorders, joins, hides or cannot be
# seen does not; combining marks stay only on a base letter (see `visible`).
_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_MARKS = {"Mn", "Me", "Mc"}
_MAX_MARKS = 3


def _picture(char: str) -> str:
    return f"‹U+{ord(char):04X}›"


def visible(text: str, *, limit: int | None = None, lines: bool = False) -> str:
    """Return `text` with every invisible, reordering or control character written as `‹U+XXXX›`.

    At most three combining marks stay on one letter. `lines` keeps line feeds (and nothing else);
    `limit` cuts after so many characters and says how many there were. Idempotent on its output.
    """
    if text.isascii() and text.isprintable() and (limit is None or len(text) <= limit):
        return text
    cut = text if limit is None or len(text) <= limit else text[:limit]
    parts: list[str] = []
    marks = _MAX_MARKS
    for char in cut:
        if char == "\n" and lines:
            parts.append(char)
            marks = _MAX_MARKS
            continue
        category = unicodedata.category(char)
        if category in _MARKS:
            marks += 1
            parts.append(char if marks <= _MAX_MARKS else _picture(char))
            continue
        if category in _HIDDEN or (category == "Zs" and char != " "):
            parts.append(_picture(char))
            marks = _MAX_MARKS
            continue
        parts.append(char)
        marks = 0 if category[0] in "LN" else _MAX_MARKS
    if len(cut) < len(text):
        parts.append(f"… ({len(text):,} characters)")
    return "".join(parts)


def is_suspicious_identifier(text: str) -> bool:
    """Tell whether an identifier that AWS keeps to ASCII holds anything else, as look-alikes do."""
    return not (text.isascii() and text.isprintable())


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: `1 agent`, `2 agents`, `1,204 entries`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
