"""Every key of the terminal UI, as data: bindings, footer, help and palette are all made from it."""

import difflib
from collections.abc import Iterable, Mapping

from recert.errors import UsageError
from recert.tui.keys import Key

MOVE = (
    Key(
        "move.down",
        "j,down",
        "j ↓",
        "move(1)",
        "move down",
        palette=False,
        together=("j k ↓ ↑, g G, pgdn pgup", "move"),
    ),
    Key("move.up", "k,up", "k ↑", "move(-1)", "move up", palette=False, together=("", "")),
    Key("move.top", "g,home", "g", "edge(-1)", "move to the top", palette=False, together=("", "")),
    Key(
        "move.bottom",
        "G,end",
        "G",
        "edge(1)",
        "move to the bottom",
        palette=False,
        together=("", ""),
    ),
    Key(
        "move.page_down",
        "pagedown,ctrl+d,ctrl+f",
        "pgdn",
        "page(1)",
        "a page down",
        palette=False,
        together=("", ""),
    ),
    Key(
        "move.page_up",
        "pageup,ctrl+u,ctrl+b",
        "pgup",
        "page(-1)",
        "a page up",
        palette=False,
        together=("", ""),
    ),
)

MODES = (
    Key(
        "mode.review", "1", "1", "app.mode('review')", "Review", help="Decide what is asked of you."
    ),
    Key(
        "mode.campaigns",
        "2",
        "2",
        "app.mode('campaigns')",
        "Campaigns",
        help="What runs, who is late, what blocks the close.",
    ),
    Key("mode.agents", "3", "3", "app.mode('agents')", "Agents", help="Every agent that was read."),
    Key(
        "mode.events",
        "4",
        "4",
        "app.mode('events')",
        "Events",
        help="What changed, and since when.",
    ),
    Key(
        "mode.evidence",
        "5",
        "5",
        "app.mode('evidence')",
        "Evidence",
        help="The ledger, packs and their verification.",
    ),
)

EVERYWHERE = (
    Key("app.help", "question_mark", "?", "app.help", "help for this screen", "help"),
    Key("app.palette", "ctrl+p", "ctrl+p", "app.palette", "command palette", palette=False),
    Key("app.palette_too", "colon", ":", "app.palette", "command palette, too", palette=False),
    Key("app.filter", "slash", "/", "screen.filter", "filter; esc clears", "filter"),
    Key("app.open", "enter", "enter", "screen.open", "open", palette=False),
    Key("app.back", "escape", "esc", "screen.back", "back", palette=False),
    Key("app.pane", "e", "e", "screen.pane", "pane with the evidence", "evidence"),
    Key("app.raw", "J", "J", "app.raw", "the raw JSON"),
    Key("app.next_pane", "tab", "tab", "app.focus_next", "next pane", palette=False),
    Key("app.refresh", "ctrl+r", "ctrl+r", "screen.refresh_view", "refresh"),
    Key("app.copy", "y", "y", "app.copy_line", "copy what is under the cursor"),
    Key("app.theme", "f2", "f2", "app.next_theme", "dark or light"),
    Key("app.quit_back", "q", "q", "app.quit_or_back", "back; quit from the top", "quit"),
    Key(
        "app.interrupt",
        "ctrl+c",
        "ctrl+c",
        "copy_or_quit",
        "copy what is selected, else quit",
        priority=True,
        palette=False,
    ),
    Key("app.quit", "ctrl+q", "ctrl+q", "app.leave", "quit", priority=True),
)

REVIEW = (
    Key(
        "review.attest",
        "a",
        "a",
        "screen.decide('attest')",
        "attest",
        "attest",
        "It is needed: keep it.",
    ),
    Key("review.revoke", "r", "r", "screen.decide('revoke')", "revoke", "revoke", "Take it away."),
    Key(
        "review.narrow",
        "n",
        "n",
        "screen.narrow",
        "narrow (reduce)",
        "narrow",
        "Keep only the actions that you pick.",
    ),
    Key(
        "review.until",
        "t",
        "t",
        "screen.until",
        "attest until a date",
        "until",
        "Keep it for now; it is asked again after that day.",
    ),
    Key(
        "review.abstain",
        "s",
        "s",
        "screen.decide('abstain')",
        "abstain",
        "abstain",
        "Say that you cannot judge it; somebody else has to.",
    ),
    Key(
        "review.exception",
        "x",
        "x",
        "screen.exception",
        "exception",
        "except",
        "Keep what should go, under a control, with an approver and an expiry.",
    ),
    Key("review.rationale", "c", "c", "screen.rationale", "rationale", "rationale", "Say why."),
    Key(
        "review.delegate",
        "d",
        "d",
        "screen.delegate",
        "delegate (reassign)",
        "delegate",
        "Hand the item to somebody who knows.",
    ),
    Key(
        "review.select",
        "space",
        "space",
        "screen.select",
        "select one",
        "select",
        together=("space, v", "select one, a range"),
    ),
    Key("review.range", "v", "v", "screen.select_range", "select a range", together=("", "")),
    Key("review.clear", "backslash", "\\", "screen.clear_marks", "clear the selection"),
    Key(
        "review.undo",
        "u",
        "u",
        "screen.undo",
        "undo, until sign-off",
        "undo",
        together=("u U", "undo, redo, until sign-off"),
    ),
    Key("review.redo", "U", "U", "screen.redo", "redo, until sign-off", together=("", "")),
    Key(
        "review.next",
        "right_square_bracket",
        "]",
        "screen.undecided(1)",
        "next undecided",
        "next",
        together=("] [", "next, previous undecided"),
    ),
    Key(
        "review.previous",
        "left_square_bracket",
        "[",
        "screen.undecided(-1)",
        "previous undecided",
        together=("", ""),
    ),
    Key(
        "review.sign",
        "S",
        "S",
        "screen.sign",
        "sign off",
        "sign",
        "Read what you decided, and sign.",
    ),
    Key(
        "review.rescind",
        "R",
        "R",
        "screen.rescind",
        "take a signed decision back (rescind)",
        help="Ask for it, or confirm or withdraw what was asked; a second person confirms.",
    ),
    Key(
        "review.group",
        "b",
        "b",
        "screen.group",
        "group by risk, service, policy, delta",
        "group",
        "By what the items stand together; once more, by the next.",
    ),
    Key(
        "review.fold",
        "z",
        "z",
        "screen.fold",
        "fold a group, or open it",
        together=("z Z", "fold a group, all groups"),
    ),
    Key("review.fold_all", "Z", "Z", "screen.fold_all", "fold all groups", together=("", "")),
    Key("review.words", "w", "w", "screen.words", "plain words, or action and resource"),
    Key("review.open_only", "o", "o", "screen.open_only", "only what is undecided, or all"),
    Key("review.mine", "m", "m", "screen.mine", "only what is mine, or all"),
    Key("review.campaign", "C", "C", "screen.next_campaign", "next running campaign"),
)

