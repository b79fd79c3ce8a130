"""Integrations: what can be taken from an agent's draft or gateway; the rest is left to its builders."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recert.campaigns.remedies import Agent, Removal, subject_now
from recert.remediation.builders import by_builder, routing
from recert.remediation.documents import compact, statements_of
from recert.remediation.levers.agents import association, drafted, permission_of
from recert.remediation.levers.gateways import shown
from recert.remediation.model import Change, Operation, State, Target
from recert.remediation.ownership import owner_of
from recert.remediation.sheet import CHANGED, Sheet, was_visited

_BEDROCK = "bedrock.amazonaws.com"
_SOURCE = "aws:sourcearn"
_EXACT = frozenset({"arnequals", "arnlike", "stringequals", "stringlike"})


def plan(sheet: Sheet, removals: Sequence[Removal]) -> None:
    """Plan the removals of integrations."""
    revoked: dict[str, set[str]] = {}
    for removal in removals:
        revoked.setdefault(str(removal.agent), set()).add(removal.subject)
    for removal in removals:
        agent = sheet.estate.agents_by_arn.get(str(removal.agent))
        if agent is None:
            _gone(sheet, removal)
            continue
        kind, _, name = removal.subject.partition(" ")
        found = _BY_KIND.get(kind)
        if found is None:
            sheet.say(removal, State.NOT_SUPPORTED, *by_builder(agent, removal, kind, name))
        else:
            found(sheet, agent, removal, name, revoked[agent.arn])


def _gone(sheet: Sheet, removal: Removal) -> None:
    if was_visited(sheet.estate, str(removal.agent)):
        sheet.say(removal, State.GONE, "The agent is gone.")
    else:
        sheet.say(removal, State.FAILED, "The agent could not be read.")


# -- action groups ----------------------------------------------------------------------------


def _action_group(
    sheet: Sheet, agent: Agent, removal: Removal, name: str, revoked: set[str]
) -> None:
    served = [
        version.version
        for version in agent.reviewed_versions
        if not version.is_draft
        and any(one.name == name and one.enabled for one in version.action_groups)
    ]
    draft = agent.draft
    group = next((one for one in draft.action_groups if one.name == name), None) if draft else None
    live = next(
        (
            one
            for version in agent.reviewed_versions
            for one in version.action_groups
            if one.name == name and one.enabled
        ),
        None,
    )
    there = group if group is not None and group.enabled else None
    function, statement = _permission(sheet, agent, live or there, revoked)
    if there is None and statement is None:
        _only_live(sheet, agent, removal, name, served)
        return
    one = group or live
    before: dict[str, Any] = {"id": one.id if one is not None else name}
    before["state"] = group.state if group is not None else None
    after = {**before, "state": "DISABLED" if there is not None else before["state"]}
    if statement is not None:
        before |= {"function": function, "statement": statement}
        after |= {"function": function, "statement": None}
    status = drafted(agent.status)
    change = Change(
        target=Target(agent.account, "", "action_group", name, agent.arn, agent.region),
        operation=Operation.DISABLE_ACTION_GROUP,
        before=compact({**before, "draft": status}),
        after=compact({**after, "draft": status}),
        items=(removal.item,),
        snapshot=sheet.snapshot,
        owned_by=owner_of(agent.tags or {}),
        left=_left(served, status, statement),
    )
    sheet.carry(change, [removal], routing(agent, served, removal.title))


def _permission(
    sheet: Sheet, agent: Agent, group: Any, revoked: set[str]
) -> tuple[str | None, dict[str, Any] | None]:
    """Return the function of a group, and the one statement that lets only this agent call it.

    None where other groups of the agent call it, too, or where a statement lets in more than this
    agent: those are nobody's to take for it.
    """
    arn = group.function_arn if group is not None else None
    function = sheet.estate.functions_by_arn.get(arn) if arn else None
    if function is None or not function.resource_policy:
        return None, None
    others = [
        one
        for version in agent.versions
        for one in version.action_groups
        if one.function_arn == arn and one.enabled and f"action_group {one.name}" not in revoked
    ]
    if others:
        return None, None
    own = [
        one for one in statements_of(json.loads(function.resource_policy)) if _is_of(one, agent.arn)
    ]
    if len(own) != 1 or permission_of(own[0]) is None:
        return None, None
    return arn, own[0]


def _is_of(statement: Mapping[str, Any], agent: str) -> bool:
    """Tell whether a statement lets Bedrock in for one agent and nobody else."""
    principal = statement.get("Principal")
    if statement.get("Effect") != "Allow" or not statement.get("Sid"):
        return False
    if not isinstance(principal, Mapping) or dict(principal) != {"Service": _BEDROCK}:
        return False
    sources = [
        value
        for operator, keys in (statement.get("Condition") or {}).items()
        if operator.lower() in _EXACT
        for key, value in keys.items()
        if key.lower() == _SOURCE
    ]
    return sources in ([agent], [[agent]])


def _only_live(
    sheet: Sheet, agent: Agent, removal: Removal, name: str, served: Sequence[str]
) -> None:
    if not served:
        sheet.say(removal, State.GONE, "The last reading no longer finds it.")
        return
    words = f"The draft has no action group {name} any more. {_live(served)}"
    sheet.say(removal, State.HANDED_OVER, words, routing(agent, served, removal.title))


# -- knowledge bases --------------------------------------------------------------------------


def _knowledge_base(
    sheet: Sheet, agent: Agent, removal: Removal, base: str, _revoked: set[str]
) -> None:
    served = [
        version.version
        for version in agent.reviewed_versions
        if not version.is_draft
        and any(one.id == base and one.state == "ENABLED" for one in version.knowledge_bases)
    ]
    draft = agent.draft
    link = next((one for one in draft.knowledge_bases if one.id == base), None) if draft else None
    if link is None:
        if not served:
            sheet.say(removal, State.GONE, "The last reading no longer finds it.")
            return
        words = f"The draft has no knowledge base {base} any more. {_live(served)}"
        sheet.say(removal, State.HANDED_OVER, words, routing(agent, served, removal.title))
        return
    status = drafted(agent.status)
    before = {"id": base, "association": association(link.state, link.description)}
    change = Change(
        target=Target(agent.account, "", "knowledge_base", base, agent.arn, agent.region),
        operation=Operation.DISASSOCIATE_KNOWLEDGE_BASE,
        before=compact({**before, "draft": status}),
        after=compact({**before, "association": None, "draft": status}),
        items=(removal.item,),
        snapshot=sheet.snapshot,
        owned_by=owner_of(agent.tags or {}),
        left=_left(served, status),
    )
    sheet.carry(change, [removal], routing(agent, served, removal.title))


# -- what is live -----------------------------------------------------------------------------


def _left(served: Sequence[str], status: str, statement: Any = None) -> str | None:
    words = []
    if statement is not None and served:
        words.append(
            f"The statement {statement['Sid']} of its function goes, too, so that the function lets no "
            "version of the agent in."
        )
    if status != "prepared":
        words.append(
            "The draft holds other changes that were never prepared, so that it is not prepared here."
        )
    if served:
        words.append(_live(served))
    return " ".join(words) or None


def _live(served: Sequence[str]) -> str:
    who = (
        f"Version {served[0]}" if len(served) == 1 else f"Each of the versions {', '.join(served)}"
    )
    return (
        f"{who}, which callers reach, keeps it until its alias routes to a version without it; "
        "verification looks there."
    )


# -- gateways ---------------------------------------------------------------------------------


def _gateway_target(
    sheet: Sheet, agent: Agent, removal: Removal, _target: str, _revoked: set[str]
) -> None:
    subject = subject_now(removal, sheet.estate)
    found = next(
        (
            one
            for version in agent.versions
            for one in version.integrations
            if f"{one.kind} {one.id}" == subject
        ),
        None,
    )
    if found is None:
        sheet.say(removal, State.GONE, "The last reading no longer finds it.")
        return
    reviewed = (removal.basis.get("integration") or {}).get("target")
    if reviewed is not None and reviewed != found.target:
        sheet.say(removal, State.FAILED, CHANGED)
        return
    if not found.known:
        sheet.say(removal, State.FAILED, "Only its listing could be read.")
        return
    others = [
        f"agent {sheet.estate.agents_by_arn[arn].name}"
        for arn in sheet.analyst.callers.get(agent.arn, ())
    ]
    change = Change(
        target=Target(agent.account, "", "gateway_target", found.name, agent.arn, agent.region),
        operation=Operation.DELETE_GATEWAY_TARGET,
        before=shown(found.name, found.type, found.target, found.credential),
        after=None,
        items=(removal.item,),
        snapshot=sheet.snapshot,
        others=tuple(others),
        owned_by=owner_of(agent.tags or {}),
    )
    sheet.carry(change, [removal])


_BY_KIND: Mapping[str, Callable[[Sheet, Agent, Removal, str, set[str]], None]] = {
    "action_group": _action_group,
    "knowledge_base": _knowledge_base,
    "gateway_target": _gateway_target,
}
