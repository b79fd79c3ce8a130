"""Proof that a policy that names principals, of a resource or of trust, was changed as decided.

Two ways, neither of which rests on the rewriting: every permission that the documents spell out is
compared, and the evaluation is asked for every principal that is named, before and after.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from recert.iam.arns import account_of, partition_of
from recert.iam.context import context_of
from recert.iam.evaluate import Engine
from recert.iam.grammar import Policy, Principal, Statement, parse_policy
from recert.iam.model import Authority, PolicyKind, Request, SourcedPolicy, allowing_all
from recert.iam.rewrite import Rewritten
from recert.iam.rewrite_principals import Named, Taken

Probe = tuple[str, str]
"""An action and a resource to ask about."""
_Atom = tuple[Any, ...]
_ELSEWHERE = "999999999999"
"""Asked as if the resource were in another account, so that its policy has to say yes itself."""


def prove_principals(
    before: Mapping[str, Any],
    rewritten: Rewritten,
    cuts: Mapping[int, Mapping[Named, Taken]],
    *,
    kind: PolicyKind,
    probes: Iterable[Probe],
) -> tuple[str, ...]:
    """Return what is otherwise than decided, one sentence each; nothing where the proof holds.

    Raises:
        PolicyError: one of the documents is no policy.
    """
    old = parse_policy(before)
    new = parse_policy(rewritten.document) if rewritten.document is not None else None
    wanted = Counter(_atoms(old, cuts))
    found = Counter(_atoms(new, {})) if new is not None else Counter()
    problems = [
        *(f"{_words(atom)} is gone, which was not revoked." for atom in (wanted - found)),
        *(f"{_words(atom)} is there, which was revoked or never granted."
          for atom in (found - wanted)),
    ]  # fmt: skip
    return (*problems, *_verdicts(old, new, cuts, kind, tuple(probes)))


def _atoms(policy: Policy, cuts: Mapping[int, Mapping[Named, Taken]]) -> Iterable[_Atom]:
    """Yield what a policy spells out: one element for one principal on its terms."""
    for statement in policy.statements:
        taken = cuts.get(statement.index, {})
        for principal in _who(statement):
            named = (principal.kind, principal.value)
            for element in _elements(statement, taken.get(named)):
                yield (statement.effect, named, element, *_terms(statement))


def _who(statement: Statement) -> tuple[Principal, ...]:
    if statement.principals is not None:
        return statement.principals
    others = tuple((one.kind, one.value) for one in statement.not_principals or ())
    return (Principal("*", f"NotPrincipal {sorted(others)}"),)


def _elements(statement: Statement, taken: Taken | None) -> Iterable[str]:
    if statement.not_actions is not None:
        held = ["NotAction: " + ", ".join(statement.not_actions)]
    else:
        held = list(dict.fromkeys(statement.actions or ()))
    if taken is None:
        return held
    if not taken:
        return []
    kept: dict[str, None] = {}
    for element in held:
        for one in taken.get(element, (element,)):
            kept[one] = None
    return kept


def _terms(statement: Statement) -> tuple[Any, ...]:
    conditions = tuple(
        sorted((one.operator, one.key, tuple(sorted(one.values))) for one in statement.conditions)
    )
    return (
        tuple(sorted(statement.resources)) if statement.resources is not None else None,
        tuple(sorted(statement.not_resources)) if statement.not_resources is not None else None,
        conditions,
    )


def _words(atom: _Atom) -> str:
    effect, (kind, value), element, *_ = atom
    return f"{effect} {element} for {value if kind != '*' else value or 'everybody'}"


def _verdicts(
    old: Policy,
    new: Policy | None,
    cuts: Mapping[int, Mapping[Named, Taken]],
    kind: PolicyKind,
    probes: tuple[Probe, ...],
) -> Iterable[str]:
    """Ask for every principal: who is not concerned gets the same answers, nobody gets more."""
    concerned = {principal for taken in cuts.values() for principal in taken}
    before = SourcedPolicy(old, kind, "before")
    # No policy at all would be an unknown one to the evaluation; one without statements says no.
    after = SourcedPolicy(new or Policy(old.version, None, ()), kind, "after")
    for statement in old.statements:
        for principal in statement.principals or ():
            caller = _caller(principal)
            if caller is None:
                continue
            loses = any(_means(one, principal, caller) for one in concerned)
            engine = Engine(Authority(caller, identity=(allowing_all("inline", "open"),)))
            for action, resource in probes:
                was = engine.decide(_asked(action, resource, caller), before)
                is_ = engine.decide(_asked(action, resource, caller), after)
                if was == is_ or (loses and is_ != "allowed"):
                    continue
                yield f"{principal.value} would be {is_} {action}, and was {was}."


def _means(named: Named, principal: Principal, caller: str) -> bool:
    """Tell whether who is named is the principal, or a crowd that it belongs to."""
    kind, value = named
    if named == (principal.kind, principal.value) or kind == "*" or value == "*":
        return True
    account = account_of(caller)
    root = f"arn:{partition_of(caller)}:iam::{account}:root"
    return kind == "AWS" and account is not None and value in (account, root)


def _asked(action: str, resource: str, caller: str) -> Request:
    context = context_of({}, complete=False)
    return Request(action, resource, caller, context, resource_account=_ELSEWHERE)


def _caller(principal: Principal) -> str | None:
    """Return somebody whom a principal means, None where nobody can be named."""
    if principal.kind == "*" or principal.value == "*":
        return f"arn:aws:iam::{'1' * 12}:role/somebody"
    if principal.kind == "AWS" and principal.value.isdigit():
        return f"arn:aws:iam::{principal.value}:role/somebody"
    if principal.kind == "AWS" and principal.value.endswith(":root"):
        return f"{principal.value.removesuffix(':root')}:role/somebody"
    return None if principal.kind == "CanonicalUser" else principal.value
