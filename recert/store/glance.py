"""What a list shows of an item without reading its evidence: action, resource, policy, last use.

These columns repeat what the item's body holds, so that a page of a list, a group and a sort need
no body; the body is what was frozen and signed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = ("action", "resource", "policy", "used")


def glance(kind: str, subject: Mapping[str, Any]) -> dict[str, str]:
    """Return the four columns of an item, each empty where it has no such thing.

    `subject` has `grant`, `shown` and `basis` as in the body of an item. `resource` is the first
    one with the number of the others; `used` is `used`, `unused` or `unknown`, with the day where
    one is known.
    """
    grant, shown = _map(subject.get("grant")), _map(subject.get("shown"))
    basis = _map(subject.get("basis"))
    resources = grant.get("resources")
    return {
        "action": _text(grant.get("action")),
        "resource": _first(resources if isinstance(resources, list | tuple) else ()),
        "policy": _policy(_map(grant.get("policy")) or _map(basis.get("policy"))),
        "used": _used(_map(grant.get("last_used")) or _map(shown.get("last_used")), kind),
    }


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first(resources: Sequence[Any]) -> str:
    if not resources:
        return ""
    more = f" +{len(resources) - 1}" if len(resources) > 1 else ""
    return f"{_text(resources[0])}{more}"


def _policy(policy: Mapping[str, Any]) -> str:
    return _text(policy.get("name")) or _text(policy.get("arn")).rpartition("/")[2]


def _used(last: Mapping[str, Any], kind: str) -> str:
    if not last:
        return "unknown" if kind in ("permission", "attachment") else ""
    state, day = _text(last.get("state")) or "unknown", _text(last.get("at"))[:10]
    return f"{state} {day}" if day else state
