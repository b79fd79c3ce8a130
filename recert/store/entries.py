"""The bodies of ledger entries, made from the rows that they explain.

A service writes a row, appends the entry that these functions make of it in the same transaction,
and `recert.store.projection` re-derives the rows from the entries later. So every column that a
row can be judged by stands in a body, and a change of a row without an entry shows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recert.estate.canonical import digest, parse_strict
from recert.store.tables import (
    AgentSetting,
    CampaignRow,
    DecisionRow,
    EventRow,
    ItemRow,
    KeyRow,
    PersonRow,
    RescissionRow,
    SignoffRow,
)

JSON_COLUMNS = {
    "before", "after", "trigger", "scope", "settings", "body", "reduce_to", "reduce_resources", "roles",
    "aliases", "sts", "teams",
}  # fmt: skip
LATER_COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "decision": {"stage": 1, "reduce_resources": [], "consequence": None},
    "person": {"email": None, "backup": None, "manager": None, "teams": []},
}
"""By table, what a column holds of which the entries of an older schema do not tell."""
CAMPAIGN_MUTABLE = (
    "name", "owner", "due_at", "due_zone", "trigger", "scope", "settings", "snapshot",
)  # fmt: skip
"""What `campaign.extended` may change of a campaign."""
RECORD = (
    "id", "campaign", "kind", "agent", "title", "subject", "service", "level", "privileged", "rank",
    "delta", "recommendation", "reason", "basis_digest", "shown_digest", "body",
)  # fmt: skip


CLOSING = (
    "signer", "name", "strength", "signature", "statement", "key", "armor", "signed_at", "size", "head",
)  # fmt: skip
"""What `campaign.closed` says under `closing`: who closed it, and the statement with its signature."""


def restricted(value: Any) -> Any:
    """Return a JSON value without floats and with ordinary integers: others become their text."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, Mapping):
        return {str(key): restricted(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [restricted(item) for item in value]
    return repr(value)


def columns(
    row: Any, names: Iterable[str] | None = None, *, without: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the columns of a row as a body holds them: JSON columns parsed, the rest as it is."""
    picked = names if names is not None else type(row).__table__.columns.keys()
    return {
        name: restricted(parse_strict(getattr(row, name)))
        if name in JSON_COLUMNS
        else getattr(row, name)
        for name in picked
        if name not in without
    }


def json_text(value: Any) -> str:
    """Return the text of a JSON column."""
    return json.dumps(value)


def item_record(item: ItemRow) -> dict[str, Any]:
    """Return what of an item is frozen once it is assigned: the line of `population.jsonl`."""
    return columns(item, RECORD)


def events_recorded(snapshot: str, events: Sequence[EventRow]) -> dict[str, Any]:
    """Describe all events of one reading (`campaign` is told by the campaign's own entry)."""
    found = [columns(event, without=("campaign", "snapshot")) for event in events]
    return {"snapshot": snapshot, "events": found}


def person_set(person: PersonRow) -> dict[str, Any]:
    """Describe a person as they are from now on."""
    return columns(person)


def agent_set(setting: AgentSetting) -> dict[str, Any]:
    """Describe owner and purpose that a person stated for an agent."""
    return columns(setting)


def campaign_opened(campaign: CampaignRow, events: Sequence[str] = ()) -> dict[str, Any]:
    """Describe a new campaign in whatever state it starts; `events` are the ids of its causes."""
    return {**columns(campaign), "events": list(events)}


def campaign_moved(
    campaign: CampaignRow,
    before: str,
    reason: str = "",
    *,
    closing: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe a step of the state machine; call it when the row already holds the new state.

    `closing` is what its owner stated and signed at the close, see `CLOSING`.
    """
    told = {"closing": dict(closing)} if closing is not None else {}
    return {
        **told,
        "from": before,
        "to": campaign.state,
        "reason": reason,
        "launched_at": campaign.launched_at,
        "ended_at": campaign.ended_at,
        "end_reason": campaign.end_reason,
    }


def campaign_extended(
    campaign: CampaignRow, reason: str, events: Sequence[str] = ()
) -> dict[str, Any]:
    """Describe a new name, owner, deadline, scope or further causes; call it when the row holds them."""
    return {
        **columns(campaign, CAMPAIGN_MUTABLE),
        "reason": reason,
        "events": list(events),
    }


def items_assigned(items: Sequence[ItemRow]) -> dict[str, Any]:
    """Describe a population or an addition to it, in review order, each item by its record's digest."""
    lines = [
        {
            "id": item.id,
            "kind": item.kind,
            "agent": item.agent,
            "reviewer": item.reviewer,
            "state": item.state,
            "excluded_by": item.excluded_by,
            "basis_digest": item.basis_digest,
            "record": digest(item_record(item)),
        }
        for item in items
    ]
    return {"count": len(lines), "items": lines}


def item_changed(item: ItemRow, reason: str, *, before: str | None = None) -> dict[str, Any]:
    """Describe any `item.*` step; call it when the row is already as it shall be.

    `before` is the reviewer that the item had, for `item.reassigned`.
    """
    return {
        "item": item.id,
        "reason": reason,
        "before": before,
        "state": item.state,
        "reviewer": item.reviewer,
        "excluded_by": item.excluded_by,
        "current": item.current,
        "basis_digest": item.basis_digest,
        "record": digest(item_record(item)),
    }


def decision_recorded(decision: DecisionRow, item: ItemRow) -> dict[str, Any]:
    """Describe a decision with what it is about; all but its state and its entry number.

    It makes the decision named by `supersedes` superseded, itself current, and its item decided.
    """
    return {
        **columns(decision, without=("state", "entry")),
        "agent": item.agent,
        "kind": item.kind,
        "title": item.title,
        "record": digest(item_record(item)),
    }


def decision_undone(decision: DecisionRow, restored: DecisionRow | None) -> dict[str, Any]:
    """Describe an undo: `decision` becomes undone, `restored` (the one it superseded) current again."""
    return {
        "decision": decision.id,
        "item": decision.item,
        "restored": restored.id if restored else None,
    }


def decision_redone(decision: DecisionRow, superseded: DecisionRow | None) -> dict[str, Any]:
    """Describe a redo: `decision` is current again, `superseded` (if any was in force) superseded."""
    return {
        "decision": decision.id,
        "item": decision.item,
        "superseded": superseded.id if superseded else None,
    }


def item_advanced(item: ItemRow, decision: str, before: str | None, reason: str) -> dict[str, Any]:
    """Describe the step into the next stage; call it when the row is already there.

    `decision` is the signed answer of the stage that is over.
    """
    return {**item_changed(item, reason, before=before), "stage": item.stage, "answered": decision}


def item_concluded(
    item: ItemRow, *, result: str, answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Describe what the answers of an item's stages come to; call it when the row holds the outcome.

    `answers` are stage, decision, verdict, until and by whom; the one in force is the item's own.
    """
    return {
        "item": item.id,
        "result": result,
        "answers": [dict(one) for one in answers],
        "in_force": item.current,
        "state": item.state,
        "signoff": item.signoff,
    }


def decision_rescinded(row: RescissionRow) -> dict[str, Any]:
    """Describe a rescission as it is from now on."""
    return columns(row)


def key_enrolled(key: KeyRow) -> dict[str, Any]:
    """Describe a key that is a person's from now on."""
    return columns(key, without=("revoked_at", "revoked_by", "reason"))


def key_revoked(key: KeyRow) -> dict[str, Any]:
    """Describe a key that signs nothing from now on."""
    return columns(key, ("id", "person", "revoked_at", "revoked_by", "reason"))


def signoff(row: SignoffRow, decisions: Mapping[str, str]) -> dict[str, Any]:
    """Describe a sign-off; `decisions` maps each signed item to its decision.

    The items become signed_off with `signoff` set to the row's id.
    """
    pairs = [{"item": item, "decision": decisions[item]} for item in sorted(decisions)]
    return {**columns(row, without=("entry",)), "decisions": pairs}


def anchored(
    kind: str, head: Mapping[str, Any], to: Mapping[str, Any], proof: str | None
) -> dict[str, Any]:
    """Describe that a head was noted outside.

    `head` holds size, hash and root; `to` says where; `proof` is base64 of what came back.
    """
    return {
        "kind": kind,
        **head,
        "to": dict(to),
        "proof": proof,
    }
