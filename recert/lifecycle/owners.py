"""Who owns an agent, and who stands in: the ladder from the tag down to the fallback.

Read from the table `[owners]` of `recert.toml`:

    [owners]
    tags = ["owner"]                  # which tags name the owner, in this order
    purpose_tags = ["purpose"]
    backup_tags = ["backup-owner"]    # who stands in for an owner that cannot be asked
    team_tags = ["team"]
    fallback = "agents@example.com"   # asked where nobody else is left
    leavers = "leavers.csv"           # people who left: `name` or `name,2026-11-30` a line
    identity_store = "d-1234567890"   # disabled users of IAM Identity Center own nothing any more
    identity_store_region = "eu-west-1"
    [owners.mapping]                  # where no tag and no registry names an owner
    "hr-*" = "maria.sanchez"          # by name, id or ARN of the agent
    [owners.backups]                  # by owner
    "maria.sanchez" = "omar.reyes"
    [owners.teams]                    # who answers for a team
    people-ops = "lena.fischer"

What a person stated in recert's own register (`recert agent set`) wins over all of it.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from pydantic import Field

from recert.errors import UsageError
from recert.estate.agents import Agent, Steward
from recert.estate.base import Frozen, Tags
from recert.estate.estate import Estate
from recert.lifecycle.table_reader import TableReader

_LISTS = ("tags", "purpose_tags", "backup_tags", "team_tags")
_TEXTS = ("fallback", "leavers", "identity_store", "identity_store_region")
_MAPS = ("mapping", "backups", "teams")
BACKUP_TAGS = ("backup-owner", "owner-backup", "secondary-owner", "deputy")
TEAM_TAGS = ("team", "owning-team", "squad")


class OwnerPolicy(Frozen):
    """The ladder; names are compared without regard to case."""

    backup_tags: tuple[str, ...] = BACKUP_TAGS
    team_tags: tuple[str, ...] = TEAM_TAGS
    mapping: dict[str, str] = Field(default_factory=dict)
    backups: dict[str, str] = Field(default_factory=dict)
    teams: dict[str, str] = Field(default_factory=dict)
    fallback: str | None = None
    leavers: str | None = None
    identity_store: str | None = None
    identity_store_region: str | None = None

    @classmethod
    def from_table(
        cls, table: Mapping[str, Any], *, text: str = "", name: str = "recert.toml"
    ) -> "OwnerPolicy":
        """Validate the table `[owners]`; raises UsageError with the line and the nearest name."""
        reader = TableReader(text, name)
        found: dict[str, Any] = {}
        for key, value in table.items():
            reader.require(key, (*_LISTS, *_TEXTS, *_MAPS), "setting of owners", "owners")
            if key in _LISTS:
                found[key] = _names(reader, key, value)
            elif key in _TEXTS:
                found[key] = reader.name_in(value, "owners", key, key)
            else:
                path = f"owners.{key}"
                found[key] = {
                    one: reader.name_in(who, path, one, f"{key}.{one}")
                    for one, who in reader.entries(value, path).items()
                }
        return cls(**{key: value for key, value in found.items() if key in cls.model_fields})

    def mapped(self, agent: Agent) -> str | None:
        """Return the owner that the mapping names for an agent; the first pattern that fits wins."""
        names = [one.casefold() for one in (agent.name, agent.id, agent.arn)]
        for pattern, owner in self.mapping.items():
            if any(fnmatchcase(name, pattern.casefold()) for name in names):
                return owner
        return None

    def stewards(self, owner: str | None, tags: Tags | None) -> tuple[Steward, ...]:
        """Return who stands in for an owner, in order and without repeats."""
        folded = {key.casefold(): value for key, value in self.backups.items()}
        teams = {key.casefold(): value for key, value in self.teams.items()}
        found: dict[str, Steward] = {}
        steps = [("backup", name) for name in _tagged(tags, self.backup_tags)]
        if owner is not None and (backup := folded.get(owner.strip().casefold())):
            steps.append(("backup", backup))
        steps += [("team", teams.get(one.casefold(), one)) for one in _tagged(tags, self.team_tags)]
        if self.fallback:
            steps.append(("fallback", self.fallback))
        for rung, name in steps:
            if name.isprintable() and name.casefold() != (owner or "").strip().casefold():
                found.setdefault(name.casefold(), Steward(rung=rung, name=name))
        return tuple(found.values())


def with_owners(estate: Estate, policy: OwnerPolicy) -> Estate:
    """Return the estate with the owner that the ladder finds for each agent, and who stands in.

    Where tags could not be read nobody is put in their place: an owner that is unknown is not none.
    """
    agents = tuple(_owned(agent, policy) for agent in estate.agents)
    return estate.model_copy(update={"agents": agents})


def _owned(agent: Agent, policy: OwnerPolicy) -> Agent:
    owner, source = agent.owner, agent.owner_source or ("tag" if agent.owner else None)
    if owner is None and agent.tags is not None and (mapped := policy.mapped(agent)):
        owner, source = mapped, "mapping"
    stewards = policy.stewards(owner, agent.tags)
    if (owner, source, stewards) == (agent.owner, agent.owner_source, agent.stewards):
        return agent
    return agent.model_copy(update={"owner": owner, "owner_source": source, "stewards": stewards})


def _tagged(tags: Tags | None, names: tuple[str, ...]) -> list[str]:
    folded = {key.casefold(): value.strip() for key, value in (tags or {}).items()}
    return [value for name in names if (value := folded.get(name.casefold()))]


def _names(reader: TableReader, key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
        return tuple(value)
    raise UsageError(
        f"{reader.where('owners', key)}: [owners] {key} must be a list of texts.",
        f'Write {key} = ["…"].',
    )
