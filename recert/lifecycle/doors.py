"""Differences of resource policies and keys that agents rest on without naming what they say."""

from recert.analysis.doors import Door, every_door
from recert.analysis.normal import grown, units
from recert.estate.estate import Estate
from recert.lifecycle.changes import Change, Values

_FIELD = {"bucket": "bucket_arn", "key": "kms_key_arn", "guardrail": "guardrail_arn"}


def compare_doors(before: Estate, after: Estate) -> dict[str, list[Change]]:
    """Return the differences of what both readings saw, by the ARN of the bucket, base, guardrail or key."""
    found: dict[str, list[Change]] = {}
    old = every_door(before)
    for arn, door in every_door(after).items():
        was = old.get(arn)
        if was is not None and was.known and door.known and was.policy != door.policy:
            found[arn] = _policy(was, door)
    keys = {key.arn: key for key in before.keys}
    for key in after.keys:
        earlier = keys.get(key.arn)
        states = (earlier.state if earlier else None, key.state)
        if None not in states and states[0] != states[1]:
            values: tuple[Values, Values] = (
                {"kms_key_arn": key.arn, "state": states[0]},
                {"kms_key_arn": key.arn, "state": states[1]},
            )
            how = f"the state of the key went from {states[0]} to {states[1]}"
            change = Change("kms_key.changed", key.arn, *values, how)
            found.setdefault(key.arn, []).append(change)
    return {arn: changes for arn, changes in found.items() if changes}


def _policy(before: Door, after: Door) -> list[Change]:
    what = {"resource": after.kind, "name": after.name}
    what[_FIELD.get(after.kind, "knowledge_base")] = after.arn
    old, new = (
        frozenset() if door.policy is None else units(door.policy) for door in (before, after)
    )
    if old is None or new is None:
        how = f"the policy of {after.kind} {after.name} differs and cannot be understood"
        return [Change("resource_policy.widened", after.arn, {**what}, {**what}, how)]
    wider, narrower = grown(old, new), grown(new, old)
    values: tuple[Values, Values] = (
        {**what, "statements": [unit.as_shown() for unit in narrower]},
        {**what, "statements": [unit.as_shown() for unit in wider]},
    )
    found: list[Change] = []
    if wider:
        how = f"the policy of {after.kind} {after.name} lets somebody in who was not before"
        found.append(Change("resource_policy.widened", after.arn, *values, how))
    if narrower:
        how = f"the policy of {after.kind} {after.name} no longer lets somebody in"
        found.append(Change("resource_policy.narrowed", after.arn, *values, how))
    return found
