"""The shapes of ARN that actions accept, and which of them a Resource element can hold.

A wildcard or NotAction on one bucket's objects does not grant what only acts on roles: each action
accepts the resource types that AWS states for it, and an element grants the actions of those types
that share an ARN with it. Regions and accounts in a shape hold no colon and are never empty, which
keeps `arn:aws:s3:::*` apart from access points; names and paths in a shape hold anything, so that
an element is never thought narrower than it is.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from recert.iam.arns import COLONS, PARTS
from recert.iam.errors import CatalogueError
from recert.iam.overlap import ACCOUNT, NO_COLON, NO_SLASH, SOME, contains, intersects, normal

_CACHED = 8192
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_WORD = re.compile(r"([a-z][A-Za-z0-9-]*)[/:]")
_PLAIN_ACCOUNT = re.compile(r"(\d{12}|aws|cloudfront|.*[*?\x12].*|)\Z")


@dataclass(frozen=True, slots=True)
class Shape:
    """One ARN shape: its six segments in normal form, and the actions that accept it.

    `own_account`: whether the resources are always those of the caller's account, as with IAM's own
    actions.
    """

    arn: str
    segments: tuple[str, ...]
    mask: int
    own_account: bool = False

    def text(self, partition: str = "", account: str = "") -> str:
        """Return the shape as one pattern, in a partition and, where it is the only one, account."""
        segments = list(self.segments)
        if partition and segments[1] == NO_COLON:
            segments[1] = partition
        if account and self.own_account and segments[4] == NO_COLON:
            segments[4] = account
        return ":".join(segments)


@dataclass(frozen=True, slots=True)
class Fitting:
    """What one Resource element can hold: the shapes, and the actions of all of them.

    `bare` are the actions among them that take no resource, which only `*` grants.
    """

    shapes: tuple[Shape, ...]
    bare: int
    mask: int


class Shapes:
    """Every shape, found by the service that its ARN names."""

    def __init__(
        self,
        packed: bytes,
        digest: str,
        mask_of: Callable[[Iterable[int]], int],
        mask: Callable[[str], int],
    ) -> None:
        self._packed, self._digest, self._mask_of, self._mask = packed, digest, mask_of, mask
        self._fitting: dict[str, Fitting] = {}

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        try:
            raw = gzip.decompress(self._packed)
        except (OSError, EOFError, zlib.error) as error:
            raise _damaged() from error
        if hashlib.sha256(raw).hexdigest() != self._digest:
            raise _damaged()
        parted = (line.partition("\t") for line in raw.decode().splitlines())
        return [(arn, numbers) for arn, _, numbers in parted]

    @cached_property
    def _lines(self) -> list[tuple[str, int]]:
        return [(arn, self._mask_of(_numbers(text))) for arn, text in self._texts]

    @cached_property
    def bare(self) -> int:
        """The actions without resource types."""
        return next((self._mask_of(_numbers(text)) for arn, text in self._texts if arn == "-"), 0)

    @cached_property
    def _iam(self) -> int:
        return self._mask("iam:*")

    @cached_property
    def _everything(self) -> Fitting:
        shapes = tuple(shape for bucket in self._services.values() for shape in bucket)
        mask = self.bare
        for shape in shapes:
            mask |= shape.mask
        return Fitting(shapes, self.bare, mask)

    @cached_property
    def _services(self) -> dict[str, list[Shape]]:
        found: dict[str, list[Shape]] = {}
        for arn, mask in self._lines:
            if arn == "-":
                continue
            segments = _segments(arn)
            for shape in self._by_owner(arn, segments, mask):
                found.setdefault(segments[2], []).append(shape)
        return found

    def _by_owner(self, arn: str, segments: tuple[str, ...], mask: int) -> Iterable[Shape]:
        """Keep IAM's own actions apart: they never reach another account."""
        own = mask & self._iam if segments[2] == "iam" else 0
        if own:
            yield Shape(arn, segments, own, own_account=True)
        if mask & ~own:
            yield Shape(arn, segments, mask & ~own)

    def fitting(self, resource: str, *, variables: bool = True) -> Fitting:
        """Return what a Resource element can hold; `variables` as the policy's Version has it."""
        return self.fitting_normal(normal(resource, variables=variables))

    def fitting_normal(self, pattern: str) -> Fitting:
        """Return what a Resource element in normal form can hold."""
        if pattern == "*":
            return self._everything
        found = self._fitting.get(pattern)
        if found is None:
            if len(self._fitting) >= _CACHED:
                self._fitting.clear()
            found = self._fitting[pattern] = self._fit(pattern)
        return found

    def _fit(self, pattern: str) -> Fitting:
        parts = pattern.split(":", COLONS)
        service = parts[2] if len(parts) > 2 else "*"  # noqa: PLR2004 - the service is the third segment
        plain = "*" not in "".join(parts[:3]) and "?" not in service
        buckets = (
            [self._services.get(service, []), self._services.get(NO_COLON, [])]
            if plain
            else list(self._services.values())
        )
        aligned = is_aligned(parts)
        shapes = tuple(
            shape
            for bucket in buckets
            for shape in bucket
            if (_fits_aligned(parts, shape) if aligned else intersects(pattern, shape.text()))
        )
        if not shapes and plain and aligned:
            shapes = tuple(self._unheard_of(parts, buckets[0]))
        mask = 0
        for shape in shapes:
            mask |= shape.mask
        return Fitting(shapes, 0, mask)

    def _unheard_of(self, parts: list[str], known: list[Shape]) -> Iterable[Shape]:
        """Yield a shape for a type of resource that the catalogue does not know yet.

        Whatever acts on resources of the service may act on it: a type is unknown, not nothing,
        where its name begins no ARN of a service that is known.
        """
        word = _leading_word(parts[5])
        if known and word and not any(_leading_word(s.segments[5]) == word for s in known):
            mask = 0
            for shape in known:
                mask |= shape.mask
            yield Shape(":".join(parts), tuple(parts), mask)


