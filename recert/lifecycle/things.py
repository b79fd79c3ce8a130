"""What several agents may share: which functions, roles, bases and ceilings differ, and for whom."""

from collections.abc import Iterable

from recert.analysis.resource_policies import policies_behind
from recert.analysis.ways import Driven
from recert.estate.agents import Agent, AgentVersion
from recert.estate.estate import Estate
from recert.estate.integrations import Guardrail
from recert.iam.arns import account_of
from recert.lifecycle.bases import compare_bases, compare_buckets
from recert.lifecycle.ceilings import compare_ceilings
from recert.lifecycle.changes import Change, keyed_differs
from recert.lifecycle.companions import compare_resources
from recert.lifecycle.enforcement import ForcedGuardrails
from recert.lifecycle.functions import compare_functions
from recert.lifecycle.resource_policies import compare_policies
from recert.lifecycle.roles import compare_roles
from recert.lifecycle.unread import ROLE_READS, Unread


class SharedChanges:
    """The differences of shared things, each worked out once, by what they belong to."""

    def __init__(self, before: Estate, after: Estate) -> None:
        self._estates = (before, after)
        self.roles = self._roles()
        self.functions = {
            arn: found
            for arn, new in after.functions_by_arn.items()
            if (old := before.functions_by_arn.get(arn)) is not None
            and old != new
            and (found := compare_functions(old, new))
        }
        self.bases = self._bases()
        self.buckets = self._buckets()
        self.resources = {
            new.arn: found
            for new in after.resources_by_arn.values()
            if (was := before.resources_by_arn.get(new.arn)) is not None
            and was != new
            and (found := compare_resources(was, new))
        }
        self.ceilings = {
            account: found
            for account in {role.account for role in after.roles}
            if (found := compare_ceilings(before.organization, after.organization, account))
        }
        self.forced = ForcedGuardrails(before, after)
        self.resource_policies = compare_policies(before, after)

    @property
    def nothing(self) -> bool:
        """Tell whether no shared thing differs; guardrails are compared per agent."""
        return not (
            self.roles
            or self.functions
            or self.bases
            or self.buckets
            or self.ceilings
            or self.resources
            or self.resource_policies
        )

    def of(self, reach: Driven, common: Driven) -> list[Change]:
        """Return the differences of what `reach` drives and the earlier reading drove as well."""
        roles = [arn for arn in reach.role_arns if arn in common.role_arns]
        found = [change for arn in roles for change in self.roles.get(arn, ())]
        for arn in reach.functions.keys() & common.functions.keys():
            found += self.functions.get(arn, ())
        bases = reach.knowledge_bases.keys() & common.knowledge_bases.keys()
        for arn in bases:
            found += self.bases.get(arn, ())
        for bucket in self._read_by(bases):
            found += self.buckets.get(bucket, ())
        for account in {account_of(arn) or "" for arn in roles}:
            found += self.ceilings.get(account, ())
        return found

    def resources_of(self, before: Agent, after: Iterable[AgentVersion]) -> list[Change]:
        """Return the differences of the shared resources that versions name, now and before."""
        if not self.resources:
            return []
        named = _names(after) & _names(before.versions)
        return [change for arn in sorted(named) for change in self.resources.get(arn, ())]

    def policies_of(
        self,
        agents: tuple[Agent, Agent],
        versions: Iterable[AgentVersion],
        reaches: tuple[Driven, Driven],
    ) -> list[Change]:
        """Return the differences of policies and keys that versions rest on, now and before.

        `agents` and `reaches` are those of the earlier and of the later reading.
        """
        if not self.resource_policies:
            return []
        old = policies_behind(self._estates[0], agents[0], agents[0].versions, reaches[0])
        new = policies_behind(self._estates[1], agents[1], versions, reaches[1])
        return [
            change for arn in sorted(old & new) for change in self.resource_policies.get(arn, ())
        ]

    def guardrail(self, agent: Agent, before: AgentVersion, after: AgentVersion) -> list[Change]:
        """Return whether the guardrail behind an unchanged reference is another one now."""
        one, two = before.guardrail, after.guardrail
        if one is None or two is None or one != two:
            return []
        old, new = (estate.guardrail_of(agent, two) for estate in self._estates)
        if old is None or new is None or old.content is None or new.content is None:
            return []
        if not keyed_differs(old.content, new.content):
            return []
        values = (_content(old), _content(new))
        how = f"the settings of guardrail {new.name}, version {new.version}, differ"
        return [Change("guardrail.changed", "guardrail", *values, how)]

    def _roles(self) -> dict[str, list[Change]]:
        before, after = self._estates
        touched = {
            policy.arn
            for policy in after.policies_by_arn.values()
            if before.policies_by_arn.get(policy.arn) != policy
        } | (before.policies_by_arn.keys() - after.policies_by_arn.keys())
        unread = (Unread(before), Unread(after))
        found: dict[str, list[Change]] = {}
        for old in before.roles_by_arn.values():
            new = after.roles_by_arn.get(old.arn)
            if new is None:
                if not any(side.about(ROLE_READS, old.account, (old.arn,)) for side in unread):
                    how = "the role is no longer there"
                    values = {"role_arn": old.arn, "role_id": old.role_id}
                    found[old.arn] = [Change("role.removed", old.arn, values, None, how)]
                continue
            if old == new and not touched.intersection((*new.attached, new.boundary)):
                continue
            if changes := compare_roles(old, new, self._estates):
                found[old.arn] = changes
        return found

    def _bases(self) -> dict[str, list[Change]]:
        before, after = self._estates
        old = {base.arn: base for base in before.knowledge_bases}
        return {
            new.arn: found
            for new in {base.arn: base for base in after.knowledge_bases}.values()
            if new.arn in old
            and old[new.arn] != new
            and (found := compare_bases(old[new.arn], new, self._estates))
        }

    def _buckets(self) -> dict[str, list[Change]]:
        before, after = self._estates
        old = {bucket.arn: bucket for bucket in before.buckets}
        return {
            new.arn: found
            for new in {bucket.arn: bucket for bucket in after.buckets}.values()
            if new.arn in old
            and old[new.arn] != new
            and (found := compare_buckets(old[new.arn], new))
        }

    def _read_by(self, bases: set[str]) -> set[str]:
        if not self.buckets or not bases:
            return set()
        return {
            source.bucket_arn
            for base in self._estates[1].knowledge_bases
            if base.arn in bases
            for source in base.data_sources or ()
            if source.bucket_arn
        }


def _names(versions: Iterable[AgentVersion]) -> set[str]:
    return {
        arn
        for version in versions
        for item in version.integrations
        for arn in (item.target, *item.provider_arns)
        if arn
    }


def _content(guardrail: Guardrail) -> dict[str, object]:
    return {
        "identifier": guardrail.id,
        "name": guardrail.name,
        "version": guardrail.version,
        "content": guardrail.content,
    }
