"""What a plan is written on: where each item stands, and the changes that carry the planned ones out."""

from collections.abc import Sequence
from dataclasses import dataclass

from recert.campaigns.remedies import Analyst, Estate, Removal
from recert.iam.arns import PARTS, account_of, parts_of
from recert.remediation.model import Change, Operation, Outcome, State
from recert.remediation.proposals import Proposal

CHANGED = "It changed since it was reviewed; `recert sync` asks about it again."
_ROLES = "GetAccountAuthorizationDetails"
_AWAY = frozenset({Operation.DETACH, Operation.DISASSOCIATE_KNOWLEDGE_BASE})


@dataclass(frozen=True, slots=True)
class Plan:
    """Every item with where it stands, and the changes that would carry out the planned ones."""

    items: tuple[Outcome, ...]
    changes: tuple[Change, ...]


class Sheet:
    """Filled by one planner after the other, over one reading."""

    def __init__(self, analyst: Analyst, snapshot: str) -> None:
        self.analyst = analyst
        self.estate = analyst.estate
        self.snapshot = snapshot
        self.outcomes: dict[str, Outcome] = {}
        self.changes: list[Change] = []

    def say(
        self, removal: Removal, state: State, detail: str, instead: Proposal | None = None
    ) -> None:
        """Say where an item stands that no change carries out."""
        self.outcomes[removal.item] = outcome_of(removal, state, detail, proposal=instead)

    def carry(
        self, change: Change, removals: Sequence[Removal], instead: Proposal | None = None
    ) -> None:
        """Add a change, and say that it carries items out."""
        self.changes.append(change)
        for removal in removals:
            self.outcomes[removal.item] = outcome_of(
                removal,
                State.HANDED_OVER if change.owned_by else State.PLANNED,
                detail_of(change),
                change=change,
                proposal=instead,
            )

    def has_role(self, removal: Removal, role_arn: str) -> bool:
        """Tell whether a role can be changed; where it cannot, say so of the item."""
        role = self.estate.roles_by_arn.get(role_arn)
        if role is None:
            if roles_were_read(self.analyst, role_arn):
                self.say(removal, State.GONE, f"The role {role_arn} is gone.")
            else:
                self.say(removal, State.FAILED, f"The role {role_arn} could not be read.")
            return False
        if role.service_linked:
            why = "The role belongs to a service of AWS, which alone changes it."
            self.say(removal, State.NOT_SUPPORTED, why)
            return False
        if removal.role_id and role.role_id and removal.role_id != role.role_id:
            self.say(removal, State.FAILED, f"The role was made anew. {CHANGED}")
            return False
        return True


def was_visited(estate: Estate, agent: str) -> bool:
    """Tell whether a reading looked where an agent lived, so that it is gone where it is not there."""
    _, _, _, region, account, _ = parts_of(agent) or [""] * PARTS
    return any((one.account, one.region) == (account, region) for one in estate.visits)


def roles_were_read(analyst: Analyst, role_arn: str) -> bool:
    """Tell whether the roles of a role's account were read to the end."""
    estate, account = analyst.estate, account_of(role_arn)
    refused = any(
        gap.account == account and gap.operation == _ROLES for gap in estate.coverage.gaps
    )
    visited = any(visit.account == account for visit in estate.visits)
    return visited and not refused


def detail_of(change: Change) -> str:
    """Say in a sentence what a change does, and what stands in its way."""
    target = change.target
    words = {
        Operation.PUT_INLINE: f"Rewrite the inline policy {target.name}",
        Operation.DELETE_INLINE: f"Delete the inline policy {target.name}",
        Operation.NEW_VERSION: f"Write a new version of the policy {target.name}",
        Operation.DETACH: f"Detach the policy {target.name}",
        Operation.UPDATE_TRUST: "Rewrite the trust policy",
        Operation.PUT_BUCKET_POLICY: f"Rewrite the policy of bucket {target.name}",
        Operation.DELETE_BUCKET_POLICY: f"Delete the policy of bucket {target.name}",
        Operation.DISABLE_ACTION_GROUP: f"Disable the action group {target.name}",
        Operation.DISASSOCIATE_KNOWLEDGE_BASE: f"Take the knowledge base {target.name} away",
        Operation.DELETE_GATEWAY_TARGET: f"Delete the target {target.name}",
    }
    found = words[change.operation]
    if target.kind != "resource":
        away = change.operation in _AWAY
        found += f" {'from' if away else 'of'} {target.holder}"
    found += "."
    if change.owned_by:
        found += f" {change.owned_by} owns it and would undo the change: change its source."
    if change.others:
        found += f" This touches {', '.join(change.others)}, too: apply it with --shared."
    if change.left:
        found += f" {change.left}"
    return found


def outcome_of(
    removal: Removal,
    state: State,
    detail: str,
    *,
    change: Change | None = None,
    proposal: Proposal | None = None,
) -> Outcome:
    """Return where a removal stands."""
    policy = change.target.as_json() if change else (removal.grant or {}).get("policy")
    if policy is None and removal.kind == "attachment":
        policy = removal.basis.get("policy")
    if policy is not None:
        policy = {key: policy.get(key) for key in ("kind", "name", "arn", "role_arn")}
        grant_role = (removal.grant or {}).get("role_arn") or removal.basis.get("role_arn")
        policy["role_arn"] = policy["role_arn"] or grant_role
    return Outcome(
        item=removal.item,
        title=removal.title,
        agent=removal.agent,
        verdict=removal.verdict,
        state=state,
        policy=policy,
        detail=detail,
        still_allowed_by=change.still_allowed_by.get(removal.item, ()) if change else (),
        change=change.id if change else None,
        proposal=proposal,
    )
