"""Who is asked: the reviewer of record of an item, and whether they are independent.

The ladder: what a person stated as the agent's owner, the person behind the owner tag, the tag as
it is written, the campaign's owner. A privileged item goes to a second person, who is not the
owner of the agent, wherever the store knows one who may review.
"""

from dataclasses import dataclass
from typing import Any

from recert.campaigns.people import Directory
from recert.campaigns.views import Verdict

KEEPS_ACCESS = frozenset({Verdict.ATTEST, Verdict.ATTEST_UNTIL, Verdict.EXCEPTION})
"""Verdicts under which an agent keeps what it has, so that they need independence."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """The reviewer of record, and which rung of the ladder named them.

    `basis` is `stated`, `owner`, `owner_tag`, `second_person` or `campaign_owner`; `why` says in
    words what kept a higher rung from holding, empty where nothing did.
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
    """Assigns the items of one campaign."""

    people: Directory
    campaign_owner: str | None

    def assign(
        self, owner: str | None, *, stated: bool = False, privileged: bool = False
    ) -> Assignment:
        """Return who is asked about an item of an agent with this owner."""
        first = self._owner(owner, stated=stated)
        if not privileged:
            return first
        others = self.people.judges_other_than(owner)
        if first.basis == "campaign_owner" or not others:
            return first
        second = next(
            (one for one in others if self.people.same(one.id, self.campaign_owner)), others[0]
        )
        why = "a privileged item is judged by somebody who does not own the agent"
        return Assignment(second.id, "second_person", owner, why)

    def _owner(self, owner: str | None, *, stated: bool) -> Assignment:
        name = (owner or "").strip()
        if not name:
            return Assignment(self.campaign_owner, "campaign_owner", None, "no owner is stated")
        if not name.isprintable():
            why = "the owner tag is no name that a person can have"
            return Assignment(self.campaign_owner, "campaign_owner", owner, why)
        person = self.people.find(name)
        if person is None:
            return Assignment(name, "stated" if stated else "owner_tag", owner)
        if not person.active:
            why = f"{person.id} is no longer active"
            return Assignment(self.campaign_owner, "campaign_owner", owner, why)
        return Assignment(person.id, "stated" if stated else "owner", owner)


@dataclass(frozen=True, slots=True)
class Independence:
    """How far a decision is by somebody else than whom it concerns.

    `independent` is None where that cannot be known. Who created the agent and who changed it last
    is unknown unless a source of changes says it; unknown is no pass.
    """

    independent: bool | None
    owner: bool
    others: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what the ledger says of it."""
        return {
            "independent": self.independent,
            "is_owner": self.owner,
            "is_creator": "unknown",
            "is_last_changer": "unknown",
            "can_assume_role": "unknown",
            "other_persons": len(self.others),
        }

    @property
    def words(self) -> str:
        """Say it in a few words, empty where it is independent as far as is known."""
        return "not independent" if self.independent is False else ""


def independence(people: Directory, caller: str, owner: str | None) -> Independence:
    """Judge a caller against the owner of the agent that an item is about."""
    others = tuple(one.id for one in people.judges_other_than(caller, owner))
    if owner is None:
        return Independence(None, owner=False, others=others)
    same = people.same(caller, owner)
    return Independence(not same, owner=same, others=others)