CAMPAIGNS = (
    Key("campaigns.review", "r", "r", "screen.open", "review it", "review"),
    Key(
        "campaigns.launch",
        "l",
        "l",
        "screen.launch",
        "launch it",
        "launch",
        "Shows who would be asked how much first.",
    ),
    Key(
        "campaigns.reassign",
        "d",
        "d",
        "screen.reassign",
        "hand open items on (reassign)",
        "reassign",
        "From one reviewer to another, with a note.",
    ),
    Key(
        "campaigns.remind",
        "m",
        "m",
        "screen.remind",
        "remind who has work left",
        "remind",
        "Shows whom first; each once in its window.",
    ),
    Key(
        "campaigns.end",
        "n",
        "n",
        "screen.end_review",
        "end the review",
        "end",
        "What is not signed gets the answer no response; shows what that comes to first.",
    ),
    Key(
        "campaigns.close",
        "c",
        "c",
        "screen.close",
        "close it, or show what blocks that",
        "close",
        "Only what ties out is closed.",
    ),
    Key(
        "campaigns.rescissions",
        "R",
        "R",
        "screen.rescissions",
        "confirm or withdraw what is to be taken back",
        help="Signed decisions that somebody asked to rescind.",
    ),
    Key(
        "campaigns.again",
        "i",
        "i",
        "screen.reiterate",
        "ask again what got no answer (reiterate)",
        help="In a linked campaign; a closed one stays closed.",
    ),
    Key(
        "campaigns.cancel",
        "X",
        "X",
        "screen.cancel_campaign",
        "cancel it",
        help="Ends it without a result; asks for its id.",
    ),
    Key("campaigns.export", "x", "x", "screen.export", "export its evidence pack", "export"),
)

AGENTS = (
    Key("agents.events", "v", "v", "screen.its_events", "events of this agent", "its events"),
)

EVENTS = (
    Key(
        "events.campaign",
        "c",
        "c",
        "screen.its_campaign",
        "the campaign that it opened",
        "campaign",
    ),
)

EVIDENCE = (
    Key("evidence.export", "x", "x", "screen.export", "export a pack of a campaign", "export"),
    Key("evidence.verify", "v", "v", "screen.verify", "verify the store, or a pack", "verify"),
)

SCREENS: Mapping[str, tuple[Key, ...]] = {
    "review": REVIEW,
    "campaigns": CAMPAIGNS,
    "agents": AGENTS,
    "events": EVENTS,
    "evidence": EVIDENCE,
}
TITLES: Mapping[str, str] = {
    "review": "Review",
    "campaigns": "Campaigns",
    "agents": "Agents",
    "events": "Events",
    "evidence": "Evidence",
}


def every_key() -> Iterable[Key]:
    """Yield every key once, those that work everywhere first."""
    yield from (*EVERYWHERE, *MODES, *MOVE)
    for keys in SCREENS.values():
        yield from keys


def check_keymap(changes: Mapping[str, object]) -> dict[str, str]:
    """Return the `keymap` of the configuration, or raise UsageError for an id that no key has."""
    known = {key.id for key in every_key()}
    checked: dict[str, str] = {}
    for identity, keys in changes.items():
        if identity not in known:
            near = difflib.get_close_matches(identity, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else "The help screen lists every key."
            raise UsageError(f"There is no key with the id {identity!r} in [tui.keymap].", hint)
        if not isinstance(keys, str) or not keys.strip():
            raise UsageError(
                f'[tui.keymap] {identity} must name keys, as in "ctrl+n,n".',
                "Write them as a string, separated by commas.",
            )
        checked[identity] = keys
    return checked
