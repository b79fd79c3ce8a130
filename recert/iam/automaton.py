"""Wildcard patterns as bit-parallel automata: no pattern can make a match slow."""

from __future__ import annotations


class Automaton:
    """A pattern as a bit-parallel automaton: bit j is set when j characters are consumed."""

    __slots__ = ("_any", "_chars", "_end", "_inside", "_loops", "_tight_loops")

    def __init__(self, free: tuple[tuple[str, bool], ...]) -> None:
        """Take the pattern in stretches; in a stretch that is not free wildcards shun the colon."""
        chars: dict[str, int] = {}
        loops = tight = anything = inside = 0
        state = 1
        for text, is_free in free:
            for char in text:
                if char == "*":
                    loops, tight = (loops | state, tight) if is_free else (loops, tight | state)
                    continue
                if char == "?":
                    anything, inside = (
                        (anything | state, inside) if is_free else (anything, inside | state)
                    )
                else:
                    chars[char] = chars.get(char, 0) | state
                state <<= 1
        self._chars, self._end = chars, state
        self._any, self._inside, self._loops, self._tight_loops = anything, inside, loops, tight

    def matches(self, text: str) -> bool:
        """Tell whether the pattern matches the text, character by character."""
        active, chars, anything, loops = 1, self._chars, self._any, self._loops
        tight_any, tight_loops = anything | self._inside, loops | self._tight_loops
        for char in text:
            if char == ":":
                step, stay = anything, loops
            else:
                step, stay = tight_any, tight_loops
            active = (active & (chars.get(char, 0) | step)) << 1 | active & stay
            if not active:
                return False
        return bool(active & self._end)

    def overlaps(self, pattern: str) -> bool:
        """Tell whether some text matches both this pattern and the other one."""
        active, chars, full = 1, self._chars, (self._end << 1) - 1
        anything, loops = self._any, self._loops
        tight_any, tight_loops = anything | self._inside, loops | self._tight_loops
        for char in pattern:
            if char == "*":
                active = full & -(active & -active)
            elif char == "?":
                active = (active << 1 | active & tight_loops) & full
            elif char == ":":
                active = (active & (chars.get(char, 0) | anything)) << 1 | active & loops
            else:
                step = chars.get(char, 0) | tight_any
                active = (active & step) << 1 | active & tight_loops
            if not active:
                return False
        return bool(active & self._end)

    def covers(self, pattern: str) -> bool:
        """Tell whether this pattern matches whatever the other one matches.

        A yes is certain; a no may be a pattern that covers the other in several pieces.
        """
        active, chars = 1, self._chars
        anything, loops = self._any | self._inside, self._loops | self._tight_loops
        for char in pattern:
            if char == "*":
                active &= loops
            elif char == "?":
                active = (active & anything) << 1 | active & loops
            elif char == ":":
                active = (active & (chars.get(char, 0) | self._any)) << 1 | active & self._loops
            else:
                active = (active & (chars.get(char, 0) | anything)) << 1 | active & loops
            if not active:
                return False
        return bool(active & self._end)
