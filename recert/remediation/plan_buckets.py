"""Bucket policies: what a statement gives to one role taken out, and left to everybody else."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from recert.campaigns.remedies import Removal
from recert.iam.arns import account_of
from recert.iam.errors import PolicyError
from recert.iam.proof_principals import prove_principals
from recert.iam.rewrite import Rewritten, policy_size
from recert.iam.rewrite_principals import Named, Taken, principals_of, take_from_principals
from recert.remediation.bystanders import agents
from recert.remediation.documents import compact, statements_of
from recert.remediation.locate import Judge, allowed, find, policy_of
from recert.remediation.model import Allowed, Change, Operation, State, Target
from recert.remediation.ownership import owner_of
from recert.remediation.proposals import Proposal, ceiling
from recert.remediation.sheet import CHANGED, Sheet

LIMIT = 20 * 1024
"""Bytes of a bucket policy."""
Cuts = dict[int, dict[Named, dict[str, tuple[str, ...]]]]


def plan(sheet: Sheet, judge: Judge, removals: Sequence[Removal]) -> None:
    """Plan the removals of grants that stand in bucket policies, one write for each bucket."""
    by_bucket: dict[str, list[Removal]] = {}
    for removal in removals:
        role_arn = str((removal.grant or {}).get("role_arn"))
        if sheet.has_role(removal, role_arn):
            policy = (removal.grant or {}).get("policy") or {}
            by_bucket.setdefault(str(policy.get("arn")), []).append(removal)
    for arn, held in by_bucket.items():
        _plan_bucket(sheet, judge, arn, held)


def _plan_bucket(sheet: Sheet, judge: Judge, arn: str, removals: Sequence[Removal]) -> None:
    bucket = next((one for one in sheet.estate.buckets if one.arn == arn), None)
    if bucket is None or not bucket.policy_known:
        for removal in removals:
            sheet.say(removal, State.FAILED, f"The policy of {arn} could not be read.")
        return
    if bucket.policy is None:
        for removal in removals:
            sheet.say(removal, State.GONE, "The bucket has no policy any more.")
        return
    document = json.loads(bucket.policy)
    cuts: Cuts = {}
    ready = [removal for removal in removals if _cut(sheet, removal, document, cuts)]
    if not ready:
        return
    try:
        made = take_from_principals(document, cuts)
        why = _problem(document, made, cuts)
    except PolicyError as error:
        made, why = Rewritten(None, ()), f"The patch is no policy: {error}"
    if why:
        for removal in ready:
            sheet.say(removal, State.FAILED, why)
        return
    roles = sorted({str((one.grant or {}).get("role_arn")) for one in ready})
    change = Change(
        target=Target(
            bucket.account or account_of(roles[0]) or "",
            roles[0],
            "resource",
            arn.rpartition(":")[2],
            arn,
        ),
        operation=Operation.PUT_BUCKET_POLICY if made.document else Operation.DELETE_BUCKET_POLICY,
        before=bucket.policy,
        after=compact(made.document) if made.document else None,
        items=tuple(one.item for one in ready),
        snapshot=sheet.snapshot,
        others=tuple(
            dict.fromkeys(
                other
                for role_arn in roles
                for other in agents(
                    sheet.analyst,
                    role_arn,
                    {one.agent for one in ready if (one.grant or {}).get("role_arn") == role_arn},
                )
            )
        ),
        owned_by=owner_of(bucket.tags or {}),
        still_allowed_by={one.item: _still(sheet, judge, one) for one in ready},
    )
    sheet.carry(change, ready)


def _cut(sheet: Sheet, removal: Removal, document: Mapping[str, Any], cuts: Cuts) -> bool:
    """Note what a removal takes; where it cannot be taken, say so of the item and return False."""
    reviewed = removal.grant or {}
    role_arn = str(reviewed.get("role_arn"))
    found = find(reviewed, sheet.analyst.role_grants(role_arn))
    if found.grant is None:
        state, why = (
            (State.FAILED, CHANGED)
            if found.changed
            else (State.GONE, "The last reading no longer finds it.")
        )
        sheet.say(removal, state, why)
        return False
    index = found.grant.index
    held = statements_of(document)
    named: Named = ("AWS", role_arn)
    if named not in principals_of(held[index]):
        sheet.say(
            removal,
            State.NOT_SUPPORTED,
            "The statement lets everybody in, and taking it would touch all who rely on it.",
            Proposal(
                "Name in the statement who needs it, or take it from this role alone by a ceiling:",
                *ceiling(sheet.analyst, role_arn, {found.grant.key}),
            ),
        )
        return False
    taken: dict[str, tuple[str, ...]] = cuts.setdefault(index, {}).setdefault(named, {})
    keep = taken.setdefault(found.grant.action, removal.keep)
    if keep != removal.keep:
        why = "It was decided differently for different agents that share it."
        sheet.say(removal, State.NOT_SUPPORTED, why)
        return False
    return True


def _problem(
    document: Mapping[str, Any], made: Rewritten, cuts: Mapping[int, Mapping[Named, Taken]]
) -> str:
    if made.document is not None and policy_size(made.document) > max(LIMIT, policy_size(document)):
        return f"The bucket policy would take more than the {LIMIT:,} characters that S3 stores."
    problems = prove_principals(document, made, cuts, kind="resource", probes=_probes(document))
    return f"The patch was not proved: {' '.join(problems)}" if problems else ""


def _probes(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return an action and a resource of each element of each statement."""
    found: dict[tuple[str, str], None] = {}
    for statement in statements_of(document):
        for action in _texts(statement.get("Action")):
            for resource in _texts(statement.get("Resource")):
                found[action.replace("*", "GetObject").replace("?", "x"), resource] = None
    return list(found)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, list) else []


def _still(sheet: Sheet, judge: Judge, removal: Removal) -> tuple[Allowed, ...]:
    reviewed = removal.grant or {}
    role_arn = str(reviewed.get("role_arn"))
    grants = sheet.analyst.role_grants(role_arn)
    gone = find(reviewed, grants).grant
    return tuple(
        allowed(grant, actions)
        for grant, actions in judge.leftovers(removal, grants)
        if gone is None
        or (policy_of(grant), grant.index, grant.action)
        != (policy_of(gone), gone.index, gone.action)
    )
