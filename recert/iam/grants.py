"""A grant as it is effective: what a reviewer decides on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from recert.iam.catalogue import Catalogue
from recert.iam.grammar import Statement
from recert.iam.layers import By
from recert.iam.levels import AccessLevel
from recert.iam.model import SourcedPolicy
from recert.iam.narrowing import NOT_RESOURCE
from recert.iam.reach import Reach


@dataclass(frozen=True, slots=True)
class Blocked:
    """Actions that a layer keeps back, and the statement that does.

    `by` names the layer; `index` and `sid` the statement, None where the layer lacks an Allow.
    """

    actions: tuple[str, ...]
    by: By
    policy: str
    policy_arn: str | None = None
    index: int | None = None
    sid: str | None = None


@dataclass(frozen=True, slots=True)
class EffectiveGrant:
    """One grant and what it comes to.

    `action` is the element as the policy writes it, or `NotAction: …` for a NotAction statement.
    `effective` are concrete actions, sorted; an element that the catalogue cannot expand stands
    there as written and in `unknown`. `unfit` are known actions of the element that no resource of
    the statement can hold. `conditional` is true where the statement has conditions that are not
    known to hold; `unmet` where one certainly fails for this principal, such as a date that has
    passed, so that nothing is effective. `catalogue_version` and `catalogue_digest` say against what
    this was judged. The set of effective known actions is kept as `bits << shift`, which is small
    for few actions or one service, and that of the unfit ones likewise.
    """

    principal: str
    source: SourcedPolicy
    statement: Statement
    action: str
    effective: tuple[str, ...] = field(repr=False)
    unknown: tuple[str, ...]
    conditional: bool
    unmet: bool
    blocked: tuple[Blocked, ...] = field(repr=False)
    narrowed: tuple[Blocked, ...] = field(repr=False)
    unsure: tuple[Blocked, ...] = field(repr=False)
    access_levels: tuple[AccessLevel, ...]
    reach: Reach = field(repr=False)
    catalogue: Catalogue = field(repr=False, compare=False)
    shift: int = field(repr=False)
    bits: int = field(repr=False)
    unfit_shift: int = field(repr=False)
    unfit_bits: int = field(repr=False)

    @property
    def unfit(self) -> tuple[str, ...]:
        """The known actions of the element that no resource of the statement can hold, sorted."""
        if not self.unfit_bits:
            return ()
        return self.catalogue.actions(self.unfit_bits << self.unfit_shift)

    @property
    def mask(self) -> int:
        """The known actions that are effective, as a set of the catalogue."""
        return self.bits << self.shift

    def named(self, mask: int) -> tuple[str, ...]:
        """Return the names of a set of actions, in the catalogue that the grant was judged by."""
        return self.catalogue.actions(mask)

    @property
    def catalogue_version(self) -> str:
        """The version of that catalogue."""
        return self.catalogue.version

    @property
    def catalogue_digest(self) -> str:
        """The digest of that catalogue."""
        return self.catalogue.digest

    @property
    def key(self) -> str:
        """The stable id of the grant, see `grant_key`."""
        return grant_key(self.principal, self.source, self.statement, self.action)

    @property
    def index(self) -> int:
        """The index of the statement in its policy, from 0."""
        return self.statement.index

    @property
    def sid(self) -> str | None:
        """The Sid of the statement."""
        return self.statement.sid

    @property
    def resources(self) -> tuple[str, ...]:
        """The Resource elements as written; a NotResource list as `NotResource: …`."""
        if self.statement.not_resources is not None:
            return tuple(f"{NOT_RESOURCE}{each}" for each in self.statement.not_resources)
        return self.statement.resources or ()

    @property
    def conditions(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The conditions as the policy writes them: operator, key, values."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for each in self.statement.conditions:
            found.setdefault(each.operator, {})[each.key] = each.values
        return found


def grant_key(principal: str, source: SourcedPolicy, statement: Statement, action: str) -> str:
    """Return the stable id of a grant: the same for the same place in the same policy."""
    parts = (
        principal,
        source.kind,
        source.arn or source.name,
        str(statement.index),
        statement.sid or "",
        action,
    )
    return "g" + hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()[:12]
