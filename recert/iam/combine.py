"""How the layers add up: from what each of them says to one decision.

Within one account either identity or resource policy suffices, across accounts both are needed;
role trust and KMS key policies must agree even within one account. Boundary and session policy cap
what comes from the identity, and what comes from the resource as far as it names the role. The policy
of a VPC endpoint, SCPs and RCPs cap everything.
"""

from __future__ import annotations

from msgspec import Struct

from recert.iam.model import Layer
from recert.iam.principals import (
    NAMES_ACCOUNT,
    NAMES_DIRECT,
    NAMES_ROLE,
    NAMES_SESSION,
    Caller,
    Strength,
)


class Situation(Struct, gc=False):
    """What is fixed about a request before any policy is read.

    `must_agree`: the policy of the resource has to say yes even within one account.
    """

    caller: Caller
    same_account: bool
    must_agree: bool


class Says(Struct, gc=False):
    """Which layers allow; a layer that does not exist allows. `strength`: of the resource policy."""

    identity: bool
    strength: Strength
    boundary: bool = True
    session: bool = True
    endpoint: bool = True
    scp: bool = True
    rcp: bool = True


def combine(situation: Situation, says: Says) -> tuple[bool, Layer]:
    """Decide a request that nothing denies; tell the layer that decides it.

    Of an allowed request it is the layer that grants; of a refused one the first that fails, a
    missing grant before a ceiling.
    """
    granted, layer = _granted(situation, says)
    if not granted:
        return False, layer
    if not says.endpoint:
        return False, "endpoint"
    if not says.scp:
        return False, "scp"
    if not says.rcp:
        return False, "rcp"
    return True, layer


def _granted(situation: Situation, says: Says) -> tuple[bool, Layer]:
    if not situation.caller.has_identity:
        return says.strength >= NAMES_DIRECT, "resource"
    if situation.same_account and _by_resource(says):
        own = says.identity and says.boundary and says.session
        return True, "identity" if own and not situation.must_agree else "resource"
    failing = _failing(situation, says)
    if failing is not None:
        return False, failing
    agreed = situation.same_account and not situation.must_agree
    agreed = agreed or says.strength >= NAMES_ACCOUNT
    return agreed, "identity" if agreed else "resource"


def _failing(situation: Situation, says: Says) -> Layer | None:
    """Return the first layer on the caller's side that withholds the request, None where none."""
    if not says.identity and (says.strength <= NAMES_ACCOUNT or not situation.same_account):
        return "identity"
    if not says.boundary:
        return "boundary"
    return None if says.session else "session"


def _by_resource(says: Says) -> bool:
    """Tell whether a resource policy of the same account grants by itself.

    Naming the session, it is held by nothing; naming a user or everyone, by the session policy;
    naming the role, by boundary and session policy; naming the account, it only delegates.
    """
    strength = says.strength
    if strength == NAMES_SESSION:
        return True
    if strength == NAMES_DIRECT:
        return says.session
    return strength == NAMES_ROLE and says.boundary and says.session
