"""Where a permission comes from and how far it goes: policy, role, the way there, what is effective."""

from collections.abc import Mapping, Sequence
from typing import Any

from recert.campaigns.views import ItemView
from recert.text import plural
from recert.tui.text import Piece, Role, Row, name, row, say
from recert.tui.view.facts import (
    as_list,
    as_map,
    branch,
    field,
    heading,
    is_empty,
    policy_rows,
    short,
    tree,
    words,
)
from recert.tui.view.grants import ceiling_rows, effective_rows, listed, policy_name


def effective(grant: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[Row]:
    """Return what is effective of a grant, what keeps the rest from being so, what the advice would keep."""
    count = len(as_list(grant.get("effective_actions")))
    note = f"{plural(count, 'action')} after denies, boundary and organisation"
    lines = [*effective_rows(grant), *ceiling_rows(evidence)]
    keep = as_list(evidence.get("keep"))
    if keep and len(keep) < count:
        lines.append(
            row(
                say("would do: ", Role.GOOD),
                say(listed(keep, 12), Role.CODE),
                say("  n picks them", Role.MUTED),
            )
        )
    return [heading("Effective", note), *(row("  ") + line for line in lines)]


def inside(evidence: Mapping[str, Any]) -> list[Row]:
    """Return the grants inside an attachment: the lever is the whole policy."""
    held = as_list(evidence.get("grants"))
    if not held:
        return []
    total = evidence.get("grants_total", len(held))
    explained = evidence.get("explained", 0)
    lines = [heading("Inside", f"grants {short(total)}, of them explained {short(explained)}")]
    for grant in held:
        fact = as_map(grant)
        what = str(fact.get("title") or fact.get("action") or short(grant))
        mark = Piece("  ✓ ", Role.GOOD) if fact.get("explained_by") else Piece("  · ", Role.RULE)
        lines.append(
            row(
                mark,
                say(what, Role.CODE),
                say(
                    f"  {short(fact['explained_by'])}" if fact.get("explained_by") else "",
                    Role.GOOD,
                ),
            )
        )
    if isinstance(total, int) and total > len(held):
        lines.append(
            row(say(f"  … and {total - len(held):,} more; J shows all that is kept", Role.MUTED))
        )
    return lines


def origin(grant: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[Row]:
    """Return where a grant comes from, what it is for, and who else acts through the same role."""
    lines = [heading("Where it comes from")]
    policy = as_map(grant.get("policy"))
    lines.append(
        field(
            "policy", name(policy_name(policy)), row(say(f"  {policy.get('kind', '')}", Role.MUTED))
        )
    )
    lines.append(field("role", name(short(grant.get("role_arn")))))
    if grant.get("via"):
        lines.append(field("through", short(grant["via"])))
    lines += [
        field("resource", name(short(resource))) for resource in as_list(grant.get("resources"))
    ]
    if not is_empty(grant.get("conditions")):
        lines.append(field("only if", row(say(short(grant["conditions"]), Role.CODE))))
    explained = as_list(grant.get("explained_by") or evidence.get("explained_by"))
    if explained:
        lines += [
            field("explained", row("by ", say(short(named(e)), Role.GOOD))) for e in explained
        ]
    else:
        lines.append(
            field("explained", row("by ", say("nothing that the agent is connected to", Role.WARN)))
        )
    lines += [
        field("shared with", name(short(named(e)), Role.WARN))
        for e in as_list(evidence.get("shared_with"))
    ]
    return lines + hops(as_list(evidence.get("hops")))


def named(value: Any) -> Any:
    """Return the name of a thing where it has one, else the thing."""
    fact = as_map(value)
    return fact.get("name") or fact.get("arn") or value if fact else value


def hops(steps: Sequence[Any]) -> list[Row]:
    """Return how the agent comes to act through the role, one step a line."""
    lines: list[Row] = []
    for at, hop in enumerate(steps):
        fact = as_map(hop)
        text = str(fact.get("evidence") or fact.get("name") or fact.get("arn") or short(hop))
        state = (
            f"  {words(str(fact['state']))}" if fact.get("state") not in (None, "", "open") else ""
        )
        lines.append(
            row(say("  " + "  " * at), Piece("└─ ", Role.RULE), say(text), say(state, Role.WARN))
        )
    return [row(say("on the way", Role.MUTED)), *lines] if len(lines) > 1 else []


def also_allowed(evidence: Mapping[str, Any]) -> list[Row]:
    """Return the actions that other grants allow as well."""
    others = as_list(evidence.get("also_allowed_by") or evidence.get("still_allowed_by"))
    lines = [row(say("  ▲ ", Role.WARN), say(short(named(other)))) for other in others]
    for grant, actions in as_map(evidence.get("overlaps")).items():
        what = listed(as_list(actions), 6)
        lines.append(
            row(say("  ▲ ", Role.WARN), say(what, Role.CODE), say(f"  by {grant}", Role.MUTED))
        )
    note = "taking this one away does not take these actions away"
    return [heading("Allowed by others, too", note), *lines] if lines else []


def reach(evidence: Mapping[str, Any]) -> list[Row]:
    """Return what the agent reaches, as a tree."""
    reach = evidence.get("reach")
    if is_empty(reach):
        return []
    fact = as_map(reach)
    if not fact:
        return [heading("Reach"), *tree(reach, depth=1)]
    children = [
        [row(say(words(str(key)), Role.MUTED)), *tree(value)]
        if isinstance(value, list | Mapping)
        else [row(say(f"{words(str(key))}  ", Role.MUTED), say(short(value)))]
        for key, value in fact.items()
    ]
    return branch(heading("Reach"), children)


def statement(view: ItemView) -> list[Row]:
    """Return the policy with its statement highlighted; the statement alone where that is all there is."""
    place = as_map(as_map(view.grant).get("statement"))
    index = place.get("index")
    at = index if isinstance(index, int) else None
    sid = f"statement {at}" + (f", {place['sid']}" if place.get("sid") else "")
    document = view.evidence.get("policy_document") or view.evidence.get("document")
    if not is_empty(document):
        return [heading("The policy", sid if at is not None else ""), *policy_rows(document, at)]
    grant = as_map(view.grant)
    part = {"Effect": "Allow", "Action": grant.get("action"), "Resource": grant.get("resources")}
    if not is_empty(grant.get("conditions")):
        part["Condition"] = grant["conditions"]
    note = f"{sid}, as far as this item goes"
    return [heading("The statement", note), *policy_rows({"Statement": [part]}, 0)]
