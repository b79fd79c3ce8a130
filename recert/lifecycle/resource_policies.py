"""Differences of resource policies and keys that agents rest on without naming what they say."""

from recert.analysis.resource_policies import ResourcePolicy, resource_policies
from recert.estate.estate import Estate
from recert.lifecycle.changes import Change, Values
from recert.lifecycle.documents import compare_documents

_FIELD = {"bucket": "bucket_arn", "key": "kms_key_arn", "guardrail": "guardrail_arn"}


def compare_policies(before: Estate, after: Estate) -> dict[str, list[Change]]:
    """Return the differences of what both readings saw, by the ARN of the bucket, base, guardrail or key."""
    found: dict[str, list[Change]] = {}
    old = resource_policies(before)
    for arn, policy in resource_policies(after).items():
        was = old.get(arn)
        if was is not None and was.known and policy.known:
            found[arn] = _policy(was, policy)
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


def _policy(before: ResourcePolicy, after: ResourcePolicy) -> list[Change]:
    what = {"resource": after.kind, "name": after.name}
    what[_FIELD.get(after.kind, "knowledge_base")] = after.arn
    whose = f"the policy of {after.kind} {after.name}"
    return compare_documents(
        before.document,
        after.document,
        kind="resource_policy.",
        subject=after.arn,
        sides=(what, what),
        how=(
            f"{whose} differs and cannot be understood",
            f"{whose} lets somebody in who was not before",
            f"{whose} no longer lets somebody in",
        ),
    )
