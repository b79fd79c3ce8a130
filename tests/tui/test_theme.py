import pytest

from recert.tui.text import Role
from recert.tui.theme import MONO, PALETTES, Palette, Surface, contrast, style_of, textual_theme

COLOURED = [palette for palette in PALETTES.values() if palette.name != MONO]


@pytest.mark.parametrize("palette", COLOURED, ids=lambda p: p.name)
@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_readable_on_every_surface(
    palette: Palette, surface: Surface, role: Role
) -> None:
    assert contrast(*palette.colours(role, surface)) >= 4.5


def test_the_contrast_of_black_and_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0


@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize("role", list(Role))
def test_the_look_without_colour_has_none(surface: Surface, role: Role) -> None:
    style = style_of(PALETTES[MONO], role, surface)
    assert style.color is None
    assert style.bgcolor is None


def test_the_cursor_is_told_apart_without_colour() -> None:
    styles = {str(style_of(PALETTES[MONO], Role.PLAIN, surface)) for surface in Surface}
    assert len(styles) >= 4


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda p: p.name)
def test_textual_takes_every_look(palette: Palette) -> None:
    assert textual_theme(palette).to_color_system().generate()
