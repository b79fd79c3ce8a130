import pytest

from recert.errors import UsageError
from recert.tui.app import run
from recert.tui.settings import Settings, wants_no_colour


@pytest.mark.parametrize(
    ("environ", "plain"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "vt100"}, True),
    ],
)
def test_colour_is_left_out_where_it_is_unwanted_or_unreadable(
    environ: dict[str, str], *, plain: bool
) -> None:
    assert wants_no_colour(environ) is plain


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"theme": "neon"}, "neon"),
        ({"theme": ["neon"]}, "neon"),
        ({"group": "colour"}, "colour"),
        ({"keymap": []}, "keymap"),
        ({"keymap": {"review.nope": "x"}}, "review.nope"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_anything_is_drawn(
    settings: dict[str, object], named: str
) -> None:
    with pytest.raises(UsageError) as caught:
        run(lambda: pytest.fail("opened"), settings=settings)
    assert named in caught.value.what


def test_no_settings_are_the_dark_look_and_the_keys_as_they_are() -> None:
    assert Settings.of({}) == Settings("recert-dark", {}, "risk")
