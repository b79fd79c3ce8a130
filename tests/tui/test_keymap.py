import pytest

from recert.errors import UsageError
from recert.tui.keymap import EVERYWHERE, MODES, MOVE, SCREENS, check_keymap, every_key
from recert.tui.keys import help_lines, shown_keys

# What people's fingers rely on: key, and the name of it in the help.
CONTRACT = {
    "everywhere": {
        "?": "help for this screen",
        "ctrl+p": "command palette",
        "/": "filter; esc clears",
        "j k ↓ ↑, g G, pgdn pgup": "move",
        "enter": "open",
        "esc": "back",
        ":": "command palette, too",
        "e": "pane with the evidence",
        "J": "the raw JSON",
        "q": "back; quit from the top",
        "y": "copy what is under the cursor",
        "ctrl+r": "refresh",
    },
    "review": {
        "a": "attest",
        "r": "revoke",
        "n": "narrow (reduce)",
        "t": "attest until a date",
        "s": "abstain",
        "x": "exception",
        "c": "rationale",
        "d": "delegate (reassign)",
        "\\": "clear the selection",
        "u U": "undo, redo, until sign-off",
        "space, v": "select one, a range",
        "] [": "next, previous undecided",
        "S": "sign off",
    },
}


@pytest.mark.parametrize("where", CONTRACT)
def test_the_keys_have_the_names_that_were_promised(where: str) -> None:
    keys = SCREENS["review"] if where == "review" else (*EVERYWHERE, *MOVE)
    named = {shown: label for shown, label, _help in help_lines(keys, {})}
    assert CONTRACT[where].items() <= named.items()


def test_the_digits_are_the_modes() -> None:
    assert [(key.shown, key.label) for key in MODES] == [
        ("1", "Review"), ("2", "Campaigns"), ("3", "Agents"), ("4", "Events"), ("5", "Evidence"),
    ]  # fmt: skip


def test_ids_are_unique_and_every_key_has_a_tooltip() -> None:
    keys = list(every_key())
    assert len({key.id for key in keys}) == len(keys)
    assert all(key.binding().tooltip and key.binding().id for key in keys)


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_means_two_things_on_one_screen(screen: str) -> None:
    taken = [
        part
        for key in (*EVERYWHERE, *MODES, *MOVE, *SCREENS[screen])
        for part in key.keys.split(",")
    ]
    assert len(taken) == len(set(taken))


def test_a_changed_key_is_shown_as_changed() -> None:
    key = SCREENS["review"][0]
    assert shown_keys(key, {key.id: "ctrl+a,b"}) == "ctrl+a b"


@pytest.mark.parametrize(
    "changes", [{"review.atest": "b"}, {"review.attest": 3}, {"review.attest": " "}]
)
def test_a_keymap_that_cannot_be_is_refused_with_what_is_wrong(changes: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        check_keymap(changes)
    assert next(iter(changes)) in caught.value.what
