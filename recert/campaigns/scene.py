"""What a campaign is made from: one reading, its questions, and who is there to answer them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recert.analysis import Catalogue, trust_grants
from recert.campaigns.asking import Ask, packaged
from recert.campaigns.assignment import Assigner, asks_of
from recert.campaigns.deadlines import Calendar
from recert.campaigns.estates import Stated, overlay, stated
from recert.campaigns.history import last_signed
from recert.campaigns.independence import CHANGED_BY, CREATED_BY, Facts, tagged
from recert.campaigns.people import Directory, directory
from recert.campaigns.population import Cause, Subject
from recert.clock import to_rfc3339
from recert.lifecycle import Estate
from recert.store.tables import CampaignRow
from recert.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Scene:
    """What a campaign is made from: one reading, its questions, who is there to answer them."""

    snapshot: str
    estate: Estate
    ask: Ask
    people: Directory
    said: Mapping[str, Stated]
    catalogue: str = ""
    calendar: Calendar = field(default_factory=Calendar)
    mark: str = ""
    """Tells apart what happens to one reading more than once."""
    gone: frozenset[str] = frozenset()
    """Folded names of who left although no person of the store is marked so."""

    def assigner(self, row: CampaignRow) -> Assigner:
        """Return who says who is asked in a campaign."""
        return Assigner(self.people, row.owner, asks_of(row), self.gone)

    def subject(
        self, tx: Transaction, agent: str, causes: Sequence[Mapping[str, Any]] = ()
    ) -> Subject:
        """Return one agent as its items see it."""
        found = self.estate.agents_by_arn[agent]
        said = self.said.get(agent)
        return Subject(
            agent=agent,
            name=found.name,
            owner=found.owner,
            stated=said is not None and said.owner is not None,
            role_ids={role.arn: role.role_id for role in self.estate.roles},
            facts=lambda role: self.facts(agent, role),
            causes=tuple(_cause(line) for line in causes if line["agent"] == agent),
            past=last_signed(tx.session, agent),
            stewards=found.stewards,
        )

    def facts(self, agent: str, role_arn: str | None) -> Facts:
        """Return what the reading tells of who is not independent of what a role of an agent allows."""
        found = self.estate.agents_by_arn[agent]
        role = self.estate.roles_by_arn.get(role_arn or found.execution_role_arn or "")
        trusted = trust_grants(role) if role is not None else None
        tags = (found.tags, role.tags if role is not None else None)
        return Facts(
            owner=found.owner,
            creators=tagged(CREATED_BY, *tags),
            changers=tagged(CHANGED_BY, *tags),
            principals=tuple(sorted({one.principal for one in trusted}))
            if trusted is not None
            else None,
        )


def make_scene(
    tx: Transaction,
    snapshot: str,
    estate: Estate,
    ask: Ask,
    catalogue: Catalogue | None = None,
    *,
    calendar: Calendar | None = None,
    leavers: Iterable[str] = (),
) -> Scene:
    """Return the scene of a transaction; `estate` may lack what persons stated."""
    said = stated(tx.session)
    return Scene(
        snapshot=snapshot,
        estate=overlay(estate, said),
        ask=ask,
        people=directory(tx.session),
        said=said,
        catalogue=to_rfc3339((catalogue or packaged()).updated),
        calendar=calendar or Calendar(),
        gone=_gone(estate, leavers),
    )


def _gone(estate: Estate, leavers: Iterable[str]) -> frozenset[str]:
    """Return who left, of a leavers' file and of what the identity store says."""
    disabled = {name for name, state in estate.owner_states.items() if state == "disabled"}
    return frozenset(disabled | {name.strip().casefold() for name in leavers})


def _cause(line: Mapping[str, Any]) -> Cause:
    found = [line.get("subject")]
    for values in (line.get("before"), line.get("after")):
        if isinstance(values, dict):
            found += [values.get(key) for key in ("name", "arn", "function_arn", "role_arn")]
    needles = {word for word in found if isinstance(word, str) and word}
    told = {key: line[key] for key in ("id", "kind", "severity", "live", "words", "detected_at")}
    return Cause(told, tuple(sorted(needles)))
