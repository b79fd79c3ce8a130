"""Differences between the action groups of two versions."""

from collections.abc import Iterable

from recert.estate.integrations import ActionGroup
from recert.lifecycle.changes import Change, Values, differing, keyed_differs, summary
from recert.lifecycle.events import Severity
from recert.lifecycle.verbs import writes

_REACH = ("function_arn", "executor", "signature")
_PLAIN = ("name", *_REACH, "schema_digest", "schema_bucket", "schema_key", "description")


def compare_groups(before: Iterable[ActionGroup], after: Iterable[ActionGroup]) -> list[Change]:
    """Return the differences between two sets of action groups, matched by id, then by name."""
    old, new = list(before), list(after)
    pairs = _pairs(old, new)
    left = {id(one) for one, _ in pairs}
    right = {id(two) for _, two in pairs}
    found = [_added(group) for group in new if id(group) not in right]
    found += [_removed(group) for group in old if id(group) not in left]
    for one, two in pairs:
        found += _changed(one, two)
    return found


def _pairs(old: list[ActionGroup], new: list[ActionGroup]) -> list[tuple[ActionGroup, ActionGroup]]:
    by_id = {group.id: group for group in old}
    pairs = [(by_id[group.id], group) for group in new if group.id in by_id]
    left = {group.id for group, _ in pairs}
    by_name = {group.name: group for group in old if group.id not in left}
    pairs += [
        (by_name[group.name], group)
        for group in new
        if group.id not in by_id and group.name in by_name
    ]
    return pairs


def _added(group: ActionGroup) -> Change:
    base = None if group.enabled else Severity.LOW
    how = f"action group {group.name} was not there before"
    return Change("action_group.added", group.name, None, summary(group), how, base)


def _removed(group: ActionGroup) -> Change:
    how = f"action group {group.name} is no longer listed"
    return Change("action_group.removed", group.name, summary(group), None, how)


def _changed(before: ActionGroup, after: ActionGroup) -> list[Change]:
    found: list[Change] = []
    if before.enabled != after.enabled:
        kind = "action_group.enabled" if after.enabled else "action_group.disabled"
        how = f"action group {after.name} went from {before.state} to {after.state}"
        found.append(Change(kind, after.name, {"state": before.state}, summary(after), how))
    if after.executor is None and before.executor is not None:
        return found  # only its summary was read
    old, new = differing(before, after, _PLAIN)
    if not keyed_differs(before.schema_digest, after.schema_digest):
        old.pop("schema_digest", None)
        new.pop("schema_digest", None)
    serious = any(name in new for name in _REACH) or _writes_more(before, after)
    tools_old, tools_new, tools_serious = _tools(before, after)
    old.update(tools_old)
    new.update(tools_new)
    if not new:
        return found
    old.setdefault("name", before.name)
    new.setdefault("name", after.name)
    base = Severity.HIGH if serious or tools_serious else Severity.MEDIUM
    how = f"action group {after.name} differs in {', '.join(sorted(set(new) - {'name'})) or 'name'}"
    return [*found, Change("action_group.changed", after.name, old, new, how, base)]


def _writes_more(before: ActionGroup, after: ActionGroup) -> bool:
    """Tell whether the API schema is known to have gained an operation that writes."""
    old, new = before.schema_writes, after.schema_writes
    return old is not None and new is not None and new > old


def _tools(before: ActionGroup, after: ActionGroup) -> tuple[Values, Values, bool]:
    """Return the tools that differ, and whether a confirmation fell or a tool writes more.

    A writing tool that came does, and so does one that takes a parameter which it did not take.
    """
    old = {tool.name: tool for tool in before.functions}
    new = {tool.name: tool for tool in after.functions}
    names = sorted(
        name
        for name in {*old, *new}
        if name not in old
        or name not in new
        or old[name].requires_confirmation != new[name].requires_confirmation
        or set(old[name].parameters) != set(new[name].parameters)
    )
    if not names:
        return {}, {}, False
    serious = any(
        name in new
        and (
            (name not in old and writes(name))
            or (
                name in old
                and (
                    (old[name].requires_confirmation and not new[name].requires_confirmation)
                    or (writes(name) and set(new[name].parameters) - set(old[name].parameters))
                )
            )
        )
        for name in names
    )
    return (
        {"functions": [old[name].model_dump(mode="json") for name in names if name in old]},
        {"functions": [new[name].model_dump(mode="json") for name in names if name in new]},
        serious,
    )
