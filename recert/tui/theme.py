"""recert's own looks: dark, light, and one without any colour.

A palette gives each role a colour that is readable (4.5:1 or better) on each surface. Words and
glyphs carry the meaning; colour only repeats it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from rich.style import Style
from textual.theme import Theme

from recert.tui.text import Role

DARK = "recert-dark"
LIGHT = "recert-light"
MONO = "recert-mono"


class Surface(StrEnum):
    """What a line lies on."""

    BASE = "base"
    PANEL = "panel"
    BAR = "bar"
    CURSOR = "cursor"
    CURSOR_AWAY = "cursor_away"
    MARKED = "marked"


@dataclass(frozen=True, eq=False)
class Palette:
    """One look: a background for each surface, a foreground for each role.

    `on_cursor` holds the foregrounds that the cursor's background needs otherwise.
    """

    name: str
    dark: bool
    surfaces: Mapping[Surface, str] = field(default_factory=dict)
    roles: Mapping[Role, str] = field(default_factory=dict)
    on_cursor: Mapping[Role, str] = field(default_factory=dict)

    def colours(self, role: Role, surface: Surface) -> tuple[str, str]:
        """Return foreground and background as hex; only where the look has colours."""
        if role in _FILLED:
            return self.surfaces[Surface.BASE], self.roles[_FILLED[role]]
        if surface is Surface.CURSOR and role in self.on_cursor:
            return self.on_cursor[role], self.surfaces[surface]
        return self.roles[role], self.surfaces[surface]


_BOLD = {Role.STRONG, Role.TITLE, Role.KEY, Role.BADGE, Role.TAB, Role.LIT}
_FILLED = {Role.BADGE: Role.WARN, Role.TAB: Role.ACCENT}

_DARK = Palette(
    DARK,
    dark=True,
    surfaces={
        Surface.BASE: "#121417",
        Surface.PANEL: "#1a1d21",
        Surface.BAR: "#22252b",
        Surface.CURSOR: "#1b4577",
        Surface.CURSOR_AWAY: "#2e3138",
        Surface.MARKED: "#333026",
    },
    roles={
        Role.PLAIN: "#d3dbe8",
        Role.MUTED: "#93a1b8",
        Role.STRONG: "#f4f7fb",
        Role.TITLE: "#f4f7fb",
        Role.ACCENT: "#85b4ff",
        Role.KEY: "#7fd6cb",
        Role.GOOD: "#8fd6a0",
        Role.WARN: "#f0c674",
        Role.BAD: "#ff9a94",
        Role.CODE: "#c6b6f5",
        Role.ADDED: "#8fd6a0",
        Role.GONE: "#ff9a94",
        Role.LIT: "#ffe0a3",
        Role.RULE: "#8f9bb2",
    },
    on_cursor={Role.MUTED: "#c3d0e4", Role.RULE: "#c3d0e4", Role.ACCENT: "#b5d2ff"},
)

_LIGHT = Palette(
    LIGHT,
    dark=False,
    surfaces={
        Surface.BASE: "#fbfaf7",
        Surface.PANEL: "#f4f2ed",
        Surface.BAR: "#e9e6df",
        Surface.CURSOR: "#cbdff7",
        Surface.CURSOR_AWAY: "#e2e4e6",
        Surface.MARKED: "#fbf0cd",
    },
    roles={
        Role.PLAIN: "#23272e",
        Role.MUTED: "#525d6c",
        Role.STRONG: "#0b1119",
        Role.TITLE: "#0b1119",
        Role.ACCENT: "#0a509b",
        Role.KEY: "#005c53",
        Role.GOOD: "#17602e",
        Role.WARN: "#774700",
        Role.BAD: "#a3201a",
        Role.CODE: "#55369b",
        Role.ADDED: "#17602e",
        Role.GONE: "#a3201a",
        Role.LIT: "#6b3d00",
        Role.RULE: "#56606e",
    },
    on_cursor={Role.MUTED: "#3f4a59", Role.RULE: "#3f4a59"},
)

_MONO = Palette(MONO, dark=True)
PALETTES: Mapping[str, Palette] = {palette.name: palette for palette in (_DARK, _LIGHT, _MONO)}

_MONO_ROLES: Mapping[Role, Style] = {
    Role.MUTED: Style(dim=True),
    Role.RULE: Style(dim=True),
    Role.STRONG: Style(bold=True),
    Role.TITLE: Style(bold=True),
    Role.KEY: Style(bold=True),
    Role.LIT: Style(bold=True, underline=True),
    Role.BADGE: Style(bold=True, reverse=True),
    Role.TAB: Style(bold=True, reverse=True),
    Role.BAD: Style(bold=True),
}
_MONO_SURFACES: Mapping[Surface, Style] = {
    Surface.CURSOR: Style(reverse=True, dim=False),
    Surface.CURSOR_AWAY: Style(underline=True, dim=False),
    Surface.MARKED: Style(italic=True),
}


@lru_cache(maxsize=512)
def style_of(palette: Palette, role: Role, surface: Surface) -> Style:
    """Return how a role looks on a surface."""
    if not palette.surfaces:
        return _MONO_ROLES.get(role, Style()) + _MONO_SURFACES.get(surface, Style())
    foreground, background = palette.colours(role, surface)
    return Style(color=foreground, bgcolor=background, bold=role in _BOLD or None)


def textual_theme(palette: Palette) -> Theme:
    """Return the palette as Textual wants it, for backgrounds, scrollbars and text fields."""
    if not palette.surfaces:
        plain = "ansi_default"
        return Theme(
            name=palette.name,
            primary=plain,
            secondary=plain,
            warning=plain,
            error=plain,
            success=plain,
            accent=plain,
            foreground=plain,
            background=plain,
            surface=plain,
            panel=plain,
            boost=plain,
            ansi=True,
            variables=dict.fromkeys(_VARIABLES, plain) | {"input-cursor-text-style": "reverse"},
        )
    surface, role = palette.surfaces, palette.roles
    return Theme(
        name=palette.name,
        dark=palette.dark,
        primary=role[Role.ACCENT],
        secondary=role[Role.KEY],
        warning=role[Role.WARN],
        error=role[Role.BAD],
        success=role[Role.GOOD],
        accent=role[Role.KEY],
        foreground=role[Role.PLAIN],
        background=surface[Surface.BASE],
        surface=surface[Surface.BASE],
        panel=surface[Surface.PANEL],
        boost=surface[Surface.BAR],
        variables={
            "border": role[Role.ACCENT],
            "border-blurred": role[Role.RULE],
            "bar": surface[Surface.BAR],
            "rule": role[Role.RULE],
            "muted": role[Role.MUTED],
            "scrollbar": surface[Surface.CURSOR_AWAY],
            "scrollbar-hover": role[Role.RULE],
            "scrollbar-active": role[Role.RULE],
            "scrollbar-background": surface[Surface.BASE],
            "scrollbar-background-hover": surface[Surface.BASE],
            "scrollbar-background-active": surface[Surface.BASE],
            "scrollbar-corner-color": surface[Surface.BASE],
            "input-cursor-background": role[Role.PLAIN],
            "input-cursor-foreground": surface[Surface.BASE],
            "input-selection-background": surface[Surface.CURSOR],
            "screen-selection-background": surface[Surface.CURSOR],
        },
    )


_VARIABLES = (
    "ansi-background",
    "ansi-foreground",
    "block-cursor-background",
    "block-cursor-foreground",
    "input-selection-foreground",
    "screen-selection-foreground",
    "border",
    "border-blurred",
    "bar",
    "rule",
    "muted",
    "scrollbar",
    "scrollbar-hover",
    "scrollbar-active",
    "scrollbar-background",
    "scrollbar-background-hover",
    "scrollbar-background-active",
    "scrollbar-corner-color",
    "input-cursor-background",
    "input-cursor-foreground",
    "input-selection-background",
    "screen-selection-background",
)


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast ratio of two hex colours, 1 to 21."""
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]  # noqa: PLR2004 - the constants of the sRGB curve
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
