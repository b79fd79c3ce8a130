"""What was kept until a date is asked again when the date has passed, with that as the cause.

Each decision that ran out is a lifecycle event of its own. The campaign that asks again follows the
one in which it was decided; where a campaign asks about the same already, that one is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns.happenings import cause_json, record_events
from recert.campaigns.history import Key, Past, last_signed
from recert.campaigns.opening import Draft, extend
from recert.campaigns.preparing import begin
from recert.campaigns.reads import rows
from recert.campaigns.scene import Scene
from recert.campaigns.transitions import OPEN
from recert.clock import to_rfc3339
from recert.lifecycle import KINDS, Event, TriggerPolicy, words_of
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow, DecisionRow, ItemRow
from recert.store.transaction import Transaction
from recert.text import plural

MARK = "expiry"
"""Tells the event of an expiry from what else happened to the same reading."""
_KINDS = {"exception": "exception.expired"}
_OTHER = "attestation.expired"


@dataclass(frozen=True, slots=True)
class Expiries:
    """What ran out by a reading: the campaigns that ask again or were told, and the causes."""

    campaigns: tuple[str, ...] = ()
    causes: tuple[dict[str, Any], ...] = ()


def expired_agents(session: Session, now: str) -> list[str]:
    """Return the agents of which a signed decision has run out, whatever was decided since."""
    statement = (
        select(col(ItemRow.agent))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(DecisionRow.until) <= now, col(ItemRow.state) == "signed_off")
        .where(col(DecisionRow.state) == "current")
        .where(col(ItemRow.agent).is_not(None))
        .distinct()
        .order_by(col(ItemRow.agent))
    )
    return [agent for (agent,) in rows(session, statement)]


def ask_again(tx: Transaction, scene: Scene, policy: TriggerPolicy) -> Expiries:
    """Ask again about every decision that ran out by the instant of the reading, or by now.

    One campaign for each agent and each campaign in which something of it was decided. A decision
    is asked about once: where an open campaign asks about its subject, that campaign is told.
    """
    now = to_rfc3339(max(tx.clock.now(), scene.estate.taken_at))
    touched: dict[str, None] = {}
    causes: list[dict[str, Any]] = []
    for agent in expired_agents(tx.session, now):
        if agent not in scene.estate.agents_by_arn:
            continue
        past = last_signed(tx.session, agent)
        there = {(one.kind, one.subject) for one in scene.ask(scene.estate, agent)}
        over = {
            key: one
            for key, one in past.items()
            if key in there and one.until is not None and one.until <= now
        }
        asked = _asked(tx.session, agent)
        told = _told(tx.session, {campaign for key in over for campaign in asked.get(key, ())})
        by_campaign: dict[tuple[str, bool], dict[Key, Past]] = {}
        for key, one in over.items():
            where = asked.get(key, ())
            if not any(one.item in told[campaign] for campaign in where):
                place = (where[-1], True) if where else (one.campaign, False)
                by_campaign.setdefault(place, {})[key] = one
        for (campaign, running), found in sorted(by_campaign.items()):
            events = [_event(tx, scene, agent, key, one) for key, one in sorted(found.items())]
            record_events(tx, scene.snapshot, events, MARK)
            said = [cause_json(scene.snapshot, event, MARK) for event in events]
            causes += said
            if running:
                extend(tx, tx.session.get_one(CampaignRow, campaign), "expired", said)
                touched[campaign] = None
            else:
                draft = _draft(scene, policy, agent, campaign, (events, said), found)
                touched[begin(tx, scene, draft, policy).id] = None
    return Expiries(tuple(touched), tuple(causes))


def _draft(  # noqa: PLR0917 - a campaign is made of all of these
    scene: Scene,
    policy: TriggerPolicy,
    agent: str,
    predecessor: str,
    told: tuple[list[Event], list[dict[str, Any]]],
    found: Mapping[Key, Past],
) -> Draft:
    events, causes = told
    words = ", ".join(dict.fromkeys(words_of(event) for event in events))
    return Draft(
        agents=(agent,),
        name=f"{scene.estate.agents_by_arn[agent].name}: {words}",
        kind="expiry",
        reason=f"{plural(len(found), 'item')} of {predecessor} kept until a date that has passed.",
        due_in_days=policy.due_in_days(events),
        predecessor=predecessor,
        causes=tuple(causes),
        only={agent: frozenset(found)},
        asks=policy.asks(events),
    )


def _event(tx: Transaction, scene: Scene, agent: str, key: Key, past: Past) -> Event:
    kind = _KINDS.get(past.verdict, _OTHER)
    return Event(
        agent=agent,
        kind=kind,
        severity=KINDS[kind].severity,
        live=bool(scene.estate.agents_by_arn[agent].live_versions),
        subject=key[1],
        before={
            "campaign": past.campaign,
            "item": past.item,
            "verdict": past.verdict,
            "until": past.until,
            "by": past.by,
        },
        detected_at=max(tx.clock.now(), scene.estate.taken_at),
        how="the end that the decision set itself has passed",
    )


def _asked(session: Session, agent: str) -> dict[Key, tuple[str, ...]]:
    """Return the subjects of an agent that open campaigns ask about, each with these campaigns."""
    statement = (
        select(col(ItemRow.kind), col(ItemRow.subject), col(ItemRow.campaign))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(ItemRow.agent) == agent, col(CampaignRow.state).in_(OPEN))
        .where(col(ItemRow.state).not_in(("excluded", "superseded", "signed_off")))
        .order_by(col(CampaignRow.opened_at), col(CampaignRow.id))
    )
    found: dict[Key, tuple[str, ...]] = {}
    for kind, subject, campaign in rows(session, statement):
        found[kind, subject] = (*found.get((kind, subject), ()), campaign)
    return found


def _told(session: Session, campaigns: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return of which expired items each campaign was told."""
    kinds = {_OTHER, *_KINDS.values()}
    return {
        name: frozenset(
            str(event["before"]["item"])
            for event in parse_strict(session.get_one(CampaignRow, name).trigger)["events"]
            if event["kind"] in kinds
        )
        for name in campaigns
    }
