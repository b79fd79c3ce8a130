"""What frames every screen: where I am and who I am, what just happened, which keys do what."""

from collections.abc import Mapping, Sequence

from textual.events import Click, Resize

from recert.tui.keymap import MODES, TITLES
from recert.tui.keys import Key, shown_keys
from recert.tui.text import Piece, Role, Row, row, say, spread, width_of, wrap
from recert.tui.theme import Surface
from recert.tui.widgets.canvas import Lines


class TopBar(Lines):
    """Show the five modes, the banner, the way to here, and who is at work."""

    DEFAULT_CSS = """
    TopBar { height: 2; background: $bar; }
    """

    def __init__(self, mode: str) -> None:
        super().__init__(surface=Surface.BAR)
        self._mode = mode
        self._crumbs: Row = ()
        self._who: Row = ()
        self._banner: str | None = None

    def row_count(self) -> int:
        """Return two: the modes, and where I am."""
        return 2

    def tell(self, *, crumbs: Row | None = None, who: Row | None = None) -> None:
        """Show another way to here, or another person."""
        self._crumbs = self._crumbs if crumbs is None else crumbs
        self._who = self._who if who is None else who
        self.changed()

    def warn(self, banner: str | None) -> None:
        """Show what kind of data this is, at all times."""
        self._banner = banner
        self.changed()

    def row_at(self, index: int, width: int) -> Row:
        """Return the line of the modes, or the line of the place."""
        if index == 0:
            badge = row(say(f" {self._banner} ", Role.BADGE)) if self._banner else ()
            return spread(self._tabs(width - width_of(badge)), badge, width)
        here = row(" ", say(TITLES[self._mode], Role.STRONG)) if not self._crumbs else self._crumbs
        return spread(here, (*self._who, Piece(" ", Role.PLAIN)), width, keep_right=width >= 60)  # noqa: PLR2004 - below it, the place matters more

    def _tabs(self, width: int) -> Row:
        brand = row(say(" recert  ", Role.ACCENT))
        tabs = self._tab_pieces()
        if width_of(brand) + width_of(tabs) <= width:
            return (*brand, *tabs)
        return tabs if width_of(tabs) <= width else row(say(f" {TITLES[self._mode]} ", Role.TAB))

    def _tab_pieces(self) -> Row:
        parts: list[Piece] = []
        for key in MODES:
            if key.id == f"mode.{self._mode}":
                parts.append(say(f" {key.shown} {key.label} ", Role.TAB))
            else:
                parts += [say(f" {key.shown}", Role.KEY), say(f" {key.label} ", Role.MUTED)]
        return tuple(parts)

    async def on_click(self, event: Click) -> None:
        """Go to the mode that was clicked on."""
        if event.y != 0:
            return
        banner = len(self._banner) + 2 if self._banner else 0
        shown, tabs = width_of(self._tabs(self.size.width - banner)), width_of(self._tab_pieces())
        if shown < tabs:
            return
        at = shown - tabs
        for key in MODES:
            width = len(key.label) + len(key.shown) + 3
            if at <= event.x < at + width:
                await self.run_action(key.action)
                return
            at += width


class KeyBar(Lines):
    """Show the keys that matter here, as many as fit; a click on one presses it."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $bar; }
    """

    def __init__(self, keys: Sequence[Key], changes: Mapping[str, str]) -> None:
        super().__init__(surface=Surface.BAR)
        self._keys = tuple(key for key in keys if key.short)
        self._changes = changes

    def row_count(self) -> int:
        """Return one."""
        return 1

    def row_at(self, index: int, width: int) -> Row:  # noqa: ARG002 - there is one row only
        """Return the line of keys."""
        parts: list[Piece] = []
        for key in self._fitting(width):
            parts += self._hint(key)
        return tuple(parts)

    def _hint(self, key: Key) -> Row:
        return row(say(f" {shown_keys(key, self._changes)}", Role.KEY), say(f" {key.short} "))

    def _fitting(self, width: int) -> list[Key]:
        *others, last = self._keys
        room = width - width_of(self._hint(last))
        chosen: list[Key] = []
        for key in others:
            room -= width_of(self._hint(key))
            if room < 0:
                break
            chosen.append(key)
        return [*chosen, last]

    async def on_click(self, event: Click) -> None:
        """Do what the key under the pointer does."""
        at = 0
        for key in self._fitting(self.size.width):
            width = width_of(self._hint(key))
            if at <= event.x < at + width:
                await self.run_action(key.action)
                return
            at += width


class Notice(Lines):
    """Say what just happened, or what went wrong and what to do; gone when there is nothing to say."""

    DEFAULT_CSS = """
    Notice { display: none; background: $bar; max-height: 4; }
    Notice.-some { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(surface=Surface.BAR)
        self._said: Row = ()

    def tell(self, line: Row) -> None:
        """Say something."""
        self._said = line
        self._fill()

    def on_resize(self, event: Resize) -> None:  # noqa: ARG002 - the width is read from the widget
        """Break the lines anew."""
        self._fill()

    @property
    def speaks(self) -> bool:
        """Whether something is said."""
        return bool(self._said)

    def hush(self) -> None:
        """Say nothing any more."""
        self.tell(())

    def _fill(self) -> None:
        self.set_class(bool(self._said), "-some")
        width = max(8, self.size.width or self.app.size.width)
        self.show(
            wrap((Piece(" ", Role.PLAIN), *self._said), width, indent=1) if self._said else ()
        )
