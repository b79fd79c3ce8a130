"""The plan: from signed revocations one exact, proved patch for each policy; nothing is written."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from recert.campaigns.remedies import Analyst, Removal
from recert.iam.errors import PolicyError
from recert.iam.grants import EffectiveGrant
from recert.iam.model import SourcedPolicy
from recert.iam.proof import Proof, place
from recert.iam.rewrite import Rewritten, check_size, policy_size
from recert.remediation import bystanders, plan_agents, plan_buckets, plan_trust
from recert.remediation.documents import compact
from recert.remediation.locate import Judge, allowed, find, policy_of
from recert.remediation.model import Allowed, Change, Operation, State, Target
from recert.remediation.ownership import owner_of
from recert.remediation.patches import Cut, Keep, Patched, patched, proved
from recert.remediation.proposals import Proposal, by_hand
from recert.remediation.replacement import replacement
from recert.remediation.sheet import CHANGED, Plan, Sheet
from recert.remediation.split import split


@dataclass(slots=True)
class _Group:
    """The cuts of one policy, and for which roles and agents each was decided."""

    kind: str
    policy: str
    roles: dict[str, SourcedPolicy] = field(default_factory=dict)
    cuts: dict[Cut, Keep] = field(default_factory=dict)
    held: dict[tuple[str, Cut], list[Removal]] = field(default_factory=dict)
    made: Rewritten | None = None
    detach: bool = False

    @property
    def removals(self) -> list[Removal]:
        return [one for held in self.held.values() for one in held]


class Planner:
    """Plans over one reading; `analyst` holds its authority."""

    def __init__(self, analyst: Analyst, snapshot: str) -> None:
        self.analyst = analyst
        self.snapshot = snapshot
        self.judge = Judge(analyst.catalogue)
        self._sheet = Sheet(analyst, snapshot)
        self._groups: dict[tuple[str, str, str], _Group] = {}
        self._splits: dict[tuple[str, frozenset[str | None]], Proposal] = {}

    def plan(self, removals: Sequence[Removal]) -> Plan:
        """Return the plan of removals, in their order."""
        apart: dict[str, list[Removal]] = {}
        for removal in removals:
            apart.setdefault(self._sort(removal), []).append(removal)
        for removal in apart.get("by_hand", ()):
            self._say(removal, State.NOT_SUPPORTED, *by_hand(removal, self.analyst))
        plan_trust.plan(self._sheet, apart.get("trust", ()))
        plan_buckets.plan(self._sheet, self.judge, apart.get("bucket", ()))
        plan_agents.plan(self._sheet, apart.get("integration", ()))
        for removal in apart.get("replacement", ()):
            self._replace(removal)
        for removal in apart.get("policy", ()):
            self._place(removal)
        self._rewrite()
        while self._prove():
            pass
        order = [self._sheet.outcomes[one.item] for one in removals]
        return Plan(tuple(order), tuple(self._sheet.changes))

    # -- sorting ------------------------------------------------------------------------------

    @property
    def _say(self) -> Callable[..., None]:
        return self._sheet.say

    def _sort(self, removal: Removal) -> str:
        kind = str(((removal.grant or {}).get("policy") or {}).get("kind"))
        if removal.kind in ("trust", "integration"):
            return removal.kind
        if removal.kind == "attachment":
            return "policy" if removal.verdict == "revoke" else "replacement"
        if removal.kind == "permission":
            known = {"inline": "policy", "customer-managed": "policy", "resource": "bucket"}
            return known.get(kind, "by_hand")
        return "by_hand"

    def _replace(self, removal: Removal) -> None:
        if self._sheet.has_role(removal, str(removal.basis.get("role_arn"))):
            self._say(removal, *replacement(self.analyst, removal))

    def _place(self, removal: Removal) -> None:
        reviewed = removal.grant or {}
        role_arn = str(reviewed.get("role_arn") or removal.basis.get("role_arn"))
        if not self._sheet.has_role(removal, role_arn):
            return
        if removal.kind == "attachment":
            self._detach(removal, role_arn)
            return
        found = find(reviewed, self.analyst.role_grants(role_arn))
        if found.grant is None and found.changed:
            self._say(removal, State.FAILED, CHANGED)
        elif found.grant is None:
            self._say(removal, State.GONE, "The last reading no longer finds it.")
        else:
            self._cut(removal, role_arn, found.grant)

    def _cut(self, removal: Removal, role_arn: str, grant: EffectiveGrant) -> None:
        kind, policy = policy_of(grant)
        key = (kind, policy, role_arn if kind == "inline" else "")
        group = self._groups.setdefault(key, _Group(kind, policy))
        cut = (grant.index, grant.action)
        keep = Keep(removal.keep, removal.keep_resources)
        if group.cuts.setdefault(cut, keep) != keep:
            why = "It was decided differently for different agents that share it."
            self._say(removal, State.NOT_SUPPORTED, why, split(self.analyst, role_arn, [removal]))
            return
        group.roles[role_arn] = grant.source
        group.held.setdefault((role_arn, cut), []).append(removal)

    def _detach(self, removal: Removal, role_arn: str) -> None:
        arn = str((removal.basis.get("policy") or {}).get("arn"))
        authority = self.analyst.role(role_arn)
        role = self.analyst.estate.roles_by_arn[role_arn]
        if arn not in role.attached:
            self._say(removal, State.GONE, "The last reading no longer finds it attached.")
            return
        sources = authority.authority.identity if authority is not None else ()
        source = next((one for one in sources if one.arn == arn), None)
        if source is None:
            self._say(removal, State.FAILED, f"The policy {arn} could not be read.")
            return
        group = self._groups.setdefault(
            ("aws-managed", arn, role_arn), _Group("aws-managed", arn, detach=True)
        )
        group.roles[role_arn] = source
        for grant in self.analyst.role_grants(role_arn):
            if grant.source == source:
                group.cuts[place(grant)] = Keep()
        group.held.setdefault((role_arn, (0, "")), []).append(removal)

    # -- rewriting ----------------------------------------------------------------------------

    def _rewrite(self) -> None:
        for key, group in list(self._groups.items()):
            if group.detach:
                group.made = Rewritten(None, ())
                continue
            try:
                document = json.loads(self._text(group) or "")
                group.made = patched(document, group.cuts)
                self._fits(group)
            except (PolicyError, ValueError) as error:
                self._drop(key, f"No patch can be made: {error}")

    def _fits(self, group: _Group) -> None:
        if group.made is None:
            return
        if group.kind != "inline":
            check_size(group.made, "managed")
            return
        role = self.analyst.estate.roles_by_arn[next(iter(group.roles))]
        others = sum(
            policy_size(json.loads(one.document)) for one in role.inline if one.name != group.policy
        )
        before = policy_size(json.loads(self._text(group) or "{}"))
        if group.made.size > before:
            check_size(group.made, "inline", other_inline=others)

    def _text(self, group: _Group) -> str | None:
        role = self.analyst.estate.roles_by_arn[next(iter(group.roles))]
        if group.kind == "inline":
            return next((one.document for one in role.inline if one.name == group.policy), None)
        held = self.analyst.estate.policies_by_arn.get(group.policy)
        return held.document if held is not None else None

    def _drop(self, key: tuple[str, str, str], why: str) -> None:
        for removal in self._groups.pop(key).removals:
            self._say(removal, State.FAILED, why)

    # -- proving ------------------------------------------------------------------------------

    def _prove(self) -> bool:
        """Prove every group; return whether one failed, so that the others are proved anew."""
        patches: dict[str, list[tuple[_Group, Patched]]] = {}
        for group in self._groups.values():
            for role_arn, source in group.roles.items():
                if group.made is not None:
                    found = Patched(source, group.made, group.cuts)
                    patches.setdefault(role_arn, []).append((group, found))
        proofs: dict[tuple[int, str], Proof] = {}
        for role_arn, held in patches.items():
            authority = self.analyst.role(role_arn)
            for group, one in held:
                key = next(key for key, each in self._groups.items() if each is group)
                if authority is None:
                    self._drop(key, "The role could not be read.")
                    return True
                others = [each for _, each in held]
                try:
                    proof = proved(authority.authority, others, one, self.analyst.catalogue)
                except PolicyError as error:
                    self._drop(key, f"The patch is no policy: {error}")
                    return True
                if not proof.ok:
                    self._drop(key, f"The patch was not proved: {' '.join(proof.problems)}")
                    return True
                proofs[id(group), role_arn] = proof
        for group in self._groups.values():
            self._settle(group, {role: proofs[id(group), role] for role in group.roles})
        return False

    def _settle(self, group: _Group, proofs: Mapping[str, Proof]) -> None:
        whole = group.kind == "customer-managed" and group.made and group.made.document is None
        if whole or group.detach:
            for role_arn in group.roles:
                self._change(group, [role_arn], proofs)
        else:
            self._change(group, list(group.roles), proofs)

    def _change(self, group: _Group, roles: list[str], proofs: Mapping[str, Proof]) -> None:
        removals = [
            one for (role_arn, _), held in group.held.items() if role_arn in roles for one in held
        ]
        still = {
            one.item: self._still(one, role_arn, proofs[role_arn])
            for (role_arn, _), held in group.held.items()
            if role_arn in roles
            for one in held
        }
        change = self._written(group, roles, [one.item for one in removals], still)
        shared = any(other.startswith("agent ") for other in change.others)
        apart = self._apart(roles[0], removals) if shared and len(roles) == 1 else None
        self._sheet.carry(change, removals, apart)

    def _apart(self, role_arn: str, removals: Sequence[Removal]) -> Proposal:
        """Return the split of a role for the agents of some removals, with all that is theirs."""
        agents = frozenset(one.agent for one in removals)
        if (role_arn, agents) not in self._splits:
            held = [
                one
                for group in self._groups.values()
                for (role, _), each in group.held.items()
                for one in each
                if role == role_arn and one.agent in agents
            ]
            self._splits[role_arn, agents] = split(self.analyst, role_arn, held)
        return self._splits[role_arn, agents]

    def _written(
        self,
        group: _Group,
        roles: list[str],
        items: list[str],
        still: Mapping[str, tuple[Allowed, ...]],
    ) -> Change:
        role = self.analyst.estate.roles_by_arn[roles[0]]
        source = group.roles[role.arn]
        document = group.made.document if group.made is not None else None
        inline = group.kind == "inline"
        operation = Operation.NEW_VERSION
        if inline:
            operation = Operation.PUT_INLINE if document else Operation.DELETE_INLINE
        elif document is None:
            operation = Operation.DETACH
        detaching = operation is Operation.DETACH
        held = self.analyst.estate.policies_by_arn.get(group.policy)
        tags = [role.tags] if inline or detaching else [held.tags if held else {}]
        before = compact({"attached": group.policy}) if detaching else self._text(group) or ""
        return Change(
            target=Target(role.account, role.arn, group.kind, source.name, source.arn),
            operation=operation,
            before=before,
            after=None if document is None else compact(document),
            items=tuple(items),
            snapshot=self.snapshot,
            version_id=source.version_id,
            others=tuple(dict.fromkeys(self._others(group, roles, shared=not detaching))),
            owned_by=next((found for one in tags if (found := owner_of(one))), None),
            still_allowed_by=still,
        )

    def _others(self, group: _Group, roles: list[str], *, shared: bool) -> Iterable[str]:
        for (role_arn, _), held in group.held.items():
            if role_arn in roles:
                yield from bystanders.agents(self.analyst, role_arn, {one.agent for one in held})
        if group.kind == "customer-managed" and shared:
            complete = [
                role for role in roles if all((role, cut) in group.held for cut in group.cuts)
            ]
            yield from bystanders.roles(self.analyst, group.policy, complete)

    def _still(self, removal: Removal, role_arn: str, proof: Proof) -> tuple[Allowed, ...]:
        before = self.analyst.role_grants(role_arn)
        keys = {(policy_of(one), one.action, one.resources): one.key for one in before}
        after = [*proof.after, *(one for one in before if one.source.kind == "resource")]
        found = []
        for grant, actions in self.judge.leftovers(removal, after):
            told = allowed(grant, actions)
            former = keys.get((policy_of(grant), grant.action, grant.resources), told.grant)
            found.append(Allowed(former, told.policy, told.action, told.actions))
        return tuple(found)
