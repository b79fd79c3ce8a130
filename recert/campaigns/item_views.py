"""One item with its evidence, its decision and the answers of its stages."""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from recert.campaigns.decisions import view as decision_view
from recert.campaigns.item_pages import LINE, line_of
from recert.campaigns.links import links
from recert.campaigns.rescissions import rescission_of
from recert.campaigns.stages import answers_of, stages_of
from recert.campaigns.views import DecisionView, ItemLine, ItemView, Verdict
from recert.errors import UsageError
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, LedgerRow


def item(session: Session, campaign_id: str, name: str) -> ItemView:
    """Return one item with its evidence and the decision in force; raises UsageError."""
    found = session.get(ItemRow, name)
    if found is None or found.campaign != campaign_id:
        raise UsageError(
            f"There is no item {name!r} in the campaign {campaign_id}.",
            f"`recert items {campaign_id}` lists them.",
        )
    body = json.loads(found.body)
    decision = session.get(DecisionRow, found.current) if found.current else None
    values = [getattr(found, column) for column in LINE]
    taken_back = rescission_of(session, found.current)
    state = taken_back["state"] if taken_back else ""
    asked = {name: state} if state in {"requested", "confirmed"} else {}
    line = line_of([*values, decision.verdict if decision else None], {}, asked)
    told = ItemLine(**{**_fields(line), "agent_name": body.get("agent_name") or line.agent_name})
    return ItemView(
        line=told,
        campaign=found.campaign,
        grant=body.get("grant"),
        evidence=_evidence(body),
        decision=decision_view(decision, _independence(session, decision)) if decision else None,
        shown_digest=found.shown_digest,
        answers=_answers(session, found),
        rescission=taken_back,
        links=tuple(one.as_json() for one in links(session, found)),
    )


def _answers(session: Session, item: ItemRow) -> tuple[DecisionView | None, ...]:
    """Return the answers of an item's stages; while a blind stage lasts, the others are hidden."""
    stages = stages_of(session.get_one(CampaignRow, item.campaign))
    if stages.count == 1:
        return ()
    given = answers_of(session, item.id)
    current = session.get(DecisionRow, item.current) if item.current else None
    over = item.state == "signed_off" or (
        current is not None and current.verdict == Verdict.NO_RESPONSE
    )
    if over and current is not None:
        given = sorted([*given, current], key=lambda one: one.stage)
    hidden = stages.blind and not over
    return tuple(None if hidden else decision_view(one) for one in given)


def _fields(line: ItemLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ItemLine.__slots__}


def _evidence(body: Mapping[str, Any]) -> dict[str, Any]:
    shown = body.get("shown") or {}
    found = {**shown, "basis": body.get("basis"), "assignment": body.get("assignment")}
    if body.get("causes"):
        found["causes"] = body["causes"]
    if body.get("changes"):
        found["before"], found["after"] = body["changes"]["before"], body["changes"]["after"]
    if body.get("last"):
        found["last_decision"] = body["last"]
    if body.get("linked"):
        found["linked"] = body["linked"]
    return found


def _independence(session: Session, decision: DecisionRow) -> dict[str, Any]:
    entry = session.get(LedgerRow, decision.entry)
    found = json.loads(entry.entry)["body"].get("independence") if entry else None
    return found if isinstance(found, dict) else {}
