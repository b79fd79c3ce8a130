"""The words of remediation: what is removed, by which change, and where it stands."""

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from recert.remediation.documents import fingerprint, readable
from recert.remediation.proposals import Proposal


class State(StrEnum):
    """Where the revocation of an item stands."""

    PLANNED = "planned"
    HANDED_OVER = "handed_over"
    CLAIMED = "claimed"
    APPLIED = "applied"
    VERIFIED = "verified"
    STILL_ALLOWED = "verified_still_allowed_by"
    FAILED = "failed"
    NOT_SUPPORTED = "not_supported"
    GONE = "gone"
    EXCEPTED = "excepted"
    REAPPEARED = "reappeared"


DONE = frozenset({State.VERIFIED, State.STILL_ALLOWED, State.GONE, State.EXCEPTED})
"""States in which nothing is left to do."""
OPEN = frozenset(
    {State.PLANNED, State.HANDED_OVER, State.FAILED, State.NOT_SUPPORTED, State.REAPPEARED}
)
"""States from which a change is planned afresh."""


class Operation(StrEnum):
    """What a change does to its policy."""

    PUT_INLINE = "put_inline"
    DELETE_INLINE = "delete_inline"
    NEW_VERSION = "new_version"
    DETACH = "detach"
    UPDATE_TRUST = "update_trust"
    PUT_BUCKET_POLICY = "put_bucket_policy"
    DELETE_BUCKET_POLICY = "delete_bucket_policy"
    DISABLE_ACTION_GROUP = "disable_action_group"
    DISASSOCIATE_KNOWLEDGE_BASE = "disassociate_knowledge_base"
    DELETE_GATEWAY_TARGET = "delete_gateway_target"


@dataclass(frozen=True, slots=True)
class Target:
    """What is changed: a policy, or an integration of an agent.

    `kind` as in `permissions`, or `trust`, `action_group`, `knowledge_base`, `gateway_target`;
    `role_arn` is the role that holds a policy, for `new_version` the first role that is concerned,
    empty for an integration; `arn` is that of the policy, of the bucket, of the agent; `region` is
    empty where the thing has none.
    """

    account: str
    role_arn: str
    kind: str
    name: str
    arn: str | None = None
    region: str = ""

    @property
    def role(self) -> str:
        """The name of the role, empty where there is none."""
        return self.role_arn.rpartition("/")[2]

    @property
    def holder(self) -> str:
        """Whatever holds what is changed, in words."""
        if self.role_arn and self.kind != "resource":
            return f"role {self.role}"
        return (
            "bucket" if self.kind == "resource" else f"agent {(self.arn or '').rpartition('/')[2]}"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the policy in the shape of the `permissions` command, and where it is."""
        return {
            "kind": self.kind,
            "name": self.name,
            "arn": self.arn,
            "role_arn": self.role_arn,
            "account": self.account,
            "region": self.region,
        }


@dataclass(frozen=True, slots=True)
class Allowed:
    """A grant that allows some of what was revoked all the same."""

    grant: str
    policy: str
    action: str
    actions: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the grant with the actions that it still allows."""
        return {
            "grant": self.grant,
            "policy": self.policy,
            "action": self.action,
            "actions": list(self.actions),
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One write to one policy or integration, for all items that it carries out.

    `before` and `after` are JSON texts; `after` is None where it is deleted or detached. `others`
    names, in words, who else is touched; `still_allowed_by` is by item. `left` says what is still to
    be done elsewhere once this is in place, None where nothing is.
    """

    target: Target
    operation: Operation
    before: str
    after: str | None
    items: tuple[str, ...]
    snapshot: str
    version_id: str | None = None
    others: tuple[str, ...] = ()
    owned_by: str | None = None
    still_allowed_by: Mapping[str, tuple[Allowed, ...]] = field(default_factory=dict)
    left: str | None = None

    @property
    def id(self) -> str:
        """The same for the same write to the same document."""
        place = self.target.arn if self.operation is Operation.NEW_VERSION else None
        parts = [
            place or self.target.role_arn,
            self.target.kind,
            self.target.arn or self.target.name,
            self.operation.value,
            fingerprint(self.before),
            fingerprint(self.after),
        ]
        return "r-" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]

    @property
    def diff(self) -> str:
        """What changes, line by line."""
        return "".join(
            difflib.unified_diff(
                readable(self.before).splitlines(keepends=True),
                readable(self.after).splitlines(keepends=True) if self.after is not None else [],
                f"{self.target.name} (before)",
                f"{self.target.name} (after)",
            )
        )

    def may_be_made(self, *, shared: bool) -> bool:
        """Tell whether recert makes it: never what a program owns, what others rely on with `shared`."""
        return self.owned_by is None and (shared or not self.others)

    def body(self) -> dict[str, Any]:
        """Return the change as the ledger keeps it: enough to go on with it, and to take it back."""
        return {
            "change": self.id,
            "target": self.target.as_json(),
            "operation": self.operation.value,
            "before": self.before,
            "before_sha256": fingerprint(self.before),
            "after": self.after,
            "after_sha256": fingerprint(self.after),
            "items": list(self.items),
            "snapshot": self.snapshot,
            "version_id": self.version_id,
            "others": list(self.others),
            "left": self.left,
            "still_allowed_by": {
                item: [one.as_json() for one in found]
                for item, found in self.still_allowed_by.items()
            },
        }

    def as_json(self) -> dict[str, Any]:
        """Return the change with its diff, for people and programs."""
        found = self.body()
        found["id"] = found.pop("change")
        found.pop("still_allowed_by")
        return {**found, "owned_by": self.owned_by, "diff": self.diff}


def change_of(body: Mapping[str, Any]) -> Change:
    """Read a change from the ledger."""
    target = body["target"]
    return Change(
        target=Target(
            account=target["account"],
            role_arn=target["role_arn"],
            kind=target["kind"],
            name=target["name"],
            arn=target["arn"],
            region=target.get("region") or "",
        ),
        operation=Operation(body["operation"]),
        before=body["before"],
        after=body["after"],
        items=tuple(body["items"]),
        snapshot=body["snapshot"],
        version_id=body["version_id"],
        others=tuple(body["others"]),
        left=body.get("left"),
        still_allowed_by={
            item: tuple(
                Allowed(one["grant"], one["policy"], one["action"], tuple(one["actions"]))
                for one in found
            )
            for item, found in body["still_allowed_by"].items()
        },
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one item stands, in the shape of the contract; `change` names the write, if any."""

    item: str
    title: str
    agent: str | None
    verdict: str
    state: State
    policy: Mapping[str, Any] | None
    detail: str
    still_allowed_by: tuple[Allowed, ...] = ()
    change: str | None = None
    proposal: Proposal | None = None
    successor: str | None = None

    def moved(self, state: State, detail: str) -> "Outcome":
        """Return the same item elsewhere."""
        return replace(self, state=state, detail=detail)

    def as_json(self) -> dict[str, Any]:
        """Return the item as `remediate` prints it."""
        return {
            "item": self.item,
            "title": self.title,
            "agent": self.agent,
            "verdict": self.verdict,
            "state": self.state.value,
            "policy": dict(self.policy) if self.policy is not None else None,
            "detail": self.detail,
            "still_allowed_by": [one.as_json() for one in self.still_allowed_by],
            "change": self.change,
            "proposal": self.proposal.text if self.proposal else None,
            "documents": dict(self.proposal.documents) if self.proposal else {},
            "successor": self.successor,
        }
