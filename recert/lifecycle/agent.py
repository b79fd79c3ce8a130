"""Differences of one agent: what it says of itself, what its versions hold, what they drive."""

from recert.analysis.acting import driven
from recert.analysis.ways import Driven
from recert.estate.agents import DRAFT, Agent, AgentVersion, Alias
from recert.estate.estate import Estate
from recert.lifecycle.changes import Change, Values
from recert.lifecycle.companions import compare_resource_policies
from recert.lifecycle.events import Severity
from recert.lifecycle.things import SharedChanges
from recert.lifecycle.unread import Unread
from recert.lifecycle.versions import VersionDiff

_TAGS = frozenset(
    {"criticality", "data-domain", "data-classification", "environment", "env", "risk-tier"}
)


def everything(estate: Estate, agent: Agent) -> Driven:
    """Return what any version of the agent drives, live or not."""
    return driven(estate, agent, agent.versions)


def added(agent: Agent, *, baseline: bool) -> Change:
    """Return the change of an agent that was not there before; `baseline` marks a first reading."""
    values: Values = {
        "name": agent.name,
        "kind": agent.kind.value,
        "owner": agent.owner,
        "purpose": agent.purpose,
        "execution_role_arn": agent.execution_role_arn,
        "live_versions": list(agent.live_versions),
    }
    if baseline:
        values["baseline"] = True
    how = f"first reading of {agent.account} in {agent.region}" if baseline else "a new agent"
    return Change("agent.added", "", None, values, how)


def removed(agent: Agent, before: Estate, after: Estate) -> Change:
    """Return the change of an agent that is gone, with the roles and functions that it left behind."""
    reach = everything(before, agent)
    others = {arn for other in after.agents for arn in everything(after, other).role_arns}
    roles = [arn for arn in reach.role_arns if arn in after.roles_by_arn and arn not in others]
    functions = [arn for arn in reach.functions if arn in after.functions_by_arn]
    left: Values = {"orphan_roles": roles, "functions": functions}
    values: Values = {"name": agent.name, "owner": agent.owner, "role_arns": list(agent.role_arns)}
    base = None if roles or functions else Severity.LOW
    how = "the agent is no longer listed"
    return Change("agent.removed", "", values, left, how, base)


def grown_through(before: Driven, after: Driven) -> list[Change]:
    """Return the collaborators that both readings know and that drive more than they did."""
    found: list[Change] = []
    for mate in sorted(before.agents.keys() & after.agents.keys()):
        old, new = _behind(before, mate), _behind(after, mate)
        fresh = sorted(new - old)
        if fresh:
            values = ({"agent": mate}, {"agent": mate, "drives": fresh})
            how = "a collaborator acts through more than it did"
            found.append(Change("collaborator.changed", f"{mate} reach", *values, how))
    return found


def _behind(reach: Driven, mate: str) -> set[str]:
    """Return the roles, functions and knowledge bases that are reached through one collaborator."""
    ways = [
        *((role.role_arn, role.hops) for role in reach.roles if role.role_arn),
        *reach.functions.items(),
        *reach.knowledge_bases.items(),
    ]
    return {
        arn
        for arn, way in ways
        if any(hop.kind == "collaborator" and hop.target == mate for hop in way)
    }


