"""The evaluation: one request against everything that bounds its principal.

    engine = load(authority)
    engine.decide(asked)     the decision alone, the fast way
    engine.explain(asked)    the decision with the statements that made it, in three values

Where AWS's text leaves a question open, the reading that shows more access is taken: a resource
with wildcards is allowed where any resource under it would be, `*:*` is every action, the root user
needs no identity policy, and a caller that nobody named is in the account of the resource.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from recert.iam.arns import account_of
from recert.iam.combine import Says, Situation, combine
from recert.iam.context import YES
from recert.iam.model import Authority, Decision, Request, SourcedPolicy, Verdict
from recert.iam.patterns import has_wildcard, with_plain_service
from recert.iam.policyset import NO_POLICIES, Loaded, PolicySet, loaded
from recert.iam.principals import (
    NAMES_ACCOUNT,
    NAMES_NONE,
    Caller,
    Strength,
    caller_of,
)
from recert.iam.protected import (
    WITHOUT_PERMISSION,
    is_root,
    needs_resource_policy,
    never_succeeds,
)
from recert.iam.resources import Asked
from recert.iam.statements import CompiledStatement
from recert.iam.tally import Case, explain_case

_CACHED: Final = 256


Resourced = SourcedPolicy | PolicySet | None
"""The policy of a resource, where one is given."""


class Engine:
    """An authority ready to be asked, many times."""

    __slots__ = ("_loaded", "_resource_policies")

    def __init__(self, authority: Authority | Loaded) -> None:
        self._loaded = authority if isinstance(authority, Loaded) else loaded(authority)
        self._resource_policies: dict[int, tuple[SourcedPolicy, PolicySet]] = {}

    def decide(self, request: Request, resource_policy: Resourced = None) -> Decision:
        """Decide a request: `allowed`, `explicitDeny` or `implicitDeny`.

        Unknown context counts as in `explain`: for more access.
        """
        action = request.action.lower()
        if action == WITHOUT_PERMISSION:
            return "allowed"
        if never_succeeds(action, request.resource):
            return "implicitDeny"
        return _quick(self._case(request, action, resource_policy))

    def explain(self, request: Request, resource_policy: Resourced = None) -> Verdict:
        """Decide a request and show why; see `Verdict`."""
        action = request.action.lower()
        if action == WITHOUT_PERMISSION:
            return Verdict("allowed", "identity", reason="This action needs no permission.")
        if never_succeeds(action, request.resource):
            reason = "AWS keeps this policy or role to itself; no permission can change it."
            return Verdict("implicitDeny", "resource", reason=reason)
        return explain_case(self._case(request, action, resource_policy))

    def _case(self, request: Request, action: str, resource_policy: Resourced) -> Case:
        loaded = self._loaded
        caller = caller_of(request.principal or loaded.principal)
        resource = with_plain_service(request.resource)
        wild = has_wildcard(resource)
        if request.unresourced:
            resource, wild = "*", False
        owner = request.resource_account or account_of(resource) or caller.account
        situation = Situation(
            caller,
            caller.account is None or owner is None or owner == caller.account,
            needs_resource_policy(action, resource),
        )
        linked = caller.service_linked
        asked_rcps = bool(loaded.rcps) and not request.rcp_exempt and not linked
        if asked_rcps:
            asked_rcps = action.partition(":")[0] in _rcp_services()
        return Case(
            Asked(action, resource, wild, request.context, caller),
            situation,
            loaded.identity if caller.has_identity else NO_POLICIES,
            self._compiled(resource_policy),
            loaded.boundary if caller.has_identity else None,
            loaded.session if caller.has_identity else None,
            loaded.endpoint,
            loaded.scps if caller.has_identity and not linked else (),
            loaded.rcps if asked_rcps else (),
            # Who does not know the request does not know the resource either: its policy may agree.
            NAMES_NONE if resource_policy or request.context.complete else NAMES_ACCOUNT,
        )

    def _compiled(self, policy: Resourced) -> PolicySet:
        if policy is None:
            return NO_POLICIES
        if isinstance(policy, PolicySet):
            return policy
        found = self._resource_policies.get(id(policy))
        if found is None or found[0] is not policy:
            if len(self._resource_policies) >= _CACHED:
                self._resource_policies.clear()
            found = self._resource_policies[id(policy)] = (policy, PolicySet((policy,)))
        return found[1]


def load(authority: Authority) -> Engine:
    """Compile the policies of an authority, to ask about it often."""
    return Engine(authority)


def evaluate(
    request: Request, authority: Authority, *, resource_policy: SourcedPolicy | None = None
) -> Verdict:
    """Explain one request; to ask often, `load` the authority once."""
    return Engine(authority).explain(request, resource_policy)


@lru_cache(maxsize=1)
def _rcp_services() -> frozenset[str]:
    """Return the services whose resources RCPs restrict; an RCP says nothing elsewhere."""
    from recert.iam.catalogue import load_catalogue  # noqa: PLC0415 - few requests have RCPs

    return load_catalogue().rcp_services


def _quick(case: Case) -> Decision:
    asked, action = case.asked, case.asked.action
    bounded = case.boundary is not None
    ceilings = [each for each in (case.boundary, case.session) if each is not None]
    for policies in (case.identity, *ceilings, *case.scps, *case.rcps):
        for statement in policies.naming(action)[0]:
            if statement.holds(asked) == YES:
                return "explicitDeny"
    caller = asked.caller
    for statement in case.resource.naming(action)[0]:
        if statement.strength(caller, bounded=bounded) and statement.holds(asked) == YES:
            return "explicitDeny"
    through = NO_POLICIES if case.endpoint is None else case.endpoint
    for statement in through.naming(action)[0]:
        if statement.concerns(caller, bounded=bounded) and statement.holds(asked) == YES:
            return "explicitDeny"
    strength = _strength(case.resource.naming(action)[1], asked, caller, bounded=bounded)
    says = Says(
        is_root(caller) or _allows(case.identity, asked),
        max(strength, case.agrees),
        case.boundary is None or _allows(case.boundary, asked),
        case.session is None or _allows(case.session, asked),
        case.endpoint is None
        or any(
            statement.concerns(caller, bounded=bounded) and statement.holds(asked)
            for statement in case.endpoint.naming(action)[1]
        ),
        all(_allows(level, asked) for level in case.scps),
        not any(level.empty for level in case.rcps),
    )
    return "allowed" if combine(case.situation, says)[0] else "implicitDeny"


def _allows(policies: PolicySet, asked: Asked) -> bool:
    for statement in policies.naming(asked.action)[1]:  # noqa: SIM110 - a generator costs a third of the verdict
        if statement.always or statement.holds(asked):
            return True
    return False


def _strength(
    allows: list[CompiledStatement], asked: Asked, caller: Caller, *, bounded: bool
) -> Strength:
    found = NAMES_NONE
    for statement in allows:
        strength = statement.strength(caller, bounded=bounded)
        if strength > found and statement.holds(asked):
            found = strength
    return found
