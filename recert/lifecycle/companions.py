"""Differences of what AgentCore, flows and state machines add to a version: tools, targets, access."""

from recert.estate.agents import Agent, AgentVersion
from recert.estate.companions import Access, Integration, Resource
from recert.lifecycle.changes import (
    Change,
    concealed_differs,
    differing,
    keyed_differs,
    shown,
    summary,
)
from recert.lifecycle.documents import compare_documents
from recert.lifecycle.events import Severity

_NAMED = {
    "gateway_target": "gateway_target",
    "gateway_rule": "gateway_target",
    "tool": "tool",
    "allowed_tools": "tool",
    "skill": "skill",
    "hook": "hook",
    "interceptor": "interceptor",
    "transform": "interceptor",
    "flow_node": "flow_node",
    "task": "task",
    "agent": "task",
    "policy_engine": "policy_engine",
    "memory": "memory",
}
_FIELDS = (
    "name",
    "type",
    "target",
    "function_arn",
    "credential",
    "provider_arns",
    "scopes",
    "mode",
)
_LISTS = ("clients", "audiences", "scopes", "workloads")
_OUTSIDE = {
    "protocol": "access",
    "request_headers": "access",
    "web_acl_arn": "access",
    "web_acl_failure": "access",
}
"""What else stands between a version and its callers, and what is unknown where that could not be read."""
_OPENNESS = {"NONE": 2, "AUTHENTICATE_ONLY": 1}
_PROVIDERS = ("oauth2-provider", "api-key-provider", "payment-provider")


def compare_integrations(before: AgentVersion, after: AgentVersion) -> list[Change]:
    """Return the differences between two sets of integrations, matched by kind and id."""
    old = {(item.kind, item.id): item for item in before.integrations}
    new = {(item.kind, item.id): item for item in after.integrations}
    found: list[Change] = []
    for key in sorted({*old, *new}):
        one, two = old.get(key), new.get(key)
        kind = _NAMED.get(key[0], "integration")
        if one is None and two is not None:
            how = f"{two.name} was not there before"
            found.append(Change(f"{kind}.added", _subject(two), None, summary(two), how))
        elif two is None and one is not None:
            how = f"{one.name} is no longer listed"
            found.append(Change(f"{kind}.removed", _subject(one), summary(one), None, how))
        elif one is not None and two is not None and one.known and two.known:
            found += _changed(kind, one, two)
    return found


def compare_settings(before: AgentVersion, after: AgentVersion, unknown: set[str]) -> list[Change]:
    """Return the differences of code, environment, network and inbound access."""
    found: list[Change] = []
    for kind, field in (("artifact.changed", "artifact"), ("network.changed", "network")):
        old, new = differing(before, after, (field,))
        if new and field not in unknown:
            found.append(Change(kind, field, old, new, f"the {field} differs"))
    if "artifact" not in unknown and before.artifact == after.artifact:
        found += _image(before, after)
    for field, needs in _OUTSIDE.items():
        old, new = differing(before, after, (field,))
        if new and needs not in unknown:
            found.append(Change("network.changed", field, old, new, f"the {field} differs"))
    names = sorted(
        name
        for name in {*before.environment, *after.environment}
        if concealed_differs(before.environment.get(name), after.environment.get(name))
    )
    if names and "environment" not in unknown:
        values = (
            {name: shown(before.environment.get(name)) for name in names},
            {name: shown(after.environment.get(name)) for name in names},
        )
        how = f"environment variables differ: {', '.join(names)}"
        found.append(Change("environment.changed", "environment", *values, how))
    if "access" not in unknown:
        found += _access(before.access, after.access)
    return found


def _image(before: AgentVersion, after: AgentVersion) -> list[Change]:
    """Return whether the tag of the same image stands for another one; unread is no change."""
    old, new = differing(before, after, ("image_digest",))
    if not new or None in (old["image_digest"], new["image_digest"]):
        return []
    values = ({"artifact": before.artifact, **old}, {"artifact": after.artifact, **new})
    how = "the tag of the image stands for another image"
    return [Change("artifact.changed", "image_digest", *values, how)]


