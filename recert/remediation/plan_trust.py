"""Trust policies: one principal of one statement taken out, where nobody needs it to go on.

The principal through which AWS itself runs an agent is not taken by writing: the agent would stop,
and everybody who shares the role. A trust policy without any statement is none to IAM.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from recert.campaigns.remedies import SERVICE_OF_KIND, Removal, TrustGrant, trust_grants
from recert.iam.errors import PolicyError
from recert.iam.proof_principals import prove_principals
from recert.iam.rewrite import Rewritten, policy_size
from recert.iam.rewrite_principals import Named, Taken, take_from_principals
from recert.remediation.commands import Command
from recert.remediation.documents import compact, statements_of
from recert.remediation.locate import reviewed_trust_terms, trust_terms
from recert.remediation.model import Change, Operation, State, Target
from recert.remediation.ownership import owner_of
from recert.remediation.proposals import Proposal
from recert.remediation.sheet import CHANGED, Sheet

LIMIT = 2_048
"""Characters of a trust policy that every account may have."""
_ACTIONS = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
)
Cuts = dict[int, dict[Named, Taken]]


def plan(sheet: Sheet, removals: Sequence[Removal]) -> None:
    """Plan the removals of trust, one write for each role."""
    by_role: dict[str, list[Removal]] = {}
    for removal in removals:
        role_arn = str(removal.basis.get("role_arn"))
        if sheet.has_role(removal, role_arn):
            by_role.setdefault(role_arn, []).append(removal)
    for role_arn, held in by_role.items():
        _plan_role(sheet, role_arn, held)


def _plan_role(sheet: Sheet, role_arn: str, removals: Sequence[Removal]) -> None:
    role = sheet.estate.roles_by_arn[role_arn]
    grants = trust_grants(role)
    if grants is None:
        for removal in removals:
            sheet.say(removal, State.FAILED, "The trust policy could not be understood.")
        return
    document = json.loads(role.trust)
    cuts: Cuts = {}
    ready: list[Removal] = []
    for removal in removals:
        found = _find(sheet, removal, grants)
        if found is None:
            continue
        stops = _stops(sheet, role_arn, found)
        if stops:
            _propose(sheet, removal, document, found, stops)
            continue
        named = (found.kind, found.principal)
        cuts.setdefault(found.statement.index, {})[named] = {}
        ready.append(removal)
    if not ready:
        return
    try:
        made = take_from_principals(document, cuts)
        why = _problem(role_arn, document, made, cuts)
    except PolicyError as error:
        why, made = f"The patch is no policy: {error}", Rewritten(None, ())
    if why:
        for removal in ready:
            sheet.say(removal, State.FAILED, why)
        return
    if made.document is None:
        _last(sheet, role_arn, ready)
        return
    change = Change(
        target=Target(role.account, role_arn, "trust", f"trust policy of {role.name}"),
        operation=Operation.UPDATE_TRUST,
        before=role.trust,
        after=compact(made.document),
        items=tuple(one.item for one in ready),
        snapshot=sheet.snapshot,
        owned_by=owner_of(role.tags),
    )
    sheet.carry(change, ready)


def _find(sheet: Sheet, removal: Removal, grants: Sequence[TrustGrant]) -> TrustGrant | None:
    """Return the grant that was reviewed as it is now; where there is none, say so of the item."""
    kind, value = removal.basis.get("principal") or ("", "")
    there = [one for one in grants if (one.kind, one.principal) == (kind, value)]
    if not there:
        sheet.say(removal, State.GONE, "The last reading no longer finds it.")
        return None
    if kind == "*" and value not in ("*", ""):
        sheet.say(
            removal,
            State.NOT_SUPPORTED,
            "The statement lets everybody in but a few (NotPrincipal): no one is named to take out.",
            Proposal("Name the principals that need the role, and rewrite the statement."),
        )
        return None
    same = [one for one in there if trust_terms(one) == reviewed_trust_terms(removal)]
    number = _number(removal)
    if not same or (len(same) <= number and len(same) != len(there)):
        sheet.say(removal, State.FAILED, CHANGED)
        return None
    return same[min(number, len(same) - 1)]


def _number(removal: Removal) -> int:
    """Return which of several grants to the same principal was reviewed, from 0."""
    tail = removal.subject.rpartition(" ")[2]
    return int(tail) if tail.isdigit() and len(removal.subject.split(" ")) > 3 else 0  # noqa: PLR2004 - "ROLE trust KIND:VALUE N"


def _stops(sheet: Sheet, role_arn: str, grant: TrustGrant) -> list[str]:
    """Name the agents that run through a principal."""
    users = (sheet.estate.agents_by_arn.get(arn) for arn in sheet.analyst.users.get(role_arn, ()))
    return [
        agent.name
        for agent in users
        if agent is not None
        and grant.kind == "Service"
        and role_arn in agent.role_arns
        and SERVICE_OF_KIND.get(agent.kind) == grant.principal
    ]


def _problem(role_arn: str, document: Mapping[str, Any], made: Rewritten, cuts: Cuts) -> str:
    if made.document is not None and policy_size(made.document) > max(LIMIT, policy_size(document)):
        return f"The trust policy would take more than the {LIMIT} characters that IAM stores."
    probes = [(action, role_arn) for action in _ACTIONS]
    problems = prove_principals(document, made, cuts, kind="trust", probes=probes)
    return f"The patch was not proved: {' '.join(problems)}" if problems else ""


def _propose(
    sheet: Sheet,
    removal: Removal,
    document: Mapping[str, Any],
    grant: TrustGrant,
    stops: Sequence[str],
) -> None:
    """Say what the agent would lose, and propose the statement bound to it instead."""
    role = sheet.estate.roles_by_arn[grant.role_arn]
    agents = [
        sheet.estate.agents_by_arn[arn]
        for arn in sheet.analyst.users.get(grant.role_arn, ())
        if sheet.estate.agents_by_arn[arn].name in stops
    ]
    condition = {
        "StringEquals": {"aws:SourceAccount": role.account},
        "ArnLike": {"aws:SourceArn": sorted(agent.arn for agent in agents)},
    }
    bound = [
        {**one, "Condition": condition} if at == grant.statement.index else one
        for at, one in enumerate(statements_of(document))
    ]
    alternative = {**document, "Statement": bound}
    who = ", ".join(dict.fromkeys(stops))
    sheet.say(
        removal,
        State.NOT_SUPPORTED,
        f"{who} runs through this principal and would stop: recert does not write it.",
        Proposal(
            "To stop the agent, use `recert quarantine` and then delete it with its role. To keep it "
            "and let nobody else's agent use the role, bind the statement to it:",
            commands=(
                Command(
                    "iam",
                    "UpdateAssumeRolePolicy",
                    {"RoleName": role.name, "PolicyDocument": compact(alternative)},
                ),
            ),
            documents={f"{role.name}-trust.json": compact(alternative)},
        ),
    )


def _last(sheet: Sheet, role_arn: str, removals: Sequence[Removal]) -> None:
    role = sheet.estate.roles_by_arn[role_arn]
    for removal in removals:
        sheet.say(
            removal,
            State.NOT_SUPPORTED,
            "Nobody would be left in the trust policy, and IAM keeps none without a statement.",
            Proposal(
                "The role serves nobody then: delete it, with its policies.",
                commands=(Command("iam", "DeleteRole", {"RoleName": role.name}),),
            ),
        )
