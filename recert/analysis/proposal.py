"""A proposed ceiling: what it has to let through, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from recert.iam.arns import account_of
from recert.iam.grants import EffectiveGrant

Kind = Literal["boundary", "scp", "agents-scp"]
KINDS: tuple[Kind, ...] = ("boundary", "scp", "agents-scp")
"""A permissions boundary; an SCP that is conditioned on the role; one that names nothing but Bedrock and
AgentCore actions."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a ceiling has to let through: ids of grants.

    `narrowed` maps a grant to the actions that are left of it; `revoked` are grants that a reviewer
    decided to remove: their use was judged by a person.
    """

    whole: frozenset[str] = frozenset()
    narrowed: Mapping[str, tuple[str, ...]] | None = None
    revoked: frozenset[str] = frozenset()

    @property
    def decided(self) -> frozenset[str]:
        """The grants on which a person decided."""
        return self.whole | self.revoked | frozenset(self.narrowed or ())

    def actions_of(self, grant: EffectiveGrant) -> tuple[str, ...]:
        """Return the effective actions of a grant that are to stay."""
        if grant.key in self.whole:
            return grant.effective
        left = {name.lower() for name in (self.narrowed or {}).get(grant.key, ())}
        return tuple(name for name in grant.effective if name.lower() in left)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ceiling for one role; `document` is None where it is refused, `reason` then says why.

    `taken` maps the ids of grants to the effective actions that they would lose; `compared` counts
    the other roles whose verdicts were worked out with and without it, and came out the same.
    """

    kind: Kind
    role_arn: str
    document: dict[str, Any] | None
    reason: str
    taken: dict[str, tuple[str, ...]]
    compared: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as a JSON value."""
        return {
            "kind": self.kind,
            "role_arn": self.role_arn,
            "attach_to": self._place,
            "document": self.document,
            "reason": self.reason,
            "taken": {key: list(actions) for key, actions in self.taken.items()},
            "roles_compared": self.compared,
        }

    @property
    def _place(self) -> str:
        if self.kind == "boundary":
            return self.role_arn
        return f"account {account_of(self.role_arn)}"
