"""How many resources a set of grants opens, counted so that more permission never counts for less.

What a policy names is no count: one star takes in everything, and widening ten names to it would
count nine less. So two things are counted that do not hang on how a policy spells its resources: the
*kinds* of resources that its actions can act on (the catalogue's resource types), and the *known*
resources, those of the reading, that it can touch; the objects of a bucket are one. A kind of which
the reading holds nothing within reach still counts as one resource: there may be more, never fewer.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from recert.analysis.risks import names_nothing
from recert.estate.estate import Estate
from recert.iam.arns import account_of, parts_of
from recert.iam.catalogue import Catalogue
from recert.iam.grants import EffectiveGrant
from recert.iam.overlap import intersects, normal, plain_head
from recert.iam.reach import Reach
from recert.iam.sets import bits_of
from recert.iam.shapes import Shape

_FEW = 64
_SHARED_SERVICES = frozenset(
    {
        "bedrock-agentcore", "dynamodb", "ecr", "events", "execute-api", "glue", "kinesis", "kms",
        "lambda", "s3", "s3tables", "s3vectors", "secretsmanager", "sns", "sqs",
    }
)  # fmt: skip
_SHARED_KINDS = re.compile(r"^arn:[^:]*:(?:iam:[^:]*:[^:]*:role/|bedrock:[^:]*:[^:]+:agent-alias/)")
"""What the owner of a resource can share with a role of another account, by a policy on it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What grants open: sets of kinds and of known resources, as bits.

    `open_kinds` are the kinds of which nothing but the account limits which resources are meant.
    `beyond`: a resource of an account that is not the role's own may be meant, which its owner can
    share with the role.
    """

    kinds: int = 0
    open_kinds: int = 0
    known: int = 0
    beyond: bool = False

    def __or__(self, other: "Opened") -> "Opened":
        """Return what either opens."""
        return Opened(
            self.kinds | other.kinds,
            self.open_kinds | other.open_kinds,
            self.known | other.known,
            self.beyond or other.beyond,
        )


class ResourceCounter:
    """Counts against one catalogue and the known resources of one reading."""

    def __init__(self, catalogue: Catalogue, known: Iterable[str]) -> None:
        self._catalogue = catalogue
        self._known = sorted(set(known))
        self._whole = tuple(place for place, arn in enumerate(self._known) if "*" in arn)
        self._by_pattern: dict[str, tuple[int, int]] = {}
        self._by_mask: dict[int, int] = {}

    @cached_property
    def _shapes(self) -> tuple[Shape, ...]:
        return self._catalogue.shapes.fitting_normal("*").shapes

    @cached_property
    def _kind_of(self) -> dict[str, int]:
        """The number of each kind by its ARN shape; shapes that differ in their owner are one kind."""
        found: dict[str, int] = {}
        for shape in self._shapes:
            found.setdefault(shape.arn, len(found))
        return found

    @cached_property
    def _own_account(self) -> int:
        """The actions that never reach another account, whoever would let them."""
        return self._catalogue.mask("iam:*")

    @cached_property
    def _shared(self) -> int:
        """The kinds whose owner can share them with roles of other accounts."""
        return sum(
            1 << kind
            for arn, kind in self._kind_of.items()
            if arn.split(":")[2] in _SHARED_SERVICES or _SHARED_KINDS.search(arn)
        )

    @cached_property
    def _kinds_by_action(self) -> dict[int, int]:
        found: dict[int, int] = defaultdict(int)
        for shape in self._shapes:
            bit = 1 << self._kind_of[shape.arn]
            for index in bits_of(shape.mask):
                found[index] |= bit
        return found

    @cached_property
    def _known_by_kind(self) -> dict[int, int]:
        """The known resources of each kind, as bits."""
        found: dict[int, int] = defaultdict(int)
        for place, arn in enumerate(self._known):
            for shape in self._catalogue.shapes.fitting(arn, variables=False).shapes:
                kind = self._kind_of.get(shape.arn)
                if kind is not None:
                    found[kind] |= 1 << place
        return found

    def measure(self, grants: Iterable[EffectiveGrant]) -> Opened:
        """Return what the effective actions of some grants open."""
        found = Opened()
        for grant in grants:
            if grant.mask:
                found |= self._of_grant(grant.reach, grant.mask, account_of(grant.principal) or "")
        return found

    def resources(self, opened: Opened) -> int:
        """Return at least how many resources are within reach."""
        bare = sum(
            not self._known_by_kind.get(kind, 0) & opened.known for kind in bits_of(opened.kinds)
        )
        return opened.known.bit_count() + bare

    def named(self, opened: Opened) -> tuple[str, ...]:
        """Return the known resources among them, sorted."""
        return tuple(self._known[place] for place in bits_of(opened.known))

    def _of_grant(self, reach: Reach, mask: int, account: str) -> Opened:
        able = self._able(mask)
        sharing = self._able(mask & ~self._own_account) & self._shared
        kinds = open_kinds = known = 0
        beyond = False
        for pattern in reach.open_patterns:
            fitting, places = self._fitting(pattern)
            held = able & fitting
            kinds |= held
            known |= places
            if names_nothing(pattern):
                open_kinds |= held
            beyond = beyond or bool(sharing & fitting and _leaves(pattern, account))
        reached = 0
        for kind in bits_of(kinds) if known else ():
            reached |= self._known_by_kind.get(kind, 0)
        known &= reached
        if reach.negated and known:
            known = sum(1 << place for place in bits_of(known) if reach.touches(self._known[place]))
        return Opened(kinds, open_kinds, known, beyond)

    def _able(self, mask: int) -> int:
        """Return the kinds that some of these actions act on."""
        found = self._by_mask.get(mask)
        if found is None:
            if mask.bit_count() <= _FEW:
                found = 0
                for index in bits_of(mask):
                    found |= self._kinds_by_action.get(index, 0)
            else:
                found = sum(
                    {1 << self._kind_of[shape.arn] for shape in self._shapes if shape.mask & mask}
                )
            self._by_mask[mask] = found
        return found

    def _fitting(self, pattern: str) -> tuple[int, int]:
        """Return the kinds and the known resources that a pattern takes in, whatever the action."""
        found = self._by_pattern.get(pattern)
        if found is None:
            kinds = 0
            for shape in self._catalogue.shapes.fitting_normal(pattern).shapes:
                kind = self._kind_of.get(shape.arn)
                kinds |= 0 if kind is None else 1 << kind
            found = self._by_pattern[pattern] = (kinds, self._places(pattern))
        return found

    def _places(self, pattern: str) -> int:
        if pattern == "*":
            return (1 << len(self._known)) - 1
        head = plain_head(pattern)
        found = sum(
            1 << place
            for place in self._whole
            if not self._known[place].startswith(head)
            and intersects(pattern, normal(self._known[place], variables=False))
        )
        place = bisect_left(self._known, head)
        while place < len(self._known) and self._known[place].startswith(head):
            if intersects(pattern, normal(self._known[place], variables=False)):
                found |= 1 << place
            place += 1
        return found


def _leaves(pattern: str, account: str) -> bool:
    """Tell whether a pattern takes in something of another account than this."""
    parts = parts_of(pattern)
    if parts is None:
        return True
    if parts[4]:
        return parts[4] != account
    return parts[2] == "s3" and names_nothing(pattern)


def known_resources(estate: Estate) -> Iterable[str]:
    """Yield the ARNs of the resources that a reading holds, whatever any policy says of them."""
    for agent in estate.agents:
        yield agent.arn
        yield from _arns(alias.arn for alias in agent.aliases)
        yield from _arns(item.target for own in agent.versions for item in own.integrations)
    yield from (role.arn for role in estate.roles)
    yield from (policy.arn for policy in estate.managed_policies if not policy.aws_managed)
    yield from (function.arn for function in estate.functions)
    yield from (guardrail.arn for guardrail in estate.guardrails)
    for bucket in estate.buckets:
        yield from (bucket.arn, f"{bucket.arn}/*")
    for resource in estate.resources:
        yield from (resource.arn, *resource.secret_arns)
    for base in estate.knowledge_bases:
        yield from (base.arn, *base.storage_arns, *base.secret_arns)
        for source in base.data_sources or ():
            yield from _arns((source.bucket_arn, source.secret_arn))


def _arns(found: Iterable[str | None]) -> Iterable[str]:
    return (text for text in found if text is not None and text.startswith("arn:"))
