"""What IAM would answer an agent, role by role and layer by layer."""

from collections.abc import Iterator
from typing import Any

from recert.analysis import ActingRole, Analyst
from recert.errors import UsageError
from recert.iam.catalogue import Catalogue
from recert.iam.evaluate import Engine
from recert.iam.model import LAYERS, Authority, Match, Verdict, request


def explain(analyst: Analyst, agent: str, action: str, resource: str) -> dict[str, Any]:
    """Return the verdict on one action: allowed where any acting role is allowed it.

    What a request would carry is not known here, so a verdict that hangs on a condition says that
    it is not certain. Raises UsageError for what is no action.
    """
    name = _action(analyst.catalogue, action)
    roles = [
        _role(analyst, acting, name, resource)
        for acting in analyst.reach_of(agent).roles
        if acting.role_arn is not None
    ]
    allowed = [one for one in roles if one["decision"] == "allowed"]
    unread = [acting.via for acting in analyst.reach_of(agent).roles if acting.role_arn is None]
    return {
        "agent": agent,
        "action": name,
        "resource": resource,
        "decision": _overall(roles),
        "certain": any(one["certain"] for one in allowed) if allowed else not unread,
        "roles": roles,
        "unread": unread,
    }


def in_words(found: dict[str, Any]) -> Iterator[str]:
    """Yield the explanation for people."""
    sure = "" if found["certain"] else ", under conditions or as far as was read"
    yield f"{found['action']} on {found['resource']}: {found['decision']}{sure}"
    for role in found["roles"]:
        yield f"  {role['role_arn']} ({role['via']})"
        by = f", decided by {role['decided_by']}" if role["decided_by"] else ""
        yield f"    {role['decision']}{by}{'' if role['certain'] else ', not certain'}"
        for layer in role["layers"]:
            if not layer["present"]:
                continue
            yield f"    {layer['layer']}: {'' if layer['statements'] else 'no statement speaks'}"
            for one in layer["statements"]:
                sid = f" {one['sid']}" if one["sid"] else ""
                mark = "*" if one["deciding"] else " "
                open_ = "" if one["certain"] else ", if its conditions hold"
                yield (
                    f"     {mark} {one['effect']} by {one['policy']['name']} "
                    f"statement {one['index']}{sid}{open_}"
                )
        for part in role["unread"]:
            yield f"    unread: {part}"
    for via in found["unread"]:
        yield f"  a role that could not be read ({via})"


def _action(catalogue: Catalogue, action: str) -> str:
    service, _, name = action.partition(":")
    if not service or not name or "*" in action or "?" in action:
        raise UsageError(f"{action!r} is no action.", "Name one, as s3:GetObject.")
    known = catalogue.expand(action)
    return next(iter(known), action)


def _overall(roles: list[dict[str, Any]]) -> str:
    decisions = [str(one["decision"]) for one in roles]
    for decision in ("allowed", "explicitDeny"):
        if decision in decisions:
            return decision
    return "implicitDeny"


def _role(analyst: Analyst, acting: ActingRole, action: str, resource: str) -> dict[str, Any]:
    arn = str(acting.role_arn)
    found = analyst.role(arn)
    head = {"role_arn": arn, "via": acting.via}
    if found is None:
        return {
            **head,
            "decision": "implicitDeny",
            "certain": False,
            "decided_by": None,
            "reason": "The role was not read.",
            "missing": [],
            "unread": ["the role"],
            "layers": [],
        }
    bare = bool(analyst.catalogue.mask(action) & analyst.catalogue.shapes.bare)
    asked = request(action, resource, complete=False, unresourced=bare)
    verdict = Engine(found.authority).explain(asked)
    return {
        **head,
        "decision": verdict.decision,
        "certain": verdict.certain and not found.unread,
        "decided_by": verdict.decided_by,
        "reason": verdict.reason,
        "missing": list(verdict.missing),
        "unread": [part.words for part in found.unread],
        "layers": [_layer(found.authority, verdict, name) for name in LAYERS],
    }


def _layer(authority: Authority, verdict: Verdict, name: str) -> dict[str, Any]:
    present = {
        "identity": True,
        "resource": False,
        "boundary": authority.boundary is not None,
        "session": authority.session is not None,
        "endpoint": authority.endpoint is not None,
        "scp": authority.scps is not None,
        "rcp": authority.rcps is not None,
    }
    statements = [
        _statement(match, deciding=match in verdict.matched)
        for match in verdict.speaking
        if match.layer == name
    ]
    return {"layer": name, "present": present[name] or bool(statements), "statements": statements}


def _statement(match: Match, *, deciding: bool) -> dict[str, Any]:
    return {
        "effect": match.statement.effect,
        "index": match.statement.index,
        "sid": match.statement.sid,
        "level": match.level,
        "policy": {
            "kind": match.source.kind,
            "name": match.source.name,
            "arn": match.source.arn,
            "version_id": match.source.version_id,
        },
        "deciding": deciding,
        "certain": match.certain,
        "open_keys": list(match.open_keys),
    }
