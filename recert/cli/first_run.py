"""The first run on a real account, step by step: enter, read, introduce, keep, offer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from recert.aws.interface import Reading
from recert.aws.live_source import LiveSource
from recert.campaigns import people
from recert.campaigns.beginning import first_owner, owners, riskiest, unmapped, with_alias
from recert.cli import first_key, readings
from recert.cli.context import Run
from recert.cli.first_look import access, parse_person, remember_regions, short_name
from recert.cli.identity import claim_of
from recert.errors import UsageError
from recert.iam.catalogue import load_catalogue
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.text import plural

Ask = Callable[[str, str], str]
"""Puts a question to a person, with a suggestion, and returns the answer."""


class FirstRun:
    """Walks through the steps; `result` grows into what `init --json` prints.

    `ask` is None where nobody can be asked; `accept` takes every suggestion then.
    """

    def __init__(self, run: Run, *, ask: Ask | None, accept: bool) -> None:
        self._run = run
        self._ask = ask
        self._accept = accept
        self._source: LiveSource
        self._reading: Reading
        self._store: Store
        self.result: dict[str, Any] = {}

    def enter(self, *, regions: tuple[str, ...], **where: Any) -> None:
        """Say who the caller is and settle which regions are visited; raises AwsError.

        A store that takes no live reading is refused before AWS is asked.
        """
        readings.require_room(self._run)
        self._source = readings.live(self._run.settings, regions=regions, **where)
        caller = self._source.caller
        self._run.out.note(f"AWS knows you as {caller.arn} in account {caller.account}.")
        visited = sorted({place.region for place in self._source.places})
        if not regions and self._ask is not None:
            answer = self._ask("Regions to visit", ",".join(visited))
            chosen = tuple(
                dict.fromkeys(word.strip() for word in answer.split(",") if word.strip())
            )
            if chosen and chosen != tuple(visited):
                regions = chosen
                self._source = readings.live(self._run.settings, regions=regions, **where)
                visited = list(chosen)
        if regions and (written := remember_regions(regions)) is not None:
            self._run.out.note(f"These regions are remembered in {written}.")
        self.result |= {
            "caller": {"account": caller.account, "arn": caller.arn},
            "regions": visited,
        }

    def read(self) -> None:
        """Take the first reading and say what the caller may read."""
        self._reading = readings.take(self._run, self._source)
        found = access(self._reading)
        refused = [one for one in found if not one.allowed]
        self._run.out.note(
            f"{len(found) - len(refused)} of {len(found)} kinds of reads were answered."
        )
        for one in refused:
            self._run.out.note(f"  not {one.operation}: unknown is {one.effect}")
        self.result["access"] = found

    def introduce(self, stated: Sequence[str], key: Path | None = None) -> None:
        """Make the caller and the owners that tags name known as persons, and bind the first key.

        `key` is the caller's, else one that they have at hand is offered.
        """
        estate = self._reading.estate
        store = self._run.settings.store.value
        self._store = self._run.open_store(store, create=True)
        if self._store.latest_snapshot() is not None:
            raise UsageError(
                f"{self._store.location} holds readings already.",
                "Go on with `recert sync`, or name a new store with --store.",
            )
        claim = claim_of(self._run.settings, synthetic=False)
        known = [parse_person(text) for text in stated]
        if all(one.id != claim.name for one in known):
            known.insert(0, first_owner(claim.name, self._source.caller.arn))
        counts = owners(estate)
        for owner in unmapped(estate, known):
            chosen = self._person_for(owner, counts[owner])
            if chosen is not None:
                known = with_alias(known, chosen, owner)
        people.add(
            self._store, known, clock=self._run.clock, actor=Actor(id=claim.name, strength="os")
        )
        self.result["key"] = first_key.bind(
            self._run, self._store, claim.name, key=key, ask=self._ask, accept=self._accept
        )
        unowned = [agent.arn for agent in estate.agents if not agent.owner]
        self.result |= {
            "store": self._store.location,
            "people": known,
            "unmapped_owners": unmapped(estate, known),
            "unowned_agents": unowned,
        }
        if unowned:
            self._run.out.note(
                f"{plural(len(unowned), 'agent')} without an owner; "
                "name one with `recert agent set AGENT --owner PERSON`."
            )

    def _person_for(self, owner: str, count: int) -> str | None:
        if self._ask is not None:
            question = (
                f"{owner!r} owns {plural(count, 'agent')}. Which person is that? (- for nobody)"
            )
            answer = self._ask(question, owner)
            return None if answer == "-" else answer
        return owner if self._accept else None

    def keep(self) -> None:
        """Record the baseline: it fills the inventory and raises no change."""
        self.result |= readings.keep(self._run, self._store, self._reading)

    def offer(self, wanted: bool | None) -> None:
        """Offer a campaign on the riskiest agents, and open it where that is wanted."""
        found = riskiest(self._reading.estate, load_catalogue())
        names = [name for _, name, _ in found]
        self.result["offer"] = {
            "agents": [{"arn": arn, "name": name, "risk_tier": tier} for arn, name, tier in found],
            "command": " ".join(
                [
                    "recert campaign open",
                    *(short_name(self._reading.estate, one[0]) for one in found),
                ]
            ),
        }
        self.result["campaign"] = None
        if not found:
            return
        if wanted is None:
            wanted = self._accept
            if self._ask is not None:
                question = f"Open a first campaign on {', '.join(names)}? (yes or no)"
                wanted = self._ask(question, "yes").casefold() in {"y", "yes"}
        if wanted:
            view = self._run.campaigns(self._store).open(
                agents=tuple(arn for arn, _, _ in found),
                name="First review",
                reason="the riskiest agents of the baseline",
            )
            self.result["campaign"] = view.id
