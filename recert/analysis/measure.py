"""The measure of what an agent can do: its blast radius.

Every part counts something that a person can check, and no part falls when a permission is added or
widened. The score weighs the logarithms of the parts, so that doubling any of them adds the same;
what each part adds is shown beside it, and the score is their sum. It compares agents of any estate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2

from recert.analysis.resource_counter import Opened, ResourceCounter
from recert.iam.catalogue import Catalogue
from recert.iam.grants import EffectiveGrant
from recert.iam.levels import AccessLevel
from recert.text import plural

WEIGHTS: Mapping[str, int] = {
    "actions": 6,
    "write_actions": 12,
    "delete_actions": 6,
    "credential_actions": 15,
    "services": 8,
    "resources": 8,
    "open_kinds": 8,
    "accounts": 12,
    "external_endpoints": 8,
    "escalations": 30,
}
"""What doubling a part adds to the score."""

_WRITES = (AccessLevel.WRITE, AccessLevel.PERMISSIONS, AccessLevel.TAGGING)
_DELETES = ("*:Delete*", "*:Terminate*", "*:Remove*", "*:Purge*", "*:Destroy*")


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """The parts of the measure.

    `resources` is at least how many resources are within reach: those of the reading that it can
    touch, and one for each kind of which the reading holds none. `resource_kinds` counts the kinds
    of resources that it can act on, `open_kinds` those of which it may take any. `accounts` counts
    those in which it acts, its own first, and one more where its policies leave its own accounts
    for whatever owners elsewhere share with it (`beyond`). `escalations` counts ways to permissions
    that nobody gave it.
    """

    actions: int = 0
    write_actions: int = 0
    delete_actions: int = 0
    credential_actions: int = 0
    services: int = 0
    resources: int = 0
    resource_kinds: int = 0
    open_kinds: int = 0
    accounts: int = 0
    external_endpoints: int = 0
    escalations: int = 0
    beyond: bool = False

    @property
    def score_parts(self) -> dict[str, int]:
        """Return what each part adds to the score; the agent's own account adds nothing."""
        counted = {name: getattr(self, name) for name in WEIGHTS}
        counted["accounts"] = max(self.accounts - 1, 0)
        return {name: int(WEIGHTS[name] * log2(1 + value)) for name, value in counted.items()}

    @property
    def score(self) -> int:
        """Return the score: 0 for an agent that can do nothing; there is no upper end."""
        return sum(self.score_parts.values())

    @property
    def sentence(self) -> str:
        """Say it in one sentence."""
        return (
            f"It can perform {plural(self.actions, 'action')} of "
            f"{plural(self.services, 'service')}, {self.write_actions:,} of which change something, "
            f"on at least {plural(self.resources, 'resource')} of "
            f"{plural(self.resource_kinds, 'kind')}{self._without_limit}{self._where}{self._more}."
        )

    @property
    def _without_limit(self) -> str:
        if not self.open_kinds:
            return ""
        return f" ({self.open_kinds:,} of them without a limit)"

    @property
    def _where(self) -> str:
        inside = self.accounts - self.beyond
        where = f" in {plural(inside, 'account')}"
        return f"{where} and in others that share with it" if self.beyond else where

    @property
    def _more(self) -> str:
        found = []
        if self.credential_actions:
            found.append(f"{plural(self.credential_actions, 'way')} to get at credentials")
        if self.external_endpoints:
            found.append(
                plural(self.external_endpoints, "place outside of AWS", "places outside of AWS")
            )
        if self.escalations:
            found.append(f"{plural(self.escalations, 'way')} to more permissions")
        return f", with {', '.join(found)}" if found else ""

    def as_json(self) -> dict[str, int]:
        """Return the parts and the score."""
        return {
            "actions": self.actions,
            "write_actions": self.write_actions,
            "delete_actions": self.delete_actions,
            "credential_actions": self.credential_actions,
            "services": self.services,
            "resources": self.resources,
            "resource_kinds": self.resource_kinds,
            "open_kinds": self.open_kinds,
            "accounts": self.accounts,
            "external_endpoints": self.external_endpoints,
            "escalations": self.escalations,
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class Held:
    """What the grants of one role, or of several, come to: sets that a union joins."""

    mask: int = 0
    unknown: frozenset[str] = frozenset()
    opened: Opened = field(default_factory=Opened)

    def __or__(self, other: "Held") -> "Held":
        """Return what both come to together."""
        return Held(
            self.mask | other.mask, self.unknown | other.unknown, self.opened | other.opened
        )


def held(grants: Iterable[EffectiveGrant], counter: ResourceCounter) -> Held:
    """Return what the effective part of some grants comes to."""
    live = [grant for grant in grants if grant.effective]
    mask, unknown = 0, set[str]()
    for grant in live:
        mask |= grant.mask
        unknown.update(set(grant.unknown).intersection(grant.effective))
    return Held(mask, frozenset(unknown), counter.measure(live))


def measure(
    catalogue: Catalogue,
    counter: ResourceCounter,
    found: Held,
    *,
    accounts: set[str],
    escalations: int,
    external_endpoints: int,
) -> BlastRadius:
    """Measure what was found; `accounts` are those in which the agent acts."""
    mask, levels = found.mask, catalogue.level_masks
    names = (*catalogue.actions(mask), *found.unknown)
    beyond = found.opened.beyond
    return BlastRadius(
        actions=mask.bit_count() + len(found.unknown),
        write_actions=sum((mask & levels[level]).bit_count() for level in _WRITES),
        delete_actions=(mask & catalogue.union(_DELETES)).bit_count(),
        credential_actions=(mask & catalogue.credential_mask).bit_count(),
        services=len({name.partition(":")[0].lower() for name in names}),
        resources=counter.resources(found.opened),
        resource_kinds=found.opened.kinds.bit_count(),
        open_kinds=found.opened.open_kinds.bit_count(),
        accounts=len(accounts) + beyond,
        external_endpoints=external_endpoints,
        escalations=escalations,
        beyond=beyond,
    )
