"""Where the oracle is known to depart from AWS's text, as rewritings of its input.

Each departure turns a case into one in which the oracle cannot go wrong in that way, without a look
at our own verdict: a difference is explained when the oracle, asked the rewritten case, agrees. The
names are those of the list in the reference: D1 to D17, and `rule N` where a rule of evaluation
says what the oracle does not do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Case = dict[str, Any]
NEVER = "arn:aws:never:us-east-1:000000000000:never"
RCP_SERVICES = frozenset({"s3", "sqs", "sts", "kms", "logs", "secretsmanager", "dynamodb"})
UNRESOURCED = frozenset(
    {"s3:listallmybuckets", "kms:listaliases", "iam:getaccountsummary", "ec2:describeinstances"}
)


def policies(case: Case) -> Iterator[dict[str, Any]]:
    yield from case.get("identityPolicies", ())
    yield from case.get("permissionBoundaries", ())
    yield from case.get("vpcEndpointPolicies", ())
    for key in ("sessionPolicy", "resourcePolicy"):
        if key in case:
            yield case[key]
    for key in ("serviceControlPolicies", "resourceControlPolicies"):
        for level in case.get(key, ()):
            yield from level["policies"]


def statements(case: Case) -> Iterator[dict[str, Any]]:
    for policy in policies(case):
        yield from policy["Statement"]


def listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def as_literal_text(case: Case) -> None:
    """D1: in the older version `${…}` is text; the oracle is given the escape for it."""
    for policy in policies(case):
        if policy.get("Version") == "2008-10-17":
            for statement in policy["Statement"]:
                _escape(statement)


def _escape(node: Any) -> Any:
    if isinstance(node, dict):
        for key, value in node.items():
            node[key] = _escape(value)
        return node
    if isinstance(node, list):
        return [_escape(value) for value in node]
    return node.replace("${", "${$}{") if isinstance(node, str) else node


def _regex(pattern: str) -> re.Pattern[str]:
    *head, tail = pattern.split(":", 5)
    written = []
    for segment in head:
        body = segment.rstrip("*")
        end = ".*" if body != segment else ""
        written.append(
            "".join({"*": "[^:]*", "?": "[^:]"}.get(c, re.escape(c)) for c in body) + end
        )
    written.append("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in tail))
    return re.compile(":".join(written), re.DOTALL)


def _settled(case: Case, applies: Callable[[str], bool]) -> None:
    """Replace resource patterns that `applies` names by the resource itself, or by none."""
    resource = case["request"]["resource"]["resource"]
    names = case["request"]["contextVariables"]
    for statement in statements(case):
        for key in ("Resource", "NotResource"):
            if key not in statement:
                continue
            values = []
            for value in listed(statement[key]):
                name = names.get("aws:username")
                known = value
                if isinstance(name, str) and not set("*?") & set(name):
                    known = value.replace("${aws:username}", name)
                if "${" not in known and known != "*" and applies(known):
                    loose = statement["Effect"] == "Allow" and key == "Resource"
                    loose = loose or (statement["Effect"] == "Deny" and key == "NotResource")
                    fits = _regex(known).fullmatch(resource) or (
                        loose and _may_meet(known, resource)
                    )
                    known = resource if fits else NEVER
                    value = known  # noqa: PLW2901 - what the oracle is given instead
                values.append(value)
            statement[key] = values


def _may_meet(pattern: str, resource: str) -> bool:
    """Tell whether a pattern meets a resource that is a pattern of the simplest kind, `prefix*`."""
    if not resource.endswith("*"):
        return False
    prefix = resource[:-1]
    plain = pattern.replace("*", "").replace("?", "a")
    ends = ["", "a", "a/b", plain[len(prefix) :]]
    ends += [pattern[i:].replace("*", "").replace("?", "a") for i in range(len(pattern))]
    return any(_regex(pattern).fullmatch(prefix + end) for end in ends)


def type_wildcards(case: Case) -> None:
    """D2: a wildcard in the resource-type part never matches in the oracle."""

    def applies(pattern: str) -> bool:
        kind = re.split("[:/]", pattern.split(":", 5)[-1])[0]
        return "*" in kind or "?" in kind

    _settled(case, applies)


def crossing_stars(case: Case) -> None:
    """D4: a star at the end of an ARN segment may run across colons."""
    _settled(
        case,
        lambda pattern: (
            any(segment.endswith("*") for segment in pattern.split(":", 5)[:-1])
            or pattern.count(":") < 5
        ),
    )


def everything(case: Case) -> None:
    """D3: `*:*` is every action."""
    for statement in statements(case):
        for key in ("Action", "NotAction"):
            if key in statement:
                statement[key] = [
                    "*" if value == "*:*" else value for value in listed(statement[key])
                ]


def session_grants(case: Case) -> None:
    """D5: what a resource policy of the same account gives to a session no session policy limits.

    The oracle is asked again without what an implicit deny of the session policy could block: its
    Allows become everything.
    """
    caller = case["request"]["principal"]
    granted = any(
        statement["Effect"] == "Allow" and caller in listed((_principals(statement)).get("AWS", ()))
        for statement in case.get("resourcePolicy", {}).get("Statement", ())
    )
    if granted and ":assumed-role/" in caller and "sessionPolicy" in case:
        case["sessionPolicy"]["Statement"].append(
            {"Effect": "Allow", "Action": "*", "Resource": "*"}
        )
        case["identityPolicies"] = [
            {
                **policy,
                "Statement": [each for each in policy["Statement"] if each["Effect"] == "Deny"],
            }
            for policy in case["identityPolicies"]
        ]
        for statement in case["resourcePolicy"]["Statement"]:
            if statement["Effect"] == "Allow" and caller not in listed(
                _principals(statement).get("AWS", ())
            ):
                statement["Action"] = "never:Never"
                statement.pop("NotAction", None)


def _principals(statement: dict[str, Any]) -> dict[str, Any]:
    found = statement.get("Principal", {})
    return found if isinstance(found, dict) else {}


def no_ceiling_for_services(case: Case) -> None:
    """D13: neither SCPs nor boundaries hold for service principals."""
    if not case["request"]["principal"].startswith("arn:"):
        case.pop("serviceControlPolicies", None)
        case.pop("permissionBoundaries", None)


def rcp_services(case: Case) -> None:
    """D14: RCPs restrict supporting services only."""
    if case["request"]["action"].lower().split(":")[0] not in RCP_SERVICES:
        case.pop("resourceControlPolicies", None)


def spared_when_all_are_listed(case: Case) -> None:
    """D15: a Deny with NotPrincipal spares whom it lists with role, session and account."""
    caller = case["request"]["principal"]
    account = "111122223333"
    needed = {
        "assumed-role": [caller, f"arn:aws:iam::{account}:role/agents/Agent"],
        "role": [caller],
        "user": [caller],
    }.get(caller.split(":")[-1].split("/")[0])
    for statement in case.get("resourcePolicy", {}).get("Statement", ()):
        found = statement.get("NotPrincipal")
        if statement["Effect"] != "Deny" or found is None or needed is None or found == "*":
            continue
        names = listed(found.get("AWS", []))
        has_account = account in names or f"arn:aws:iam::{account}:root" in names
        if "*" not in names and not (has_account and all(each in names for each in needed)):
            del statement["NotPrincipal"]
            statement["Principal"] = "*"


def unresolved_not_resource(case: Case) -> None:
    """D16: an unresolved variable under NotResource matches nothing, so the statement holds."""
    held = {
        key.lower()
        for key, value in case["request"]["contextVariables"].items()
        if isinstance(value, str)
    }
    for policy in policies(case):
        if policy["Version"] == "2008-10-17":
            continue
        for statement in policy["Statement"]:
            if "NotResource" in statement:
                statement["NotResource"] = [
                    NEVER
                    if any(
                        name.lower() not in held
                        for name in re.findall(r"\$\{([a-zA-Z:/]+)\}", value)
                    )
                    else value
                    for value in listed(statement["NotResource"])
                ]


def empty_is_null(case: Case) -> None:
    """D17: a multi-valued key without values is null."""
    empty = {
        key.lower() for key, value in case["request"]["contextVariables"].items() if value == []
    }
    for statement in statements(case):
        found = statement.get("Condition", {}).get("Null", {})
        for key, value in list(found.items()):
            if key.lower() in empty:
                del found[key]
                found[f"absent:{key}"] = value


def wholly_star(case: Case) -> None:
    """Rule 9: an action without resource types is only ever asked for on `*`."""
    if case["request"]["action"].lower() in UNRESOURCED:
        case["request"]["resource"]["resource"] = "*"


def trust_must_agree(case: Case) -> None:
    """Rule 25: a role that is to be assumed has a trust policy; where none is given none agrees."""
    if case["request"]["action"].lower() == "sts:assumerole" and "resourcePolicy" not in case:
        case["resourcePolicy"] = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "000000000000"},
                    "Action": "*",
                    "Resource": "*",
                }
            ],
        }


def variables_put_in(case: Case) -> None:
    """Rule 19: a variable is its value, an unresolved one matches nothing, asked on a pattern too."""
    if "*" not in case["request"]["resource"]["resource"]:
        return
    name = case["request"]["contextVariables"].get("aws:username")
    for policy in policies(case):
        kept = []
        for statement in policy["Statement"]:
            for key in ("Resource", "NotResource"):
                if key in statement:
                    statement[key] = [
                        value.replace("${aws:username}", name) if isinstance(name, str) else value
                        for value in listed(statement[key])
                        if isinstance(name, str) or "${" not in value
                    ]
            if statement.get("Resource") != []:
                kept.append(statement)
        policy["Statement"] = kept


def plain_addresses(case: Case) -> None:
    """An address without a mask is a network of one, for the other family of addresses too."""
    for statement in statements(case):
        for operator, keys in statement.get("Condition", {}).items():
            if "IpAddress" in operator:
                for key, values in keys.items():
                    keys[key] = [
                        f"{value}/{128 if ':' in value else 32}"
                        if "/" not in value and value != "x"
                        else value
                        for value in listed(values)
                    ]


DEPARTURES: dict[str, Callable[[Case], None]] = {
    "D1": as_literal_text,
    "D2": type_wildcards,
    "D3": everything,
    "D4": crossing_stars,
    "D5": session_grants,
    "D13": no_ceiling_for_services,
    "D14": rcp_services,
    "D15": spared_when_all_are_listed,
    "D16": unresolved_not_resource,
    "D17": empty_is_null,
    "rule 9": wholly_star,
    "rule 19": variables_put_in,
    "rule 25": trust_must_agree,
    "plain addresses": plain_addresses,
}


def rewritten(case: Case, names: tuple[str, ...]) -> Case:
    """Return the case with the named departures taken out of the oracle's way."""
    made = deepcopy(case)
    for name in names:
        DEPARTURES[name](made)
    return made


def candidates(case: Case) -> list[tuple[str, ...]]:
    """List the sets of departures that may explain a difference: one alone, two, or all."""
    touching = [name for name in DEPARTURES if rewritten(case, (name,)) != case]
    pairs = [(a, b) for i, a in enumerate(touching) for b in touching[i + 1 :]]
    found: list[tuple[str, ...]] = [(name,) for name in touching]
    return [*found, *pairs, *([tuple(touching)] if len(touching) > 2 else [])]
