"""What a reduction keeps: fewer actions or fewer resources of what an item allows, never more."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recert.analysis import beyond
from recert.campaigns.views import DecisionRequest
from recert.campaigns.wording import require_text
from recert.errors import RefusedError
from recert.store.tables import ItemRow

_NARROWS = ("permission", "attachment")
_LONGEST_ARN = 2048
_MANY = 5


def effective_actions(body: dict[str, Any]) -> tuple[str, ...]:
    """Return the actions that are effective through an item, sorted, of all grants in an attachment."""
    grant = body.get("grant") or {}
    found = set(grant.get("effective_actions") or ())
    for inner in (*grant.get("grants", ()), *body.get("shown", {}).get("grants", ())):
        actions = inner.get("effective_actions")
        if isinstance(actions, list):
            found.update(actions)
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a reduction keeps: actions as the catalogue writes them, and resources as they were typed.

    Empty where that part stays as it is.
    """

    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


def narrowed(item: ItemRow, request: DecisionRequest) -> Narrowed:
    """Return what a reduction keeps of an item; raises RefusedError where it is none."""
    if item.kind not in _NARROWS:
        raise RefusedError(
            f"An item of the kind {item.kind} cannot be narrowed.",
            "Attest it, or revoke it.",
            rule="reduce_kind",
        )
    body = json.loads(item.body)
    actions = tuple(dict.fromkeys(one.strip() for one in request.reduce_to if one.strip()))
    resources = tuple(dict.fromkeys(one.strip() for one in request.reduce_resources if one.strip()))
    if not actions and not resources:
        raise RefusedError(
            "A reduction names the actions or the resources that stay.",
            "Name at least one.",
            rule="reduce_to",
        )
    narrower = _narrower_resources(item, body, resources)
    return Narrowed(_kept_actions(item, body, actions, narrower=narrower), resources)


def _narrower_resources(item: ItemRow, body: Mapping[str, Any], wanted: tuple[str, ...]) -> bool:
    """Tell whether resources are fewer than those of a grant; raises RefusedError where they are more."""
    if not wanted:
        return False
    if item.kind != "permission":
        raise RefusedError(
            f"The resources of an item of the kind {item.kind} cannot be narrowed.",
            "Name the actions that stay, or revoke it.",
            rule="reduce_kind",
        )
    for one in wanted:
        require_text(one, "The resource", longest=_LONGEST_ARN)
    found = (body.get("grant") or {}).get("resources")
    held = [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
    outside = beyond(wanted, held)
    if outside or not held:
        raise RefusedError(
            f"{(outside or wanted)[0]} is not within the resources of the item {item.id}.",
            f"They are {', '.join(held[:_MANY]) or 'not known'}.",
            rule="reduce_to",
        )
    return bool(beyond(held, wanted))


def _kept_actions(
    item: ItemRow, body: dict[str, Any], asked: tuple[str, ...], *, narrower: bool
) -> tuple[str, ...]:
    known = {action.casefold(): action for action in effective_actions(body)}
    if not asked:
        if not narrower:
            raise _everything(item)
        return ()
    if not known:
        # Without a list of actions (an attachment too long to show), the wish is taken as written.
        return asked
    strange = [action for action in asked if action.casefold() not in known]
    if strange:
        raise RefusedError(
            f"{strange[0]} is not effective through the item {item.id}.",
            "Name some of its effective actions, each in full.",
            rule="reduce_to",
        )
    kept = tuple(dict.fromkeys(known[action.casefold()] for action in asked))
    if len(kept) == len(known) and not narrower:
        raise _everything(item)
    return kept


def _everything(item: ItemRow) -> RefusedError:
    return RefusedError(
        f"That is everything that the item {item.id} allows.",
        "Attest it, or leave something out.",
        rule="reduce_to",
    )