class AgentDiff:
    """Compares two readings of one agent."""

    def __init__(
        self, before: Agent, after: Agent, old: Estate, new: Estate, shared: SharedChanges
    ) -> None:
        self._before, self._after = before, after
        self._old, self._new = old, new
        self._shared = shared
        self._versions = VersionDiff(after, Unread(old), Unread(new))

    def changes(self) -> list[tuple[Change, bool]]:
        """Return the differences, each with whether it is live."""
        serves = bool(self._after.live_versions) or self._after.draft_served
        about = [*self._about(), *self._shared.forced.changes(self._after)]
        found = [(change, serves) for change in about]
        if self._before == self._after and self._shared.nothing and not self._has_guardrail():
            return found
        live = [(change, True) for change in self._live()]
        seen = {(change.kind, change.subject) for change, _ in live}
        draft = [(change, False) for change in self._draft()]
        found += live
        found += [pair for pair in draft if (pair[0].kind, pair[0].subject) not in seen]
        found += [(change, True) for change in self._aliases()]
        return [(self._enrich(change), flag) for change, flag in found]

    def _has_guardrail(self) -> bool:
        return any(version.guardrail for version in self._after.versions)

    def _about(self) -> list[Change]:
        found: list[Change] = []
        for kind, field in (("owner.changed", "owner"), ("purpose.changed", "purpose")):
            old, new = getattr(self._before, field), getattr(self._after, field)
            unread = (old is None and self._before.tags is None) or (
                new is None and self._after.tags is None
            )
            unread = unread or self._unregistered(field)
            if old != new and not unread:
                how = f"the {field} that is stated for the agent differs"
                found.append(Change(kind, field, {field: old}, {field: new}, how))
        if self._before.tags is not None and self._after.tags is not None:
            one, two = _class_tags(self._before.tags), _class_tags(self._after.tags)
            for key in sorted(key for key in {*one, *two} if one.get(key) != two.get(key)):
                values = ({"tag": key, "value": one.get(key)}, {"tag": key, "value": two.get(key)})
                found.append(Change("tag.changed", key, *values, f"the tag {key} differs"))
        return [*found, *compare_resource_policies(self._before, self._after)]

    def _unregistered(self, field: str) -> bool:
        """Tell whether only a registry that the other reading could not read states a field."""
        source = f"{field}_source"
        sides = (self._before, self._after), (self._after, self._before)
        return any(
            getattr(stated, source) == "registry"
            and (getattr(other, field) is None or getattr(other, source) not in (None, "tag"))
            for stated, other in sides
            if not other.registry_known
        )

    def _live(self) -> list[Change]:
        found: list[Change] = []
        for old, new in self._served_pairs():
            found += self._versions.changes(old, new)
            found += self._shared.guardrail(self._after, old, new)
        served = self._served(self._after)
        found += self._shared.resources_of(self._before, served)
        return [*found, *self._driven(served)]

    def _draft(self) -> list[Change]:
        old, new = self._before.draft, self._after.draft
        if new is None or self._after.draft_served:
            return []
        found: list[Change] = []
        if old is not None:
            found += self._versions.changes(old, new)
            found += self._shared.guardrail(self._after, old, new)
        found += self._shared.resources_of(self._before, (new,))
        return [*found, *self._driven((new,))]

    def _driven(self, versions: tuple[AgentVersion, ...]) -> list[Change]:
        """Return the differences of what versions drive and rest on."""
        earlier, reach = (
            everything(self._old, self._before),
            driven(self._new, self._after, versions),
        )
        both = (self._before, self._after)
        return [
            *self._shared.of(reach, earlier),
            *self._shared.policies_of(both, versions, (earlier, reach)),
            *grown_through(earlier, reach),
        ]

    def _served(self, agent: Agent) -> tuple[AgentVersion, ...]:
        """Return the versions that run; where the aliases are unknown, those that ran before."""
        source = agent if agent.aliases_known else self._before
        names = [*source.live_versions, *([DRAFT] if source.draft_served else [])]
        return tuple(found for name in names if (found := agent.version(name)) is not None)

    def _served_pairs(self) -> list[tuple[AgentVersion, AgentVersion]]:
        """Return what ran and what runs instead: the same version read again, or the next one."""
        ran = {version.version: version for version in self._served(self._before)}
        pairs = [
            (ran[version.version], version)
            for version in self._served(self._after)
            if version.version in ran
        ]
        for _, old, new in self._moves():
            came = [name for name in new if name not in old and (old or name not in ran)]
            left = [name for name in old if name not in new] or list(old)
            for name in came:
                target = self._after.version(name)
                sources = [self._before.version(item) for item in left] or [self._fallback()]
                pairs += [(source, target) for source in sources if source and target]
        return pairs

    def _fallback(self) -> AgentVersion | None:
        """Return what a version is compared with that goes live on a new alias."""
        ran = self._served(self._before)
        return ran[-1] if ran else self._before.draft

    def _moves(self) -> list[tuple[Alias, tuple[str, ...], tuple[str, ...]]]:
        """Return the aliases that serve other versions than before, and these."""
        if not (self._before.aliases_known and self._after.aliases_known):
            return []
        known = {alias.id: alias.versions for alias in self._before.aliases}
        return [
            (alias, known.get(alias.id, ()), alias.versions)
            for alias in self._after.aliases
            if not alias.test and set(known.get(alias.id, ())) != set(alias.versions)
        ]

    def _aliases(self) -> list[Change]:
        found = [
            Change(
                "alias.routed",
                alias.id,
                {"name": alias.name, "versions": sorted(old)} if old else None,
                {"name": alias.name, "versions": sorted(new)},
                f"alias {alias.name} serves {', '.join(sorted(new)) or 'nothing'}",
            )
            for alias, old, new in self._moves()
        ]
        if self._before.aliases_known and self._after.aliases_known:
            kept = {alias.id for alias in self._after.aliases}
            for alias in self._before.aliases:
                if alias.id not in kept and not alias.test:
                    values = {"name": alias.name, "versions": sorted(alias.versions)}
                    how = f"alias {alias.name} is no longer listed"
                    found.append(Change("alias.removed", alias.id, values, None, how))
        return found

    def _enrich(self, change: Change) -> Change:
        """Give a new knowledge base its name, its role and the buckets that it takes text from."""
        if change.kind not in ("knowledge_base.added", "knowledge_base.enabled"):
            return change
        key = (self._after.account, self._after.region, change.subject)
        base = self._new.knowledge_bases_by_id.get(key)
        if base is None:
            return change
        sources = [
            {"name": source.name, "kind": source.kind, "bucket_arn": source.bucket_arn}
            for source in base.data_sources or ()
        ]
        more = {
            "name": base.name,
            "arn": base.arn,
            "role_arn": base.role_arn,
            "data_sources": None if base.data_sources is None else sources,
        }
        after = {**(change.after or {}), **more}
        return Change(change.kind, change.subject, change.before, after, change.how, change.base)


def _class_tags(tags: dict[str, str]) -> dict[str, str]:
    found = {key.lower().replace("_", "-").rpartition(":")[2]: value for key, value in tags.items()}
    return {key: value for key, value in found.items() if key in _TAGS}
