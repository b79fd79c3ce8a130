"""Answers about one estate, each worked out once however often it is asked for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from recert.analysis.acting import driven
from recert.analysis.authority import RoleAuthority, authority_of, parsed, user_authority
from recert.analysis.ceilings import ceilings
from recert.analysis.chains import opened_targets, unread_targets
from recert.analysis.grants import ReviewGrant, review_grant
from recert.analysis.indexes import Index, callers, executors, inverted, things_by_role
from recert.analysis.measure import Held, held
from recert.analysis.needs import guarded_arns
from recert.analysis.purpose import needs_of
from recert.analysis.resource_counter import ResourceCounter, known_resources
from recert.analysis.resource_grants import resource_sources
from recert.analysis.resource_policies import ResourcePolicy, resource_policies
from recert.analysis.risks import silent_mask
from recert.analysis.trust import trust_basis
from recert.analysis.usage import RoleUsage
from recert.analysis.ways import ASSUME_ROLE, ActingRole, Driven
from recert.estate.agents import Agent
from recert.estate.estate import Estate
from recert.iam.arns import account_of, is_aws_managed
from recert.iam.catalogue import Catalogue
from recert.iam.certainty import role_facts
from recert.iam.context import Context
from recert.iam.effective import Assessor
from recert.iam.escalation import escalations
from recert.iam.grants import EffectiveGrant
from recert.iam.model import Authority
from recert.iam.paths import EscalationPath
from recert.iam.still_allowed import Overlap, overlaps
from recert.iam.targets import TargetRole, Targets
from recert.iam.who_can import WhoCan

_ALL = 1000
"""Above so many grants of one role, overlaps are left to the command that asks for one grant."""


class Analyst:
    """One estate and one catalogue, with everything that was derived from them so far."""

    def __init__(self, estate: Estate, catalogue: Catalogue) -> None:
        self.estate = estate
        self.catalogue = catalogue
        self._assessor = Assessor(catalogue, at=estate.taken_at)
        self._reach: dict[str, Driven] = {}
        self._roles: dict[str, RoleAuthority | None] = {}
        self._grants: dict[str, tuple[EffectiveGrant, ...]] = {}
        self._reviewed: dict[str, tuple[ReviewGrant, ...]] = {}
        self._ceilings: dict[str, str] = {}
        self._trust: dict[str, list[dict[str, Any]] | None] = {}
        self._paths: dict[str, tuple[EscalationPath, ...]] = {}
        self._goals: dict[str, Targets] = {}
        self._acting: dict[str, tuple[ActingRole, ...]] = {}
        self._held: dict[str, Held] = {}
        self._overlaps: dict[str, dict[str, tuple[Overlap, ...]]] = {}

    def prepare(self) -> None:
        """Build the indexes that every question needs, as part of loading an estate."""
        for agent in self.estate.agents[:1]:  # one question makes the engine's own tables
            self.acting(agent.arn)
            self.held(agent.role_arns)
        _ = (self.users, self.function_users, self.executors, self.callers, self.things_by_role)
        _ = self.who_can

    def agent(self, agent_arn: str) -> Agent:
        """Return an agent; raises LookupError where the estate holds none of this ARN."""
        agent = self.estate.agents_by_arn.get(agent_arn)
        if agent is None:
            raise LookupError(f"there is no agent {agent_arn} in this reading")
        return agent

    def reach_of(self, agent_arn: str) -> Driven:
        """Return what the judged versions of an agent drive."""
        if agent_arn not in self._reach:
            self._reach[agent_arn] = driven(self.estate, self.agent(agent_arn))
        return self._reach[agent_arn]

    def acting(self, agent_arn: str) -> tuple[ActingRole, ...]:
        """Return the acting roles of an agent without those whose assuming a layer stops."""
        if agent_arn not in self._acting:
            roles = self.reach_of(agent_arn).roles
            self._acting[agent_arn] = tuple(role for role in roles if self._open(role))
        return self._acting[agent_arn]

    def _open(self, role: ActingRole) -> bool:
        """Tell whether the engine lets every assuming on the way to a role through."""
        return all(
            hop.target in opened_targets(self.escalations(hop.source))
            for hop in role.hops
            if hop.kind == ASSUME_ROLE
        )

    @cached_property
    def counter(self) -> ResourceCounter:
        """What counts the resources within reach of grants."""
        return ResourceCounter(self.catalogue, known_resources(self.estate))

    def held(self, role_arns: Iterable[str]) -> Held:
        """Return what the grants of some roles come to together."""
        found = Held()
        for arn in role_arns:
            if arn not in self._held:
                self._held[arn] = held(self.role_grants(arn), self.counter)
            found |= self._held[arn]
        return found

    def unread_targets(self, role_arn: str) -> tuple[str, ...]:
        """Return the roles that a role may assume as far as it goes, and that were not read."""
        return unread_targets(self.estate, self.role_grants(role_arn))

    def role(self, role_arn: str) -> RoleAuthority | None:
        """Return a role's authority, None where the role was not read."""
        if role_arn not in self._roles:
            self._roles[role_arn] = authority_of(self.estate, role_arn)
        return self._roles[role_arn]

    def role_grants(self, role_arn: str) -> tuple[EffectiveGrant, ...]:
        """Return the grants of a role, those that resource policies give it last."""
        if role_arn not in self._grants:
            found = self.role(role_arn)
            if found is None:
                self._grants[role_arn] = ()
            else:
                authority = resource_sources(self.estate, found.authority)
                self._grants[role_arn] = self._assessor.grants(authority)
        return self._grants[role_arn]

    def ceilings(self, role_arn: str) -> str:
        """Return the digest of what stands over a role's grants, see `ceilings`."""
        if role_arn not in self._ceilings:
            self._ceilings[role_arn] = ceilings(self.estate, role_arn)
        return self._ceilings[role_arn]

    def trust(self, role_arn: str) -> list[dict[str, Any]] | None:
        """Return whom a role's trust policy lets in, sorted; None where that is not known."""
        if role_arn not in self._trust:
            role = self.estate.roles_by_arn.get(role_arn)
            self._trust[role_arn] = trust_basis(role) if role is not None else None
        return self._trust[role_arn]

    def escalations(self, role_arn: str) -> tuple[EscalationPath, ...]:
        """Return the ways by which a role can gain permissions."""
        if role_arn not in self._paths:
            found = self.role(role_arn)
            self._paths[role_arn] = (
                ()
                if found is None
                else escalations(
                    found.authority,
                    self._targets(found.role.account),
                    assessor=self._assessor,
                    grants=self.role_grants(role_arn),
                )
            )
        return self._paths[role_arn]

    @cached_property
    def users(self) -> Index:
        """The agents by each of their acting roles, sorted."""
        return inverted(
            (arn, agent.arn)
            for agent in self.estate.agents
            for arn in self.reach_of(agent.arn).role_arns
        )

    @cached_property
    def function_users(self) -> Index:
        """The agents by each function that they drive, sorted."""
        return inverted(
            (arn, agent.arn)
            for agent in self.estate.agents
            for arn in self.reach_of(agent.arn).functions
        )

    @cached_property
    def executors(self) -> Index:
        """The agents by each of their execution roles, sorted."""
        return executors(self.estate)

    @cached_property
    def things_by_role(self) -> Index:
        """What runs with each role beside agents: functions, knowledge bases, tools; sorted."""
        return things_by_role(self.estate)

    @cached_property
    def resource_policies(self) -> dict[str, ResourcePolicy]:
        """What stands beside agents with a resource policy of its own, by ARN."""
        return resource_policies(self.estate)

    @cached_property
    def callers(self) -> Index:
        """The agents that hand work to each agent in a judged version, sorted."""
        return callers(self.estate)

    @cached_property
    def who_can(self) -> WhoCan:
        """The reverse index over every role that was read."""
        held = [self.role(role.arn) for role in self.estate.roles]
        authorities = [item.authority for item in held if item is not None]
        return WhoCan(authorities, self.catalogue, at=self.estate.taken_at)

    @cached_property
    def user_authorities(self) -> dict[str, Authority]:
        """What bounds each IAM user, by ARN; empty where users were not read."""
        return {user.arn: user_authority(self.estate, user) for user in self.estate.users or ()}

    @cached_property
    def users_who_can(self) -> WhoCan:
        """The reverse index over every IAM user that was read."""
        held = list(self.user_authorities.values())
        return WhoCan(held, self.catalogue, at=self.estate.taken_at)

    def user_grants(self, user_arn: str) -> tuple[EffectiveGrant, ...]:
        """Return the grants of an IAM user."""
        if user_arn not in self._grants:
            self._grants[user_arn] = self._assessor.grants(self.user_authorities[user_arn])
        return self._grants[user_arn]

    def _targets(self, account: str) -> Targets:
        """Return every role as a goal of calls from one account, by whomever there."""
        if account not in self._goals:
            facts = role_facts(f"arn:aws:iam::{account}:role/any", since=self._assessor.since)
            known = {k: v for k, v in facts.context.values.items() if k != "aws:principalarn"}
            context = Context(known, facts.context.complete, facts.context.absent)
            self._goals[account] = Targets(self._roles_as_goals, replace(facts, context=context))
        return self._goals[account]

    @cached_property
    def _roles_as_goals(self) -> tuple[TargetRole, ...]:
        return tuple(
            TargetRole(
                role.arn,
                parsed(role.trust),
                tuple(arn for arn in role.attached if not is_aws_managed(arn)),
            )
            for role in self.estate.roles
        )

    def grants(self, agent_arn: str) -> tuple[ReviewGrant, ...]:
        """Return the grants of every acting role of an agent, its execution roles' first."""
        if agent_arn not in self._reviewed:
            agent, reach = self.agent(agent_arn), self.reach_of(agent_arn)
            self._reviewed[agent_arn] = tuple(
                grant
                for role in self.acting(agent_arn)
                if role.role_arn is not None
                for grant in self._of_role(agent, reach, role, role.role_arn)
            )
        return self._reviewed[agent_arn]

    def _of_role(
        self, agent: Agent, reach: Driven, role: ActingRole, role_arn: str
    ) -> Iterable[ReviewGrant]:
        held = self.role_grants(role_arn)
        needs = needs_of(self.estate, agent, reach, role)
        usage = RoleUsage(self.estate, role_arn)
        holders = Counter(
            service
            for grant in held
            for service in {name.partition(":")[0] for name in grant.effective}
        )
        escalating = {
            key for path in self.escalations(role_arn) for _, keys in path.via for key in keys
        }
        guarded = guarded_arns(agent)
        others = tuple(arn for arn in self.users.get(role_arn, ()) if arn != agent.arn)
        silent = self._silent(account_of(role_arn) or "", agent.region)
        for grant in held:
            services = {name.partition(":")[0] for name in grant.effective}
            alone = all(holders[service] == 1 for service in services)
            yield review_grant(
                grant,
                self.catalogue,
                agent=agent,
                role=role,
                needs=needs,
                use=usage.of(grant.effective, alone=alone, since=self._since(grant)),
                escalates=grant.key in escalating,
                silent=silent,
                guarded=guarded,
                overlaps=self.overlaps(role_arn, grant.key),
                others=others,
            )

    def _since(self, grant: EffectiveGrant) -> datetime | None:
        """Return since when a grant stands as it does, None where that is not known."""
        policy = self.estate.policies_by_arn.get(grant.source.arn or "")
        return policy.updated_at if policy is not None else None

    def _silent(self, account: str, region: str) -> int:
        """Return the actions that leave no trace in a place; where nobody knows, all that may."""
        trails = self.estate.trails_of(account, region)
        if trails is None:
            return silent_mask(self.catalogue, frozenset())
        recorded = frozenset(trails.data_types or ()) - frozenset(trails.partly_types)
        return silent_mask(self.catalogue, recorded)

    def overlaps(self, role_arn: str, key: str) -> dict[str, tuple[str, ...]]:
        """Return the other grants of a role that allow some of the same, by id."""
        held = self.role_grants(role_arn)
        if len(held) > _ALL:
            return {}
        if role_arn not in self._overlaps:
            self._overlaps[role_arn] = overlaps(held)
        return {item.other: item.actions for item in self._overlaps[role_arn].get(key, ())}


_kept: list[Analyst] = []
"""The analyst of the estate that was asked about last, so that a question per agent stays cheap."""


def analyst_of(estate: Estate, catalogue: Catalogue) -> Analyst:
    """Return the analyst of an estate; a new one where another estate was asked about last."""
    for known in tuple(_kept):
        if known.estate is estate and known.catalogue is catalogue:
            return known
    fresh = Analyst(estate, catalogue)
    _kept[:] = [fresh]
    return fresh
