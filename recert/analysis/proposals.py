"""Ceilings that follow from what was attested, each proved before it is shown.

Each is for one role, lets
through what was kept, and takes the rest. It is refused, with the reason, where it would change a
verdict of anybody else, where what it takes may be in use without anything that could have shown it,
or where AWS would not accept its size.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any

from recert.analysis.analyst import Analyst
from recert.analysis.proposal import Kept, Kind, Proposal
from recert.analysis.proposal_documents import AGENT_ACTIONS, ceiling_document
from recert.analysis.proposal_proof import Proof
from recert.analysis.usage import RoleUsage
from recert.iam.grants import EffectiveGrant
from recert.text import plural

_LARGEST = {"boundary": 6_144, "scp": 5_120, "agents-scp": 5_120}


def propose_boundary(
    analyst: Analyst, role_arn: str, keep: Collection[str], revoked: Collection[str] = ()
) -> Proposal:
    """Propose a permissions boundary for a role from the ids of the grants that were attested.

    `revoked` as in `Kept`. Raises LookupError where the role was not read.
    """
    return propose(analyst, role_arn, Kept(frozenset(keep), None, frozenset(revoked)), "boundary")


def propose_scp(
    analyst: Analyst, role_arn: str, keep: Collection[str], revoked: Collection[str] = ()
) -> Proposal:
    """Propose a service control policy that is conditioned on one role; as `propose_boundary`."""
    return propose(analyst, role_arn, Kept(frozenset(keep), None, frozenset(revoked)), "scp")


def propose(analyst: Analyst, role_arn: str, kept: Kept, kind: Kind) -> Proposal:
    """Propose one ceiling for a role, or refuse it; raises LookupError where the role was not read."""
    held = analyst.role(role_arn)
    if held is None:
        raise LookupError(f"there is no role {role_arn} in this reading")
    grants = [grant for grant in analyst.role_grants(role_arn) if grant.effective]
    left = {grant.key: actions for grant in grants if (actions := kept.actions_of(grant))}
    if not kept.decided:
        reason = "Nothing of it is signed as it is now; review it first."
        return Proposal(kind, role_arn, None, reason, {})
    problem = _before(analyst, role_arn, kind=kind, nothing_left=not left) or _unseen(
        analyst, role_arn, grants, kept, kind
    )
    if problem:
        return Proposal(kind, role_arn, None, problem, {})
    document = ceiling_document(analyst.catalogue, role_arn, grants, left, kind)
    if document is None:
        return Proposal(kind, role_arn, None, "It would take nothing that the role has.", {})
    proof = Proof(analyst, role_arn, kind, document)
    problem = _size(kind, document) or proof.of_role(grants, left) or proof.of_others()
    if problem:
        return Proposal(kind, role_arn, None, problem, {}, proof.compared)
    taken = proof.taken
    if not taken:
        return Proposal(kind, role_arn, None, "It would take nothing that the role has.", {})
    reason = f"It lets {plural(len(left), 'attested grant')} through and nobody else is touched."
    return Proposal(kind, role_arn, document, reason, taken, proof.compared)


def _before(analyst: Analyst, role_arn: str, *, kind: Kind, nothing_left: bool) -> str:
    """Say what speaks against any proposal for this role; empty where nothing does."""
    held = analyst.role(role_arn)
    users = analyst.users.get(role_arn, ())
    things = analyst.things_by_role.get(role_arn, ())
    outside = held is not None and held.authority.management_account and kind != "boundary"
    unread = held.unread[0].words if held is not None and held.unread else ""
    against = {
        f"{unread}: what the role holds is not known whole.": bool(unread),
        f"{len(users)} agents act through the role; a ceiling would bind them all.": len(users) > 1,
        f"The role is also that of {', '.join(things)}; a ceiling would bind it, too.": bool(
            things
        ),
        "No grant was attested, so that nothing would be left; delete the role instead.": (
            nothing_left
        ),
        "The role stands in the management account, which no SCP touches.": outside,
    }
    return next((words for words, holds in against.items() if holds), "")


def _unseen(
    analyst: Analyst, role_arn: str, grants: Iterable[EffectiveGrant], kept: Kept, kind: Kind
) -> str:
    """Say which grant nobody decided that may be in use unseen; empty where there is none."""
    usage = RoleUsage(analyst.estate, role_arn)
    for grant in grants:
        if grant.key in kept.decided or (
            kind == "agents-scp" and not _names_agents(analyst, grant)
        ):
            continue
        if usage.of(grant.effective, alone=False).state != "unused":
            return f"Nothing could have shown whether {grant.action} is in use; decide it first."
    return ""


def _names_agents(analyst: Analyst, grant: EffectiveGrant) -> bool:
    return bool(grant.mask & analyst.catalogue.union(AGENT_ACTIONS))


def _size(kind: Kind, document: dict[str, Any]) -> str:
    size = len(json.dumps(document, separators=(",", ":")))
    if size > _LARGEST[kind]:
        return f"It would take {size:,} characters; AWS accepts {_LARGEST[kind]:,}."
    return ""
