"""From rows to strips, and the last wall before the terminal."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from recert.tui.text import Row, fit_row
from recert.tui.theme import Palette, Surface, style_of


def paint(line: Row, width: int, palette: Palette, surface: Surface = Surface.BASE) -> Strip:
    """Return a line as a strip of exactly `width` cells."""
    segments = [
        Segment(piece.text, style_of(palette, piece.role, surface))
        for piece in fit_row(line, width)
        if piece.text
    ]
    return Strip(segments, width)


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    return "".join(char if char.isprintable() else _stand_in(char) for char in text)


def _stand_in(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return "�" if cell_len(char) else ""


class ControlWall(LineFilter):
    """Let no character through that a terminal could act on, whoever drew it.

    Our own lines are clean before they get here; this holds for text fields, for pasted text and
    for whatever a later widget draws. Widths stay as they are.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the interface of Textual
        """Replace what is not printable; a line that is clean is returned as it is."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(_clean(text), style, control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def _colourless(style: Style) -> Style:
    return Style(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
    )


class NoColour(LineFilter):
    """Take every colour away and keep bold, dim, underline and reverse."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the interface of Textual
        """Return the segments with attributes only."""
        return [
            Segment(text, _colourless(style) if style else None, control)
            for text, style, control in segments
        ]
