"""One item for people who read it without the terminal UI: what a decision on it rests on."""

from collections.abc import Iterator, Mapping
from typing import Any

from recert.campaigns.views import ItemView
from recert.text import plural

_MOST = 8
"""Actions and resources that are named; more are counted."""


def lines(view: ItemView) -> Iterator[str]:
    """Return an item as lines of text: a heading, then what is known, one fact a line."""
    line = view.line
    risk = ", privileged" if line.privileged else ""
    yield f"{line.id}  {line.title}"
    for name, value in (
        ("agent", f"{line.agent_name}  {line.agent or ''}".rstrip()),
        ("kind", f"{line.kind}, {line.delta}{risk}"),
        ("state", f"{line.state}, with {_holder(view)}"),
        *_why(view.evidence),
        ("suggested", f"{line.recommendation.verdict}: {line.recommendation.reason}"),
        *(_grant(view.grant) if view.grant else ()),
        *_rest(view.evidence),
        ("basis", line.basis_digest),
        *_decision(view),
    ):
        if value:
            yield f"  {name:11}{value}"


def _holder(view: ItemView) -> str:
    name = view.line.reviewer or "nobody"
    return f"{view.delegate} for {name}" if view.delegate else name


def _why(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "means", str(evidence.get("meaning") or "")
    yield "worst case", str(evidence.get("worst_case") or "")
    yield "asked as", "; ".join(str(one.get("words")) for one in evidence.get("causes") or ())
    yield "asks them", str((evidence.get("assignment") or {}).get("why") or "")


def _grant(grant: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    policy = grant["policy"]
    yield "allows", f"{grant['action']} on {_some(grant['resources'])}"
    yield "conditions", "; ".join(f"{key}: {one}" for key, one in grant["conditions"].items())
    yield (
        "effective",
        f"{plural(len(grant['effective_actions']), 'action')}: "
        + _some(grant["effective_actions"]),
    )
    yield (
        "blocked",
        "; ".join(
            f"{plural(len(one['actions']), 'action')} by {one['by']}" for one in grant["blocked"]
        ),
    )
    yield "policy", f"{policy['kind']} {policy['name']} of {grant['role_arn']}"
    used = grant["last_used"]
    yield "last used", f"{used['state']} {used['at'] or ''}".rstrip()
    yield "explained", str(grant["explained_by"] or "by nothing that the agent is connected to")


def _rest(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "risks", ", ".join(evidence.get("risks") or evidence.get("problems") or ())
    yield "shared with", _some(evidence.get("shared_with") or ())
    yield "unread", _some(evidence.get("unread") or ())


def _decision(view: ItemView) -> Iterator[tuple[str, str]]:
    found = view.decision
    if found is None:
        return
    left = ", ".join((*found.reduce_to, *found.reduce_resources))
    yield "decided", f"{found.verdict.value} by {found.decided_by}" + (f": {left}" if left else "")
    yield "rationale", found.rationale


def _some(values: Any) -> str:
    found = [str(value) for value in values]
    rest = len(found) - _MOST
    return ", ".join(found[:_MOST]) + (f" and {rest} more" if rest > 0 else "")
