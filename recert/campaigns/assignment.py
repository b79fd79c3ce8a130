"""Who is asked: the reviewer of record of an item.

The ladder: whom the trigger policy asks, what a person stated as the agent's owner, the owner that
a tag, a registry or a mapping names (of a team its first member), their backup, team and manager,
those that tags and the configuration name, the fallback, the campaign's owner. Who
is known to have left is passed over, so that a missing person never stops the rest. A privileged
item goes to a second person, who is not the owner of the agent, wherever the store knows one who
may review.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recert.campaigns.independence import Facts, eligible, independence
from recert.campaigns.people import Directory
from recert.lifecycle import Steward
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow


@dataclass(frozen=True, slots=True)
class Assignment:
    """The reviewer of record, and which rung of the ladder named them.

    `basis` is `trigger_policy`, `stated`, `owner`, `owner_tag`, `backup`, `team`, `manager`,
    `fallback`, `second_person` or `campaign_owner`; `why` says in words what kept a higher rung from holding,
    empty where nothing did.
    """

    reviewer: str | None
    basis: str
    owner: str | None
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the assignment as an item's evidence holds it."""
        return {
            "reviewer": self.reviewer,
            "basis": self.basis,
            "owner": self.owner,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Assigner:
    """Assigns the items of one campaign; `asks` is whom the trigger policy names for it."""

    people: Directory
    campaign_owner: str | None
    asks: str | None = None
    gone: frozenset[str] = frozenset()
    """Folded names of who left although nobody told the store: of leavers, of disabled users."""

    def assign(
        self,
        owner: str | None,
        *,
        stated: bool = False,
        privileged: bool = False,
        stewards: Sequence[Steward] = (),
        facts: Facts | None = None,
    ) -> Assignment:
        """Return who is asked about an item of an agent with this owner and these stand-ins.

        `facts` tell who else is not independent; they are asked only where nobody else is known.
        """
        first = self._named(owner) or self._owner(owner, stated=stated)
        if first.basis == "campaign_owner":
            first = self._steward(first, (*self._their_own(owner), *stewards)) or first
        if not privileged:
            return first
        others = [
            one for one in eligible(self.people, facts or Facts(owner)) if not self.left(one.id)
        ]
        if not others:
            return first
        if first.basis == "campaign_owner" and (
            first.reviewer is None
            or not independence(self.people, first.reviewer, facts or Facts(owner)).barred
        ):
            return first
        second = next(
            (one for one in others if self.people.same(one.id, self.campaign_owner)), others[0]
        )
        why = "a privileged item is judged by somebody who is independent of the agent"
        return Assignment(second.id, "second_person", owner, why)

    def _named(self, owner: str | None) -> Assignment | None:
        """Return whom the trigger policy names, None where it names nobody who is there."""
        if self.asks is None:
            return None
        person = self.people.find(self.asks)
        if self.left(self.asks):
            return None
        return Assignment(person.id if person else self.asks, "trigger_policy", owner)

    def _their_own(self, owner: str | None) -> tuple[Steward, ...]:
        """Return who stands in for a person by what is said about them: backup, team, manager."""
        person = self.people.find(owner)
        if person is None:
            return ()
        found = [("backup", person.backup)]
        found += [
            ("team", mate.id)
            for team in person.teams
            for mate in self.people.team(team)
            if mate.id != person.id
        ]
        found.append(("manager", person.manager))
        return tuple(Steward(rung=rung, name=name) for rung, name in found if name)

    def _steward(self, missing: Assignment, stewards: Sequence[Steward]) -> Assignment | None:
        """Return the first stand-in who is there, known or not."""
        gone = []
        for steward in stewards:
            person = self.people.find(steward.name)
            if self.left(steward.name):
                gone.append(f"{person.id if person else steward.name} is no longer active")
                continue
            name = person.id if person else steward.name
            why = "; ".join((missing.why, *gone))
            return Assignment(name, steward.rung, missing.owner, why)
        return None

    def _owner(self, owner: str | None, *, stated: bool) -> Assignment:
        name = (owner or "").strip()
        if not name:
            return Assignment(self.campaign_owner, "campaign_owner", None, "no owner is stated")
        if not name.isprintable():
            why = "the owner tag is no name that a person can have"
            return Assignment(self.campaign_owner, "campaign_owner", owner, why)
        person = self.people.find(name)
        if self.left(name):
            why = f"{person.id if person else name} is no longer active"
            return Assignment(self.campaign_owner, "campaign_owner", owner, why)
        team = () if person is not None else self.people.team(name)
        here = next((mate for mate in team if not self.left(mate.id)), None)
        if here is not None:
            return Assignment(here.id, "team", owner, f"{name} is a team")
        if person is None:
            return Assignment(name, "stated" if stated else "owner_tag", owner)
        return Assignment(person.id, "stated" if stated else "owner", owner)

    def left(self, name: str) -> bool:
        """Tell whether whoever goes by a name is known to have left."""
        person = self.people.find(name)
        names = person.names if person is not None else frozenset({name.strip().casefold()})
        return (person is not None and not person.active) or bool(names & self.gone)


def asks_of(campaign: CampaignRow) -> str | None:
    """Return whom the trigger policy named for a campaign when it was opened."""
    found = parse_strict(campaign.trigger).get("asks")
    return found if isinstance(found, str) else None