def compare_resource_policies(before: Agent, after: Agent) -> list[Change]:
    """Return whether the policy on the agent itself lets more, or less, callers in."""
    if not (before.resource_policy_known and after.resource_policy_known):
        return []
    return compare_documents(
        before.resource_policy,
        after.resource_policy,
        kind="resource_policy.",
        subject="resource_policy",
        sides=({}, {}),
        how=(
            "the resource policy differs and cannot be understood",
            "the resource policy lets somebody in who was not before",
            "the resource policy no longer lets somebody in",
        ),
    )


def compare_resources(before: Resource, after: Resource) -> list[Change]:
    """Return the differences of one resource that agents share."""
    unknown = {*before.unknown, *after.unknown}
    found: list[Change] = []
    old, new = differing(before, after, ("role_arn",))
    if new and "role_arn" not in unknown:
        values = ({"name": before.name, **old}, {"name": after.name, **new})
        how = f"{after.kind} {after.name} works through another role"
        found.append(Change("resource.role_swapped", after.arn, *values, how))
    fields = ("kms_key_arn", "secret_arns", "vendor", "targets", "network", "details", "policies")
    old, new = differing(before, after, tuple(name for name in fields if name not in unknown))
    if before.policies is None or after.policies is None:
        old.pop("policies", None)
        new.pop("policies", None)
    if new:
        kind = "resource.changed"
        if after.kind in _PROVIDERS:
            kind = "credential_provider.changed"
        elif after.kind == "policy-engine":
            kind = "policy_engine.changed"
        elif after.kind == "memory":
            kind = "memory.changed"
        values = ({"name": before.name, **old}, {"name": after.name, **new})
        how = f"{after.kind} {after.name} differs in {', '.join(sorted(new))}"
        found.append(Change(kind, after.arn, *values, how))
    return found


def _changed(kind: str, before: Integration, after: Integration) -> list[Change]:
    old, new = differing(before, after, _FIELDS)
    if None not in (before.content, after.content) and keyed_differs(before.content, after.content):
        old["content"], new["content"] = before.content, after.content
    if not new:
        return []
    old.setdefault("name", before.name)
    new.setdefault("name", after.name)
    base = None
    if kind == "policy_engine" and before.mode == "ENFORCE" and after.mode != "ENFORCE":
        base = Severity.CRITICAL
    how = f"{after.name} differs in {', '.join(sorted(set(new) - {'name'})) or 'name'}"
    return [Change(f"{kind}.changed", _subject(after), old, new, how, base)]


def _subject(item: Integration) -> str:
    return f"{item.kind} {item.id}"


def _access(before: Access | None, after: Access | None) -> list[Change]:
    if before is None or after is None:
        if before is after:
            return []
        values = (summary(before) if before else None, summary(after) if after else None)
        kind = "access.widened" if after is None else "access.narrowed"
        return [Change(kind, "access", *values, "who is let in is stated on one side only")]
    old, new = differing(before, after, ("authorizer", "issuer", "claims", "claim_rules", *_LISTS))
    if not new:
        return []
    kind = "access.widened" if _wider(before, after) else "access.narrowed"
    how = f"who is let in differs in {', '.join(sorted(new))}"
    return [Change(kind, "access", old, new, how)]


def _wider(before: Access, after: Access) -> bool:
    """Tell whether anybody may be let in who was not: another issuer, a list longer or gone."""
    ranks = (_OPENNESS.get(before.authorizer, 0), _OPENNESS.get(after.authorizer, 0))
    if ranks[0] != ranks[1]:
        return ranks[1] > ranks[0]
    if before.authorizer != after.authorizer or before.issuer != after.issuer:
        return True
    # Whether a rule lets more in is for a person to see: any that is gone or differs may.
    if set(before.claims) - set(after.claims) or set(before.claim_rules) - set(after.claim_rules):
        return True
    for name in _LISTS:
        old, new = set(getattr(before, name)), set(getattr(after, name))
        if old and (not new or new - old):
            return True
    return False
