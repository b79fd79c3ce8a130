"""The levers of a Bedrock agent's draft: its action groups and its knowledge bases.

Only the draft can be changed; a version that is served stays as it is until an alias routes to
another one. A draft that was prepared is prepared again, one that was not is left so: preparing it
would let its other changes out.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from recert.aws.executor import Call, Looks, Place
from recert.remediation.documents import compact
from recert.remediation.levers.base import OneText, Seen
from recert.remediation.model import Change

DRAFT = "DRAFT"
PREPARED = "prepared"
UNPREPARED = "unprepared"
_PREPARED = frozenset({"PREPARED", "PREPARING"})
_SENT_BACK = (
    "actionGroupName",
    "description",
    "parentActionGroupSignatureParams",
    "actionGroupExecutor",
    "apiSchema",
    "functionSchema",
)
_CONDITIONS = {"aws:sourcearn": "SourceArn", "aws:sourceaccount": "SourceAccount"}


def drafted(status: str | None) -> str:
    """Return whether a draft of this status runs as it stands."""
    return PREPARED if status in _PREPARED else UNPREPARED


class _OfDraft(OneText):
    """What both have in common: parts that are compared one by one, and the preparing."""

    def under_way(self, change: Change, seen: Seen, *, back: bool) -> bool:
        """Tell whether each part is as before or as after, and some as this run wants it.

        Where none is, a draft that is not prepared holds what somebody else changed.
        """
        if seen.text is None or change.after is None:
            return False
        before, after, now = (json.loads(one) for one in (change.before, change.after, seen.text))
        parts = [name for name in after if name != "draft"]
        wanted = before if back else after
        return all(now.get(name) in (before.get(name), after[name]) for name in parts) and any(
            now.get(name) == wanted[name] for name in parts if before.get(name) != after[name]
        )

    def _prepare(self, looks: Looks, change: Change, wanted: Mapping[str, Any]) -> Iterable[Call]:
        """Yield the preparing of the draft, where it was prepared and is not any more."""
        if wanted.get("draft") == PREPARED and _status(looks, change) != PREPARED:
            yield _call(change, "PrepareAgent", agentId=_agent(change))


def _agent(change: Change) -> str:
    return str(change.target.arn).rpartition("/")[2]


def _place(change: Change) -> Place:
    return Place(change.target.account, change.target.region)


def _call(change: Change, operation: str, **params: Any) -> Call:
    return Call(_place(change), "bedrock-agent", operation, params)


def _look(looks: Looks, change: Change, operation: str, **params: Any) -> dict[str, Any] | None:
    place = _place(change)
    return looks.find(place, "bedrock-agent", operation, agentId=_agent(change), **params)


def _status(looks: Looks, change: Change) -> str | None:
    found = _look(looks, change, "GetAgent")
    return drafted((found.get("agent") or {}).get("agentStatus")) if found is not None else None


class ActionGroups(_OfDraft):
    """An action group, and the statement by which its function lets this one agent in.

    `before` and `after` hold `id` and `state` of the group, `draft`, and where there is such a
    statement `function` and `statement`, which is null after.
    """

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the group in the draft, and the statement."""
        wanted = json.loads(change.before)
        status = _status(looks, change)
        if status is None:
            return Seen(None)
        found = _look(
            looks, change, "GetAgentActionGroup", agentVersion=DRAFT, actionGroupId=wanted["id"]
        )
        group = (found or {}).get("agentActionGroup")
        parts = {"id": wanted["id"], "state": (group or {}).get("actionGroupState")}
        if "function" in wanted:
            sid = str(wanted["statement"]["Sid"])
            held, revision = looks.function_statement(
                _function_place(wanted), wanted["function"], sid
            )
            parts |= {"function": wanted["function"], "statement": held}
            return Seen(compact({**parts, "draft": status}), found=(group, revision))
        return Seen(compact({**parts, "draft": status}), found=(group, None))

    def calls(self, looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield what is missing: the statement first, which holds for what is live."""
        yield from self._towards(looks, change, seen, json.loads(str(change.after)))

    def back(
        self, looks: Looks, change: Change, seen: Seen, _archived: str | None
    ) -> Iterable[Call]:
        """Yield what leads back; the function lets the agent in again last."""
        yield from self._towards(looks, change, seen, json.loads(change.before))

    def _towards(
        self, looks: Looks, change: Change, seen: Seen, wanted: Mapping[str, Any]
    ) -> Iterable[Call]:
        now = json.loads(str(seen.text))
        group, revision = seen.found
        if now.get("statement") is not None and wanted.get("statement") is None:
            yield _remove(wanted["function"], now["statement"], revision)
        if group is not None and now["state"] != wanted["state"] and wanted["state"] is not None:
            yield _update(change, group, str(wanted["state"]))
        yield from self._prepare(looks, change, wanted)
        if now.get("statement") is None and wanted.get("statement") is not None:
            yield _add(wanted["function"], wanted["statement"])


def _update(change: Change, group: Mapping[str, Any], state: str) -> Call:
    """Return the call that changes the state of a group; everything else is sent as it was read."""
    key = {
        "agentId": _agent(change),
        "agentVersion": DRAFT,
        "actionGroupId": group["actionGroupId"],
        "actionGroupState": state,
    }
    sent = {name: group[name] for name in _SENT_BACK if group.get(name) is not None}
    if group.get("parentActionSignature"):
        sent["parentActionGroupSignature"] = group["parentActionSignature"]
    told = {**key, "actionGroupName": group.get("actionGroupName"), "sent_as_read": sorted(sent)}
    return Call(_place(change), "bedrock-agent", "UpdateAgentActionGroup", {**sent, **key}, told)


def _function_place(wanted: Mapping[str, Any]) -> Place:
    parts = str(wanted["function"]).split(":")
    return Place(parts[4], parts[3])


def _remove(function: str, statement: Mapping[str, Any], revision: str | None) -> Call:
    params = {"FunctionName": function, "StatementId": statement["Sid"]}
    if revision:
        params["RevisionId"] = revision
    place = _function_place({"function": function})
    return Call(place, "lambda", "RemovePermission", params, archived=compact(statement))


def _add(function: str, statement: Mapping[str, Any]) -> Call:
    return Call(
        _function_place({"function": function}),
        "lambda",
        "AddPermission",
        {"FunctionName": function, **(permission_of(statement) or {})},
    )


def permission_of(statement: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what AddPermission has to be given to write a statement, None where it cannot."""
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, Mapping) else None
    if not isinstance(service, str) or not isinstance(statement.get("Action"), str):
        return None
    found = {
        "StatementId": str(statement["Sid"]),
        "Action": str(statement["Action"]),
        "Principal": service,
    }
    for keys in (statement.get("Condition") or {}).values():
        for key, value in keys.items():
            name = _CONDITIONS.get(key.lower())
            if name is None or not isinstance(value, str):
                return None
            found[name] = value
    return found


