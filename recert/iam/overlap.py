r"""Whether two wildcard patterns share a text, and whether one holds every text of the other.

A pattern is a string in which `*` stands for any run of characters and `?` for one. Beyond those it
may hold the marks that `normal` and the ARN shapes put there: a run without a colon, a run without
colon or slash, a run of at least one character, a star or question mark meant literally, and a
policy variable whose value is not known.

`intersects` is exact. It walks one pattern and keeps the positions that are possible in the other
as the bits of one integer, so that its cost is the product of the lengths at worst, in machine
words. `contains` says yes only where it is certain: what it cannot see is taken for more access.
"""

import re
from functools import lru_cache

from recert.iam.arns import COLONS
from recert.iam.patterns import with_plain_service

NO_COLON = "\x01"  # one or more characters, none of them a colon: partition, region, account
NO_SLASH = "\x02"  # one or more characters, neither colon nor slash: a bucket's name
ACCOUNT = "\x04"  # as NO_COLON, or empty: AWS's own resources in a region have no account
SOME = "\x03"  # one or more characters of any kind: names, identifiers, paths
LITERAL_STAR = "\x10"
LITERAL_ONE = "\x11"
VARIABLE = "\x12"  # a policy variable, where only certainty helps: it holds nothing but itself
_FOREIGN = "\x1f"

_ANY = frozenset[str]()
_EXCEPT = {
    NO_COLON: frozenset(":"),
    ACCOUNT: frozenset(":"),
    NO_SLASH: frozenset(":/"),
    SOME: _ANY,
    "*": _ANY,
    "?": _ANY,
}
_WILD = re.compile(r"[*?\x01-\x04\x12]")
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_ESCAPES = {"*": LITERAL_STAR, "?": LITERAL_ONE, "$": "$"}
_CONTROL = re.compile(r"[\x00-\x1f]")
_MIXED = re.compile(r"[*?]*\*[*?]*")
_CACHED = 16384


@lru_cache(maxsize=_CACHED)
def normal(pattern: str, *, variables: bool = True, wide: bool = True) -> str:
    """Return the normal form of a Resource element.

    `variables`: whether the policy's Version knows `${…}`. A variable becomes `*` where the pattern
    may only grow (`wide`), and a mark that holds nothing else where it may not.
    """
    text = with_plain_service(_CONTROL.sub(_FOREIGN, pattern))
    if variables and "${" in text:
        unknown = "*" if wide else VARIABLE
        text = _REFERENCE.sub(lambda found: _ESCAPES.get(found[1].strip(), unknown), text)
    if "*" not in text:
        return text
    return _MIXED.sub(lambda run: "?" * run[0].count("?") + "*", text)


@lru_cache(maxsize=_CACHED)
def intersects(a: str, b: str) -> bool:
    """Whether some text fits both patterns, each in normal form."""
    if "*" in (a, b) or a == b:
        return True
    if VARIABLE in a or VARIABLE in b:
        a, b = a.replace(VARIABLE, "*"), b.replace(VARIABLE, "*")
    if _apart(a, b):
        return False
    other = _program(b)
    places = other.skip(1)
    for kind, repeats in _tokens(a):
        places = other.flood(places, kind) if repeats else other.step(places, kind)
        if not places:
            return False
    return bool(places >> other.length & 1)


@lru_cache(maxsize=_CACHED)
def contains(outer: str, inner: str) -> bool:
    """Whether every text of `inner` certainly fits `outer`, both in normal form.

    Wildcards of `inner` are taken as characters that only a wildcard of `outer` can take in, which
    is right but for patterns that spell the same set differently; there the answer is no.
    """
    if outer in ("*", inner):
        return True
    if VARIABLE in outer:
        return False
    return _outer(outer).takes_in(inner)


@lru_cache(maxsize=_CACHED)
def plain_head(pattern: str) -> str:
    """Return what a pattern begins with before its first wildcard or unknown variable."""
    wild = _WILD.search(pattern)
    return pattern[: wild.start()] if wild else pattern


def _apart(a: str, b: str) -> bool:
    """Whether the plain text before the first wildcards already tells them apart."""
    first, second = _WILD.search(a), _WILD.search(b)
    if first is None and second is None:
        return a != b
    head = min(first.start() if first else len(a), second.start() if second else len(b))
    return a[:head] != b[:head]