def _leading_word(resource: str) -> str:
    """Return the name of the resource type that an ARN's last segment begins with, if it has one."""
    word = _WORD.match(resource)
    return word[1] if word else ""


def is_aligned(parts: list[str]) -> bool:
    """Whether a pattern's segments are those of the ARNs that it is meant for.

    A star at the end of a segment may cross colons, so that a pattern with fewer segments, or with
    something that is no account in the account's place, is compared as a whole.
    """
    return len(parts) == PARTS and _PLAIN_ACCOUNT.match(parts[4]) is not None


def _fits_aligned(parts: list[str], shape: Shape) -> bool:
    own = shape.segments
    return (
        intersects(parts[5], own[5])
        and intersects(parts[4], own[4])
        and intersects(parts[3], own[3])
        and intersects(parts[2], own[2])
        and intersects(parts[1], own[1])
        and intersects(parts[0], own[0])
    )


def meet(resource: str, shape: Shape, *, partition: str, account: str) -> str:
    """Return one pattern that holds every ARN of a shape that a Resource element fits, and few more.

    `resource` in normal form. Where the two overlap without one holding the other, the element's
    own segment is kept.
    """
    text = shape.text(partition, account)
    parts = resource.split(":", COLONS)
    if resource == "*" or not is_aligned(parts):
        return text if contains(resource, text) else resource
    segments = text.split(":", COLONS)
    return ":".join(
        own if contains(part, own) else part for part, own in zip(parts, segments, strict=True)
    )


def _segments(arn: str) -> tuple[str, ...]:
    """Return the segments of AWS's ARN shape in normal form."""
    parts = [
        _VARIABLE.sub(lambda found: _KINDS.get(found[1], SOME), part)
        for part in arn.split(":", COLONS)
    ]
    if parts[3:4] == [NO_COLON] and parts[4:5] == [NO_COLON]:
        parts[4] = ACCOUNT
    return tuple(parts)


_KINDS = {
    "Partition": NO_COLON,
    "Region": NO_COLON,
    "Account": NO_COLON,
    "AccountId": NO_COLON,
    "VpcOwnerAccount": NO_COLON,
    "ManagementAccountId": NO_COLON,
    "Vendor": NO_COLON,
    "BucketName": NO_SLASH,
}


def _numbers(text: str) -> Iterable[int]:
    for run in text.split(","):
        first, dash, last = run.partition("-")
        yield from range(int(first), int(last if dash else first) + 1)


def _damaged() -> CatalogueError:
    return CatalogueError(
        "The packaged resource types are damaged or of another catalogue.", "Install recert again."
    )