class KnowledgeBases(_OfDraft):
    """The association of the draft with a knowledge base.

    `before` and `after` hold `id`, `association` (`state` and `description`, null after) and `draft`.
    """

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the association in the draft."""
        wanted = json.loads(change.before)
        status = _status(looks, change)
        if status is None:
            return Seen(None)
        found = _look(
            looks,
            change,
            "GetAgentKnowledgeBase",
            agentVersion=DRAFT,
            knowledgeBaseId=wanted["id"],
        )
        held = (found or {}).get("agentKnowledgeBase")
        parts = {
            "id": wanted["id"],
            "association": association(held.get("knowledgeBaseState"), held.get("description"))
            if held
            else None,
            "draft": status,
        }
        return Seen(compact(parts))

    def calls(self, looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield the taking away, and the preparing."""
        now = json.loads(str(seen.text))
        if now["association"] is not None:
            yield _call(
                change,
                "DisassociateAgentKnowledgeBase",
                agentId=_agent(change),
                agentVersion=DRAFT,
                knowledgeBaseId=now["id"],
            )
        yield from self._prepare(looks, change, json.loads(str(change.after)))

    def back(
        self, looks: Looks, change: Change, seen: Seen, _archived: str | None
    ) -> Iterable[Call]:
        """Yield the association as it was, and the preparing."""
        now, wanted = json.loads(str(seen.text)), json.loads(change.before)
        if now["association"] is None and wanted["association"] is not None:
            yield _call(
                change,
                "AssociateAgentKnowledgeBase",
                agentId=_agent(change),
                agentVersion=DRAFT,
                knowledgeBaseId=wanted["id"],
                description=wanted["association"]["description"] or "-",
                knowledgeBaseState=wanted["association"]["state"],
            )
        yield from self._prepare(looks, change, wanted)


def association(state: str | None, description: str | None) -> dict[str, str | None]:
    """Return what is compared of an association."""
    return {"state": state, "description": description or ""}
