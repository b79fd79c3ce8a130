"""What the owner states at the close: the population, the reviewers, the revocations, the retention.

The memo is written from what the store holds and not by hand, so that nobody signs more than is
true: each of the four statements says whether it holds without reservation.
"""

import json
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns.counts import Tally
from recert.campaigns.reads import rows
from recert.campaigns.revocations import DONE, remediation_states
from recert.store import settings
from recert.store.outcome import DENIES
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, LedgerRow, SnapshotRow
from recert.text import plural

MEANING = "I close this review, and state what the memo says."


def counts(tally: Tally) -> dict[str, int]:
    """Return how many items there are, and how they were answered; what is zero is left out."""
    told = {"items": sum(tally.states.values()), **dict(sorted(tally.verdicts.items()))}
    out = tally.states.get("excluded", 0) + tally.states.get("superseded", 0)
    return {name: count for name, count in {**told, "excluded": out}.items() if count}


def memo(session: Session, campaign: CampaignRow, tally: Tally) -> list[dict[str, Any]]:
    """Return the four statements, each with its name, its text and whether it holds unreservedly."""
    lines = (
        ("population", _population(session, campaign, tally)),
        ("reviewers", _reviewers(session, campaign, tally)),
        ("revocations", _revocations(session, campaign)),
        ("retention", _retention(session)),
    )
    return [{"name": name, "text": text, "holds": holds} for name, (text, holds) in lines]


def _population(session: Session, campaign: CampaignRow, tally: Tally) -> tuple[str, bool]:
    reading = session.get(SnapshotRow, campaign.snapshot) if campaign.snapshot else None
    told = counts(tally)
    size = f"{plural(told.get('items', 0), 'item')}, {told.get('excluded', 0):,} left out by rule"
    if reading is None:
        return f"No reading is named from which the population was made: {size}.", False
    if reading.gaps:
        return (
            (
                f"The population is that of the reading of {reading.taken_at}: {size}. "
                f"{plural(reading.gaps, 'call')} of it could not be answered; "
                "what that leaves unknown is listed."
            ),
            False,
        )
    return (
        f"The population is all that there was as of {reading.taken_at}: {size}; no call failed.",
        True,
    )


def _reviewers(session: Session, campaign: CampaignRow, tally: Tally) -> tuple[str, bool]:
    silent, abstained = tally.verdicts.get("no_response", 0), tally.verdicts.get("abstain", 0)
    by_persons = sum(tally.verdicts.values()) - silent
    dependent, unknown = _not_independent(session, campaign.id)
    reserved = [
        f"{count:,} {words}"
        for count, words in (
            (silent, "without a response"),
            (abstained, "abstained from"),
            (dependent, "privileged and decided by a person who is not independent"),
            (unknown, "privileged and without a record of independence"),
        )
        if count
    ]
    if reserved:
        return f"{plural(by_persons, 'item')} decided by reviewers; {', '.join(reserved)}.", False
    return (
        (
            f"Every item was decided by its reviewer, {by_persons:,} in all; privileged ones by "
            "independent persons."
        ),
        True,
    )


def _not_independent(session: Session, campaign: str) -> tuple[int, int]:
    statement = (
        select(col(LedgerRow.entry))
        .join(DecisionRow, col(DecisionRow.entry) == col(LedgerRow.seq))
        .join(ItemRow, col(ItemRow.current) == col(DecisionRow.id))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.privileged))
        .where(col(DecisionRow.verdict) != "no_response")
    )
    told = [
        (json.loads(text)["body"].get("independence") or {}).get("independent")
        for (text,) in rows(session, statement)
    ]
    return sum(one is False for one in told), sum(one is None for one in told)


def _revocations(session: Session, campaign: CampaignRow) -> tuple[str, bool]:
    statement = (
        select(col(ItemRow.id))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign.id)
        .where(col(DecisionRow.verdict).in_(DENIES))
    )
    wanted = [item for (item,) in rows(session, statement)]
    if not wanted:
        return "Nothing was to be revoked.", True
    states = remediation_states(session, campaign.id)
    excepted = sum(states.get(item) == "excepted" for item in wanted)
    done = sum(states.get(item) in DONE for item in wanted) - excepted
    left = len(wanted) - done - excepted
    text = (
        f"{plural(len(wanted), 'revocation')}: no longer found by a later reading {done:,}, "
        f"formally excepted {excepted:,}"
    )
    return (f"{text}, neither {left:,}.", False) if left else (f"{text}.", True)


def _retention(session: Session) -> tuple[str, bool]:
    policy = settings.every(session).get("control.retention")
    where = (
        "The evidence is kept in the store's append-only ledger and in the packs exported from it"
    )
    if policy:
        return f"{where}, as {policy}", True
    return f"{where}; no policy of retention is stated in its settings.", False
