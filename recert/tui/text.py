"""Lines of the screen as plain data: pieces of sanitised text, each with the role that it plays.

Every widget of this room draws from these and from nothing else, so that text from AWS has one
way to the screen. Nothing here is markup and nothing is parsed: a bracket is a bracket.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from recert.text import is_suspicious_identifier, visible

LONGEST = 4_000
"""Characters of one foreign value that are ever put on the screen."""


class Role(StrEnum):
    """What a piece of text means; the theme decides how that looks."""

    PLAIN = "plain"
    MUTED = "muted"
    STRONG = "strong"
    TITLE = "title"
    ACCENT = "accent"
    KEY = "key"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    CODE = "code"
    ADDED = "added"
    GONE = "gone"
    LIT = "lit"
    BADGE = "badge"
    TAB = "tab"
    RULE = "rule"


class Piece(NamedTuple):
    """A run of text in one role; made by `say` only."""

    text: str
    role: Role


Row = tuple[Piece, ...]
"""One line of the screen, before it is cut to a width."""


def say(text: object, role: Role = Role.PLAIN) -> Piece:
    """Make a piece of any value; what a terminal could take for more than a letter becomes visible."""
    return Piece(visible(str(text), limit=LONGEST), role)


def row(*pieces: Piece | str) -> Row:
    """Make a line of pieces; a bare string plays the plain role."""
    return tuple(piece if isinstance(piece, Piece) else say(piece) for piece in pieces)


def name(text: str, role: Role = Role.PLAIN) -> Row:
    """Make a line of an identifier, flagged where it holds letters that AWS would not put there."""
    if is_suspicious_identifier(text):
        return (say(text, role), Piece(" ", Role.PLAIN), Piece("▲ not plain ASCII", Role.WARN))
    return (say(text, role),)


def width_of(line: Iterable[Piece]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def plain(line: Iterable[Piece]) -> str:
    """Return the text of a line without its roles."""
    return "".join(piece.text for piece in line)


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else "…"[:width]


def cut_middle(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, keeping both ends; for ARNs and paths."""
    if cell_len(text) <= width or width < 8:  # noqa: PLR2004 - below this both ends say nothing
        return cut(text, width)
    tail = (width - 1) // 2
    end = text[-tail:]
    while cell_len(end) > tail:
        end = end[1:]
    return set_cell_size(text, width - 1 - cell_len(end)).rstrip() + "…" + end


def fit(piece: Piece, width: int, *, right: bool = False, middle: bool = False) -> Piece:
    """Return the piece in exactly `width` cells."""
    text = (cut_middle if middle else cut)(piece.text, width)
    pad = " " * (width - cell_len(text))
    return Piece(pad + text if right else text + pad, piece.role)


def fit_row(line: Row, width: int) -> Row:
    """Return the line in exactly `width` cells."""
    left = width
    parts: list[Piece] = []
    for piece in line:
        size = cell_len(piece.text)
        if size > left:
            parts.append(Piece(cut(piece.text, left), piece.role))
            left -= cell_len(parts[-1].text)
            break
        parts.append(piece)
        left -= size
    if left > 0:
        parts.append(Piece(" " * left, Role.PLAIN))
    return tuple(parts)


def spread(left: Row, right: Row, width: int, *, keep_right: bool = True) -> Row:
    """Put one line at the left and one at the right edge; the right one survives a narrow screen."""
    size = width_of(right)
    if not keep_right and size + width_of(left) + 1 > width:
        return fit_row(left, width)
    room = max(0, width - size - 1)
    return (*fit_row(left, room), Piece(" ", Role.PLAIN), *right)


def _words(line: Row) -> Iterator[Piece]:
    for piece in line:
        word = ""
        for char in piece.text:
            word += char
            if char == " ":
                yield Piece(word, piece.role)
                word = ""
        if word:
            yield Piece(word, piece.role)


def _chop(piece: Piece, first: int, width: int) -> Iterator[Piece]:
    text = ""
    left = first
    for char in piece.text:
        size = cell_len(char)
        if size > left:
            yield Piece(text, piece.role)
            text, left = "", width
        text += char
        left -= size
    yield Piece(text, piece.role)


def wrap(line: Row, width: int, *, indent: int = 0) -> list[Row]:
    """Break a line at spaces into lines of at most `width` cells, the later ones indented."""
    if width_of(line) <= width:
        return [line]
    width = max(width, 4)
    indent = indent if indent < width // 2 else 0
    lines: list[list[Piece]] = [[]]
    used = 0
    for word in _words(line):
        size = cell_len(word.text.rstrip())
        if used > indent and used + size > width and size <= width - indent:
            lines.append([Piece(" " * indent, Role.PLAIN)] if indent else [])
            used = indent
        if used + size > width:
            *full, last = _chop(word, width - used, width - indent)
            for part in full:
                lines[-1].append(part)
                lines.append([Piece(" " * indent, Role.PLAIN)] if indent else [])
                used = indent
            word = last  # noqa: PLW2901 - the rest of the same word goes on
        lines[-1].append(word)
        used += cell_len(word.text)
    return [_without_tail(parts) for parts in lines]


def _without_tail(parts: list[Piece]) -> Row:
    while parts:
        *parts, last = parts
        text = last.text.rstrip(" ")
        if text:
            return (*parts, Piece(text, last.role))
    return ()
