"""The ways from an agent outwards: the steps, the roles at their ends, and all that is set in motion."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from recert.estate.estate import Estate
from recert.estate.integrations import KnowledgeBase

ASSUME_ROLE = "assume_role"
"""The kind of the step from one role to another that lets it in."""


class HopState(StrEnum):
    """Whether a step can be taken, as far as was read."""

    OPEN = "open"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from `source` to `target` (ARNs or names), and the evidence for it."""

    kind: str
    source: str
    target: str
    evidence: str
    state: HopState = HopState.OPEN

    def as_json(self) -> dict[str, Any]:
        """Return the hop as a JSON value."""
        return {
            "kind": self.kind,
            "source": self.source,
            "target": self.target,
            "evidence": self.evidence,
            "state": self.state.value,
        }


Way = tuple[Hop, ...]
"""Steps from an agent outwards, in order."""


@dataclass(frozen=True, slots=True)
class ActingRole:
    """A role through which the agent acts; `role_arn` is None where it could not be read."""

    role_arn: str | None
    hops: Way

    @property
    def via(self) -> str:
        """Say how the role is reached: `execution role`, or the chain of integrations."""
        if len(self.hops) == 1 and self.hops[0].kind == "execution_role":
            return "execution role"
        return " > ".join(hop.evidence for hop in self.hops)

    @property
    def state(self) -> HopState:
        """Whether the whole way can be taken, as far as was read."""
        states = {hop.state for hop in self.hops}
        return next(
            (state for state in (HopState.BLOCKED, HopState.UNKNOWN) if state in states),
            HopState.OPEN,
        )

    @property
    def direct(self) -> bool:
        """Tell whether this is an execution role of the agent itself."""
        return len(self.hops) == 1


@dataclass(frozen=True, slots=True)
class Driven:
    """Everything that some versions of an agent can set in motion.

    `functions` and `knowledge_bases` hold the way to each by ARN, blocked ways included;
    `agents` the collaborators; `unknown` says in words what could not be followed.
    """

    roles: tuple[ActingRole, ...] = ()
    functions: dict[str, Way] = field(default_factory=dict)
    knowledge_bases: dict[str, Way] = field(default_factory=dict)
    agents: dict[str, Way] = field(default_factory=dict)
    dead_ends: tuple[Way, ...] = ()
    unknown: tuple[str, ...] = ()

    def bases_in(self, estate: Estate) -> Iterator[KnowledgeBase]:
        """Yield the knowledge bases among them that a reading holds."""
        return (base for base in estate.knowledge_bases if base.arn in self.knowledge_bases)

    @property
    def role_arns(self) -> tuple[str, ...]:
        """Return the roles that are known, in the order in which they were found."""
        return tuple(dict.fromkeys(role.role_arn for role in self.roles if role.role_arn))
