"""Differences of one role between two estates: its policies, its trust, its boundary.

Policies are compared by what they mean for the role as a whole: what one policy loses and another
one gains is no change of authority.
"""

from dataclasses import dataclass, replace

from recert.analysis.normal import Unit, grown, units
from recert.estate.authority import Role
from recert.estate.estate import Estate
from recert.iam.arns import is_aws_managed
from recert.lifecycle.changes import Change, Values
from recert.lifecycle.documents import compare_documents
from recert.lifecycle.events import Severity
from recert.lifecycle.grave import is_grave

_MANY = 20


@dataclass(frozen=True, slots=True)
class _Policy:
    """One policy of a role; `text` is None where the document was not read."""

    values: Values
    text: str | None
    content: frozenset[Unit] | None


def compare_roles(before: Role, after: Role, estates: tuple[Estate, Estate]) -> list[Change]:
    """Return the differences of what both readings saw; `estates` hold the managed policies."""
    found: list[Change] = []
    if before.role_id != after.role_id:
        how = "a role of the same name was created anew; it is another principal"
        values = ({"role_id": before.role_id}, {"role_id": after.role_id})
        found.append(Change("role.recreated", after.arn, *values, how))
    found += _policies(before, after, estates)
    found += _trust(before, after)
    found += _boundary(before, after, estates)
    return found


def _policies(before: Role, after: Role, estates: tuple[Estate, Estate]) -> list[Change]:
    old, new = _read(before, estates[0]), _read(after, estates[1])
    if {key: item.text for key, item in old.items()} == {
        key: item.text for key, item in new.items()
    }:
        return []
    found = [
        Change("policy.widened", f"{after.arn} {key}", _values(old.get(key)), new[key].values, how)
        for key in sorted(new)
        if (how := _opaque(old.get(key), new[key]))
    ]
    old, new = _fill(old, new), _fill(new, old)
    whole_old = frozenset().union(*(item.content or () for item in old.values()))
    whole_new = frozenset().union(*(item.content or () for item in new.values()))
    wider, narrower = grown(whole_old, whole_new), grown(whole_new, whole_old)
    for key in sorted({*old, *new}):
        found += _policy(after, key, (old.get(key), new.get(key)), wider, narrower)
    if found or {key: item.content for key, item in old.items()} == {
        key: item.content for key, item in new.items()
    }:
        return found
    how = "the same authority comes through other policies"
    values = ({"policies": sorted(old)}, {"policies": sorted(new)})
    return [Change("policy.changed", f"{after.arn} policies", *values, how)]


def _read(role: Role, estate: Estate) -> dict[str, _Policy]:
    """Return the role's policies by a key that stays the same across readings."""
    found = {
        f"inline:{item.name}": _Policy(
            {"policy": item.name, "kind": "inline", "role_arn": role.arn},
            item.document,
            units(item.document),
        )
        for item in role.inline
    }
    for arn in role.attached:
        policy = estate.policies_by_arn.get(arn)
        values: Values = {
            "policy": arn.rpartition("/")[2],
            "kind": "aws-managed" if is_aws_managed(arn) else "customer-managed",
            "arn": arn,
            "version_id": policy.version_id if policy else None,
            "role_arn": role.arn,
        }
        text = policy.document if policy else None
        found[arn] = _Policy(values, text, units(text) if text is not None else None)
    return found


def _opaque(old: _Policy | None, new: _Policy) -> str:
    """Say why a policy must count as wider although its meaning is out of sight; empty if not."""
    if new.text is None and old is None:
        return "a policy was attached whose document could not be read"
    if new.text is not None and new.content is None and (old is None or old.text != new.text):
        return "a policy came or changed whose document cannot be understood"
    return ""


def _fill(own: dict[str, _Policy], other: dict[str, _Policy]) -> dict[str, _Policy]:
    """Take the content that one reading lacks from the other one, so that it counts as unchanged."""
    return {
        key: item
        if item.content is not None
        else replace(item, content=other[key].content if key in other else None)
        for key, item in own.items()
    }


