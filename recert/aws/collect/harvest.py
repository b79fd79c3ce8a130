"""What a reading has found so far, and what every collector needs to go on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recert.aws.collect.crew import Crew
from recert.aws.interface import AwsSource, Options, TagNames
from recert.aws.read import Read
from recert.aws.reader import Reader
from recert.aws.tally import Tally
from recert.estate.agents import Agent, AgentKind
from recert.estate.authority import ManagedPolicy, Organization, Role, User, UserGroup
from recert.estate.companions import EventWindow, Observed, OwnerState, Resource, RoleUse, Trails
from recert.estate.estate import Visit
from recert.estate.integrations import (
    Bucket,
    EncryptionKey,
    Enforcement,
    Function,
    Guardrail,
    KnowledgeBase,
)

COLLECTOR = 3
"""Raised whenever a collector reads more than before: the first reading with it is a baseline."""


@dataclass(slots=True)
class Harvest:
    """The parts of an estate while they are being read; collectors add to it in turn."""

    source: AwsSource
    readers: list[Reader]
    crew: Crew
    tally: Tally
    options: Options
    taken_at: datetime
    visits: list[Visit] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    policies: list[ManagedPolicy] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    knowledge_bases: list[KnowledgeBase] = field(default_factory=list)
    guardrails: list[Guardrail] = field(default_factory=list)
    enforcements: list[Enforcement] = field(default_factory=list)
    buckets: list[Bucket] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    keys: list[EncryptionKey] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    groups: list[UserGroup] = field(default_factory=list)
    usage: list[RoleUse] = field(default_factory=list)
    trails: list[Trails] = field(default_factory=list)
    owners: list[OwnerState] = field(default_factory=list)
    observed: list[Observed] = field(default_factory=list)
    windows: list[EventWindow] = field(default_factory=list)
    organization: Organization | None = None
    limits: set[str] = field(default_factory=set)
    accounts_with_roles: set[str] = field(default_factory=set)
    accounts_with_users: set[str] = field(default_factory=set)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Return the accounts that are visited, sorted."""
        return tuple(sorted({reader.place.account for reader in self.readers}))

    @property
    def acting_roles(self) -> set[str]:
        """Return the ARNs of the roles by which agents act, or what they drive, as far as was read."""
        arns = {version.role_arn for agent in self.agents for version in agent.versions}
        arns |= {one.role_arn for one in self.functions}
        arns |= {one.role_arn for one in self.knowledge_bases}
        arns |= {one.role_arn for one in self.resources}
        return {arn for arn in arns if arn}

    def asks(self, read: Read, account: str, missing: str, **named: str) -> bool:
        """Tell whether to make a call that older recordings do not hold; `missing` is the limit then."""
        if self.source.holds(read, account, **named):
            return True
        self.limits.add(missing)
        return False

    def reader_of(self, account: str) -> Reader:
        """Return one reader of an account, for what holds in every region."""
        return next(reader for reader in self.readers if reader.place.account == account)

    def listed(
        self,
        phase: str,
        read: Read,
        kind: AgentKind,
        service: str,
        *,
        key: str,
        identifier: str,
    ) -> list[tuple[Reader, dict[str, Any]]]:
        """List one kind of agent at every place: each item under `key` once, sorted by its `identifier`.

        A place is visited where its listing was complete.
        """
        readers = self.offering(service)
        listings = self.crew.each(phase, lambda reader: reader.listing(read, key), readers)
        work: list[tuple[Reader, dict[str, Any]]] = []
        for reader, listing in zip(readers, listings, strict=True):
            if listing.complete:
                self.visited(reader, kind)
            found = {item[identifier]: item for item in listing.items if item.get(identifier)}
            work += [(reader, found[name]) for name in sorted(found)]
        return work

    def read_agents(
        self,
        phase: str,
        read: Callable[[Reader, dict[str, Any], TagNames], Agent | None],
        work: list[tuple[Reader, dict[str, Any]]],
    ) -> None:
        """Read what was listed; `read` returns None for what is no agent or was deleted meanwhile."""
        tags = self.options.tags
        found = self.crew.each(phase, lambda one: read(*one, tags), work)
        self.agents += [agent for agent in found if agent is not None]

    def offering(self, service: str) -> list[Reader]:
        """Return the readers of the places that have a service, and note those that do not."""
        found: list[Reader] = []
        for reader in self.readers:
            if self.source.offers(service, reader.place):
                found.append(reader)
            else:
                self.limits.add(f"AWS does not offer {service} in {reader.place.region}.")
        return found

    def visited(self, reader: Reader, kind: AgentKind) -> None:
        """Record that every agent of a kind was listed at a place."""
        place = reader.place
        self.visits.append(
            Visit(account=place.account, region=place.region, kind=kind, collector=COLLECTOR)
        )
