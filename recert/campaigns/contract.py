"""The JSON that other programs rely on, made of what the services return: plain values only."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from recert.campaigns.deadlines import in_zone
from recert.campaigns.views import CampaignView, DecisionView, ItemFilter, ItemView
from recert.clock import to_rfc3339

if TYPE_CHECKING:
    from recert.campaigns.service import Campaigns

_PAGE = 500
_EVERY = ItemFilter()


def campaign_json(view: CampaignView) -> dict[str, Any]:
    """Return one campaign."""
    return {
        "id": view.id,
        "name": view.name,
        "state": view.state,
        "trigger": view.trigger,
        "owner": view.owner,
        "opened_at": to_rfc3339(view.opened_at),
        "due_at": _instant(view.due_at),
        "due_zone": view.due_zone,
        "due_local": in_zone(view.due_at, view.due_zone) if view.due_at else None,
        "counts": asdict(view.counts),
        "complete": view.complete,
        "blockers": list(view.blockers),
        "agents": list(view.agents),
        "predecessor": view.predecessor,
        "delegations": list(view.delegations),
        "rescissions": list(view.rescissions),
        "mine_pending": view.mine_pending,
        "mine_unsigned": view.mine_unsigned,
        "stages": view.stages,
        "progress": {
            "items": view.counts.items - view.counts.excluded,
            "decided": view.counts.decided + view.counts.signed_off - view.counts.no_response,
            "completely_reviewed": view.completely_reviewed,
            "rescinded": view.rescinded,
        },
    }


def item_json(view: ItemView) -> dict[str, Any]:
    """Return one item with its grant, its evidence and the decision in force."""
    line = view.line
    return {
        "id": line.id,
        "kind": line.kind,
        "state": line.state,
        "agent": line.agent,
        "agent_name": line.agent_name,
        "reviewer": line.reviewer,
        "delegated_to": view.delegate,
        "title": line.title,
        "service": line.service,
        "level": line.level,
        "privileged": line.privileged,
        "grant": view.grant,
        "delta": line.delta,
        "recommendation": {
            "verdict": line.recommendation.verdict,
            "reason": line.recommendation.reason,
        },
        "basis_digest": line.basis_digest,
        "shown_digest": view.shown_digest,
        "stage": line.stage,
        "decision": decision_json(view.decision) if view.decision else None,
        "answers": [
            decision_json(one) if one is not None else {"stage": place, "hidden": True}
            for place, one in enumerate(view.answers, start=1)
        ],
        "rescission": view.rescission,
        "links": list(view.links),
        "evidence": view.evidence,
    }


def decision_json(decision: DecisionView) -> dict[str, Any]:
    """Return one decision."""
    return {
        "id": decision.id,
        "verdict": decision.verdict.value,
        "rationale": decision.rationale,
        "decided_by": decision.decided_by,
        "decided_at": to_rfc3339(decision.decided_at),
        "basis_digest": decision.basis_digest,
        "basis_named": decision.basis_named,
        "headless": decision.headless,
        "bulk": decision.bulk,
        "independent": decision.independent,
        "independence": decision.independence or None,
        "stage": decision.stage,
        "state": decision.state,
        "until": _instant(decision.until),
        "reduce_to": list(decision.reduce_to),
        "reduce_to_resources": list(decision.reduce_resources),
        "consequence": decision.consequence,
        "breaks": list(decision.breaks),
        "control": decision.control,
        "approver": decision.approver,
    }


def items_json(
    service: "Campaigns", campaign: str, wanted: ItemFilter = _EVERY
) -> Iterator[dict[str, Any]]:
    """Yield every item that a filter leaves, in review order, a page at a time."""
    after: str | None = None
    while True:
        page = service.items(campaign, wanted, after=after, limit=_PAGE)
        for view in service.views(campaign, tuple(line.id for line in page.items)):
            yield item_json(view)
        after = page.next
        if after is None:
            return


def _instant(at: datetime | None) -> str | None:
    return to_rfc3339(at) if at is not None else None