def _policy(
    role: Role,
    key: str,
    sides: tuple[_Policy | None, _Policy | None],
    wider: tuple[Unit, ...],
    narrower: tuple[Unit, ...],
) -> list[Change]:
    old, new = sides
    mine_old = (old.content if old else None) or frozenset()
    mine_new = (new.content if new else None) or frozenset()
    more = _own(wider, allow_in=mine_new, deny_in=mine_old)
    less = _own(narrower, allow_in=mine_old, deny_in=mine_new)
    subject = f"{role.arn} {key}"
    found: list[Change] = []
    if more:
        base = Severity.CRITICAL if any(is_grave(unit) for unit in more) else None
        how = f"{_whose(old, new)}the role may do what it could not before"
        values = (_values(old, grown(mine_new, mine_old)), _values(new, more))
        found.append(Change("policy.widened", subject, *values, how, base))
    if less:
        how = f"{_whose(old, new)}the role may no longer do what it could"
        values = (_values(old, less), _values(new, grown(mine_old, mine_new)))
        found.append(Change("policy.narrowed", subject, *values, how))
    return found


def _whose(old: _Policy | None, new: _Policy | None) -> str:
    """Say where nobody in the account did it: AWS gave its own policy another version."""
    if old is None or new is None or new.values["kind"] != "aws-managed":
        return ""
    versions = f"{old.values['version_id']} to {new.values['version_id']}"
    return f"AWS took its policy {new.values['policy']} from {versions}; "


def _own(
    found: tuple[Unit, ...], *, allow_in: frozenset[Unit], deny_in: frozenset[Unit]
) -> tuple[Unit, ...]:
    return tuple(
        unit for unit in found if unit in (allow_in if unit.effect == "Allow" else deny_in)
    )


def _values(policy: _Policy | None, found: tuple[Unit, ...] = ()) -> Values | None:
    if policy is None:
        return None
    shown = [unit.as_shown() for unit in found[:_MANY]]
    more = {"statements_not_shown": len(found) - _MANY} if len(found) > _MANY else {}
    return {**policy.values, "statements": shown, **more}


def _trust(before: Role, after: Role) -> list[Change]:
    return compare_documents(
        before.trust,
        after.trust,
        kind="trust.",
        subject=after.arn,
        sides=({"role_arn": before.arn}, {"role_arn": after.arn}),
        how=(
            "the trust policy differs and cannot be understood",
            "somebody may assume the role who could not before",
            "somebody may no longer assume the role",
        ),
        most=_MANY,
    )


def _boundary(before: Role, after: Role, estates: tuple[Estate, Estate]) -> list[Change]:
    values: tuple[Values, Values] = (
        {"role_arn": before.arn, "boundary": before.boundary},
        {"role_arn": after.arn, "boundary": after.boundary},
    )
    if before.boundary is not None and after.boundary is not None:
        return _boundary_changed(before, after, estates, values)
    if after.boundary is not None:
        how = "the role has a permissions boundary now"
        return [Change("boundary.added", after.arn, *values, how)]
    if before.boundary is not None:
        how = "the role has no permissions boundary any more"
        return [Change("boundary.removed", after.arn, *values, how)]
    return []


def _boundary_changed(
    before: Role, after: Role, estates: tuple[Estate, Estate], values: tuple[Values, Values]
) -> list[Change]:
    same_arn = before.boundary == after.boundary
    old, new = (
        _document(estate, side.boundary)
        for estate, side in zip(estates, (before, after), strict=True)
    )
    if same_arn and (old == new or old is None or new is None):
        return []
    one, two = (units(text) if text is not None else None for text in (old, new))
    if one is None or two is None:
        how = "another boundary, whose document was not read or not understood"
        return [Change("boundary.changed", after.arn, *values, how)]
    wider, narrower = grown(one, two), grown(two, one)
    if same_arn and not wider and not narrower:
        return []
    values[0]["statements"] = [unit.as_shown() for unit in narrower[:_MANY]]
    values[1]["statements"] = [unit.as_shown() for unit in wider[:_MANY]]
    how = "the boundary lets more through" if wider else "the boundary lets no more through"
    base = None if wider else Severity.LOW
    return [Change("boundary.changed", after.arn, *values, how, base)]


def _document(estate: Estate, arn: str | None) -> str | None:
    policy = estate.policies_by_arn.get(arn or "")
    return policy.document if policy else None
