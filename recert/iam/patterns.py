"""Wildcard matching in linear time: actions, resources, ARNs, strings.

`*` is any run of characters, `?` exactly one. A pattern without `?` is matched piece by piece,
leftmost first; all others by an `Automaton`.

Resources follow the segments of an ARN: a `*` that ends a segment may run across colons, every
other wildcard stays inside its segment. In the last segment of the pattern all of them are free:
AWS leaves that open, and the freer reading shows more access.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from recert.iam.arns import COLONS, PARTS
from recert.iam.automaton import Automaton

Match = Callable[[str], bool]

_CACHED: Final = 1024
_MIXED: Final = re.compile(r"[*?]*\*\?[*?]*")


def has_wildcard(text: str) -> bool:
    """Tell whether the text holds a wildcard."""
    return "*" in text or "?" in text


def _always(_: str) -> bool:
    return True


def is_free(pattern: str) -> bool:
    """Tell whether a pattern without marks is matched as one text: no star stops at a colon.

    False also where its head has to be put in lower case first.
    """
    head = pattern.split(":", COLONS)[:-1]
    for segment in head:
        if "*" in segment.rstrip("*") or not (segment.islower() or segment.lower() == segment):
            return False
    return bool(head)


def _pieces(pattern: str) -> Match:
    """Match a pattern that has stars and no question mark."""
    pieces = pattern.split("*")
    first, *middle, last = pieces
    if not any(middle):
        if not last:
            return lambda text: text.startswith(first)
        ends = len(first) + len(last)
        return lambda text: len(text) >= ends and text.startswith(first) and text.endswith(last)
    return lambda text: fit_pieces(pieces, text)


def fit_pieces(pieces: list[str], text: str) -> bool:
    """Match what stands between the stars of a pattern: the ends where they are, the rest in turn."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    position, end = len(first), len(text) - len(last)
    if position > end or not text.startswith(first) or not text.endswith(last):
        return False
    for piece in pieces[1:-1]:
        position = text.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


_globs: dict[str, Match] = {}


def glob(pattern: str) -> Match:
    """Compile a pattern whose wildcards match anything, colons too; case counts."""
    found = _globs.get(pattern)
    if found is None:
        if len(_globs) >= _CACHED:
            _globs.clear()
        found = _globs[pattern] = _glob(pattern)
    return found


def _marked(pattern: str) -> Match:
    """Match a pattern that has question marks and no star: its pieces stand at fixed places."""
    length = len(pattern)
    pieces: list[tuple[int, str]] = []
    position = 0
    for piece in pattern.split("?"):
        if piece:
            pieces.append((position, piece))
        position += len(piece) + 1

    def match(text: str) -> bool:
        if len(text) != length:
            return False
        for at, piece in pieces:  # noqa: SIM110 - a generator costs more than the loop
            if not text.startswith(piece, at):
                return False
        return True

    return match


def _glob(pattern: str) -> Match:
    if "?" in pattern:
        return Automaton(((pattern, True),)).matches if "*" in pattern else _marked(pattern)
    if "*" not in pattern:
        return pattern.__eq__
    if not pattern.strip("*"):
        return _always
    return _pieces(pattern)


def with_plain_service(resource: str) -> str:
    """Lower partition, service and region of an ARN: IAM does not tell `SNS` from `sns` there."""
    if resource.islower():
        return resource
    parts = resource.split(":", 4)
    if len(parts) < 5:  # noqa: PLR2004 - arn, partition, service, region, rest
        return resource
    rest = parts.pop()
    head = ":".join(parts)
    return resource if head.islower() else f"{head.lower()}:{rest}"


class ResourcePattern:
    """One value of a Resource or NotResource element, ready to be matched."""

    __slots__ = ("_automaton", "matches", "text")

    matches: Match

    def __init__(self, text: str) -> None:
        """Compile the pattern; `matches` takes a resource with a plain head."""
        self.text = text = with_plain_service(text)
        self._automaton: Automaton | None = None
        head, _, tail = _split(text)
        if has_wildcard(head):
            segments = head.split(":")
            if any(map(_bound, segments)):
                crossing = any(segment.endswith("*") for segment in segments)
                self.matches = self._automatic if crossing else _aligned(segments, tail)
                return
        self.matches = glob(text)

    @property
    def automaton(self) -> Automaton:
        """The pattern as an automaton, built when first asked for."""
        if self._automaton is None:
            head, colon, tail = _split(self.text)
            # Marks before stars: of the same patterns, `covers` knows more about this one.
            tail = _MIXED.sub(_marks_first, tail) if "*?" in tail else tail
            segments = head.split(":")
            bound = any(map(_bound, segments))
            self._automaton = Automaton(
                _stretches(segments, colon + tail) if bound else ((head + colon + tail, True),)
            )
        return self._automaton

    def _automatic(self, text: str) -> bool:
        return self.automaton.matches(text)


def _split(text: str) -> tuple[str, str, str]:
    """Part the segments in which wildcards are bound from the last one, where they are free."""
    parts = text.split(":", COLONS)
    if len(parts) == 1:
        return "", "", text
    return ":".join(parts[:-1]), ":", parts[-1]


def _marks_first(run: re.Match[str]) -> str:
    return "?" * run[0].count("?") + "*"


def _bound(segment: str) -> bool:
    return has_wildcard(segment.rstrip("*"))


def _stretches(segments: list[str], tail: str) -> tuple[tuple[str, bool], ...]:
    stretches: list[tuple[str, bool]] = []
    for position, segment in enumerate(segments):
        body = segment.rstrip("*")
        stretches.append((":" + body if position else body, False))
        stretches.append((segment[len(body) :], True))
    return (*stretches, (tail, True))


def _aligned(segments: list[str], tail: str) -> Match:
    """Match segment by segment: no wildcard of this pattern crosses a colon before the tail."""
    matches = [*map(glob, segments), glob(tail)]
    count = len(segments)

    def match(text: str) -> bool:
        parts = text.split(":", count)
        return len(parts) > count and all(
            each(part) for each, part in zip(matches, parts, strict=True)
        )

    return match


_resources: dict[str, ResourcePattern] = {}


def resource_pattern(text: str) -> ResourcePattern:
    """Compile one value of a Resource element; compiled patterns are kept for the next policy."""
    found = _resources.get(text)
    if found is None:
        if len(_resources) >= _CACHED:
            _resources.clear()
        found = _resources[text] = ResourcePattern(text)
    return found


def arn_parts(text: str) -> list[str] | None:
    """Split an ARN into its six components, the last one empty where it is missing.

    None where there are too few colons to speak of an ARN.
    """
    parts = text.split(":", COLONS)
    if len(parts) == PARTS:
        return parts
    return [*parts, ""] if len(parts) == COLONS else None


def arn_like(pattern: list[str], arn: list[str]) -> bool:
    """Compare two split ARNs component by component, wildcards never crossing from one to another."""
    return all(each == part or glob(each)(part) for each, part in zip(pattern, arn, strict=True))