@lru_cache(maxsize=_CACHED // 4)
def _tokens(pattern: str) -> tuple[tuple[str, bool], ...]:
    """Split a pattern into (character or class, may it repeat from nothing on)."""
    found: list[tuple[str, bool]] = []
    for c in pattern:
        if c in ("*", ACCOUNT):
            found.append((c, True))
        elif c in (NO_COLON, NO_SLASH, SOME):
            found += [(c, False), (c, True)]
        else:
            found.append(_single(c))
    return tuple(found)


@lru_cache(maxsize=1024)
def _single(character: str) -> tuple[str, bool]:
    return character, False


class _Program:
    """One pattern, its tokens as bits: which of them admit a character or a class."""

    __slots__ = ("_admitting", "_runs", "_singles", "length")

    def __init__(self, pattern: str) -> None:
        tokens = _tokens(pattern)
        self.length = len(tokens)
        self._runs = sum(1 << i for i, (_, repeats) in enumerate(tokens) if repeats)
        self._singles: list[tuple[int, str]] = [
            (1 << i, kind) for i, (kind, _) in enumerate(tokens)
        ]
        self._admitting: dict[str, int] = {}

    def admitting(self, kind: str) -> int:
        """Return the tokens that share a character with a character or a class."""
        found = self._admitting.get(kind)
        if found is None:
            found = sum(bit for bit, own in self._singles if _share(own, kind))
            self._admitting[kind] = found
        return found

    def skip(self, places: int) -> int:
        """Add the places that are reached by taking runs for empty."""
        moved = places & self._runs
        while moved:
            moved = (moved << 1) & ~places
            places |= moved
            moved &= self._runs
        return places

    def step(self, places: int, kind: str) -> int:
        """Return the places after one character of a kind."""
        able = places & self.admitting(kind)
        return self.skip((able & self._runs) | ((able & ~self._runs) << 1))

    def flood(self, places: int, kind: str) -> int:
        """Return the places after any number of characters of a kind."""
        if not _EXCEPT[kind]:
            lowest = places & -places
            return ((1 << (self.length + 1)) - 1) & ~(lowest - 1)
        fresh = places
        while fresh:
            fresh = self.step(fresh, kind) & ~places
            places |= fresh
        return places


@lru_cache(maxsize=_CACHED // 4)
def _program(pattern: str) -> _Program:
    return _Program(pattern)


def _share(a: str, b: str) -> bool:
    """Whether two kinds, each a character or a class, have a character in common."""
    wild_a, wild_b = _EXCEPT.get(a), _EXCEPT.get(b)
    if wild_a is None:
        return a == b if wild_b is None else a not in wild_b
    return wild_b is not None or b not in wild_a


class _Outer:
    """A pattern that is asked to take in another: places as bits, a star as a loop on a place.

    As AWS reads an ARN, a wildcard before the last segment stays within its segment, but for stars
    that end it. Such a tight one takes in nothing that may hold a colon.
    """

    __slots__ = ("_chars", "_end", "_loops", "_ones", "_tight_loops", "_tight_ones")

    def __init__(self, pattern: str) -> None:
        self._chars: dict[str, int] = {}
        self._loops = self._ones = self._tight_loops = self._tight_ones = 0
        segments = pattern.split(":", COLONS)
        at, place = 0, 1
        for c in pattern:
            tight = at < len(segments) - 1 and c != ":"
            if c == ":" and at < len(segments) - 1:
                at += 1
            if c == "*":
                self._loops |= place
                continue
            if c == "?":
                self._ones |= place
                self._tight_ones |= place if tight else 0
            else:
                self._chars[c] = self._chars.get(c, 0) | place
            place <<= 1
        self._end = place
        self._tight_loops = self._bound(segments)

    def _bound(self, segments: list[str]) -> int:
        """Return the loops of stars that are inside a segment, not at its end."""
        found, place = 0, 1
        for segment in segments[:-1]:
            body = segment.rstrip("*")
            for c in body:
                found, place = (found | place, place) if c == "*" else (found, place << 1)
            place <<= 1
        return found

    def takes_in(self, inner: str) -> bool:
        """Whether every text of a pattern certainly fits."""
        loops, ones = self._loops, self._ones
        free_loops, free_ones = loops & ~self._tight_loops, ones & ~self._tight_ones
        active = 1
        for kind, repeats in _tokens(inner):
            colon = kind == ":" or (kind in _EXCEPT and ":" not in _EXCEPT[kind])
            stay = active & (free_loops if colon else loops)
            if repeats:
                active = stay
            else:
                single = free_ones if colon else ones
                active = (active & (self._chars.get(kind, 0) | single)) << 1 | stay
            if not active:
                return False
        return bool(active & self._end)


@lru_cache(maxsize=_CACHED // 4)
def _outer(pattern: str) -> _Outer:
    return _Outer(pattern)
