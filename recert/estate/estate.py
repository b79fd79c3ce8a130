"""The estate: one reading of everything, with what could not be read."""

import copy
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, Self, cast

from recert.estate.agents import Agent, AgentKind
from recert.estate.authority import ManagedPolicy, Organization, Role, User, UserGroup
from recert.estate.base import Frozen, Instant
from recert.estate.canonical import digest
from recert.estate.companions import EventWindow, Observed, OwnerState, Resource, RoleUse, Trails
from recert.estate.integrations import (
    Bucket,
    EncryptionKey,
    Enforcement,
    Function,
    Guardrail,
    GuardrailRef,
    KnowledgeBase,
)

SCHEMA_VERSION = 1


class Source(Frozen):
    """Where a reading comes from: the live caller, or a recording by its digest."""

    kind: Literal["live", "replay"]
    caller_arn: str | None = None
    recording_digest: str | None = None
    synthetic: bool = False


class Gap(Frozen):
    """One call that could not be made or answered, and what that leaves unknown.

    `service` and `operation` are botocore's names; `error` is AWS's code; `subject` the ARN or id
    that the call was about, empty for a whole listing. `column` is the part of the inventory that
    it leaves unknown, as `doctor` names it.
    """

    account: str
    region: str
    service: str
    operation: str
    error: str
    effect: str
    subject: str = ""
    column: str = ""


class Coverage(Frozen):
    """What the reading does not hold: `gaps` were refused or failed; `limits` AWS never shows."""

    gaps: tuple[Gap, ...] = ()
    limits: tuple[str, ...] = ()


class Visit(Frozen):
    """One account, region and agent kind that a collector of this version has read."""

    account: str
    region: str
    kind: AgentKind
    collector: int


class Estate(Frozen):
    """A reading of one or many accounts at one instant.

    Lists are sorted by ARN. `managed_policies` holds every policy that a role, user or group attaches
    or is bounded by, as far as it could be read. `users` and `groups` are None where the reading did
    not bring them.
    """

    schema_version: int = SCHEMA_VERSION
    taken_at: Instant
    source: Source
    visits: tuple[Visit, ...] = ()
    agents: tuple[Agent, ...] = ()
    roles: tuple[Role, ...] = ()
    managed_policies: tuple[ManagedPolicy, ...] = ()
    functions: tuple[Function, ...] = ()
    knowledge_bases: tuple[KnowledgeBase, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    enforcements: tuple[Enforcement, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    resources: tuple[Resource, ...] = ()
    keys: tuple[EncryptionKey, ...] = ()
    users: tuple[User, ...] | None = None
    groups: tuple[UserGroup, ...] | None = None
    usage: tuple[RoleUse, ...] = ()
    trails: tuple[Trails, ...] = ()
    observed: tuple[Observed, ...] = ()
    event_windows: tuple[EventWindow, ...] = ()
    organization: Organization | None = None
    owners: tuple[OwnerState, ...] = ()
    whole_at: Instant | None = None
    """When all of it was last read, where this reading took most of it over; None: just now."""
    coverage: Coverage = Coverage()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a changed estate with indexes of its own."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        fresh = cast("Self", type(self).model_construct(**{**fields, **(update or {})}))
        return copy.deepcopy(fresh) if deep else fresh

    @cached_property
    def agents_by_arn(self) -> dict[str, Agent]:
        """Index the agents."""
        return {agent.arn: agent for agent in self.agents}

    @cached_property
    def roles_by_arn(self) -> dict[str, Role]:
        """Index the roles."""
        return {role.arn: role for role in self.roles}

    @cached_property
    def assumable_roles(self) -> tuple[Role, ...]:
        """The roles whose trust policy may let in somebody who is no service."""
        return tuple(
            role
            for role in self.roles
            if '"AWS"' in role.trust or ("Principal" in role.trust and '"*"' in role.trust)
        )

    @cached_property
    def policies_by_arn(self) -> dict[str, ManagedPolicy]:
        """Index the managed policies."""
        return {policy.arn: policy for policy in self.managed_policies}

    def documents_of(self, role: Role) -> Iterator[tuple[str, str | None]]:
        """Yield the name or ARN of each policy of a role with its text, None where it was not read."""
        for item in role.inline:
            yield item.name, item.document
        for arn in role.attached:
            policy = self.policies_by_arn.get(arn)
            yield arn, None if policy is None else policy.document

    @cached_property
    def guardrails_by_name(self) -> dict[tuple[str, str, str, str], Guardrail]:
        """Index the guardrails by account, region, id and version."""
        return {(one.account, one.region, one.id, one.version): one for one in self.guardrails}

    def guardrail_of(self, agent: Agent, named: GuardrailRef) -> Guardrail | None:
        """Return the guardrail that a version of an agent names, None where it was not read."""
        name = named.identifier.rpartition("/")[2]
        return self.guardrails_by_name.get((agent.account, agent.region, name, named.version))

    def trails_of(self, account: str, region: str) -> Trails | None:
        """Return what is recorded at a place, None where that was not read."""
        return next(
            (one for one in self.trails if (one.account, one.region) == (account, region)), None
        )

    @cached_property
    def functions_by_arn(self) -> dict[str, Function]:
        """Index the functions by unqualified ARN."""
        return {function.arn: function for function in self.functions}

    @cached_property
    def knowledge_bases_by_id(self) -> dict[tuple[str, str, str], KnowledgeBase]:
        """Index the knowledge bases by account, region and id."""
        return {(base.account, base.region, base.id): base for base in self.knowledge_bases}

    @cached_property
    def usage_by_role(self) -> dict[str, RoleUse]:
        """Index what is known of the use of roles."""
        return {use.role_arn: use for use in self.usage}

    @cached_property
    def owner_states(self) -> dict[str, str]:
        """Return what the identity store says of owners, by folded name."""
        return {one.name.strip().casefold(): one.state for one in self.owners}

    @cached_property
    def resources_by_arn(self) -> dict[str, Resource]:
        """Index the shared resources."""
        return {resource.arn: resource for resource in self.resources}

    @cached_property
    def content_digest(self) -> str:
        """Return the digest of what was read, without the instant and the source."""
        body = self.model_dump(mode="json", exclude={"taken_at", "source", "whole_at"})
        return digest(body)
