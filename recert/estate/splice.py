"""A reading of a few agents, laid into the last reading of everything."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from recert.estate.authority import Organization
from recert.estate.base import Frozen
from recert.estate.estate import Coverage, Estate, Gap
from recert.iam.arns import account_of

T = TypeVar("T", bound=Frozen)
_BULK = "GetAccountAuthorizationDetails"


def splice(
    whole: Estate,
    part: Estate,
    agents: frozenset[str],
    *,
    roles: frozenset[str],
    limit: str = "",
) -> Estate:
    """Return the whole estate with what a scoped reading of `agents` found in its place.

    An agent of the scope that the part lacks is gone, unless a gap of the part is about it: then
    what was known of it stays, with the gap. Of the roles, which are read an account at a time, only
    `roles` and their policies are taken: what else differs there has hints of its own. What the part
    did not ask stays as it was; `limit` is the limit by which a scoped reading says so, and does not
    hold for the result.
    """
    read = {agent.arn for agent in part.agents}
    unread = {arn for arn in agents - read if _is_missing(arn, part.coverage.gaps)}
    kept = [one for one in whole.agents if one.arn not in read | (agents - unread)]
    accounts = _accounts_read(part)
    about = frozenset(account_of(arn) or "" for arn in (*agents, *roles))
    kept_roles = [one for one in whole.roles if one.account not in accounts or one.arn not in roles]
    taken = [one for one in part.roles if one.account in accounts and one.arn in roles]
    named = {arn for one in taken for arn in (*one.attached, one.boundary) if arn}
    policies = [one for one in part.managed_policies if one.arn in named]
    gaps = [one for one in whole.coverage.gaps if not _asked_again(one, part, agents, accounts)]
    limits = {*whole.coverage.limits, *(one for one in part.coverage.limits if one != limit)}
    return whole.model_copy(
        update={
            "taken_at": part.taken_at,
            "source": part.source,
            "whole_at": whole.whole_at or whole.taken_at,
            "agents": _sorted((*kept, *part.agents), lambda one: one.arn),
            "roles": _sorted((*kept_roles, *taken), lambda one: one.arn),
            "managed_policies": _over(whole.managed_policies, policies, _arn),
            "functions": _over(whole.functions, part.functions, _arn),
            "knowledge_bases": _over(whole.knowledge_bases, part.knowledge_bases, _arn),
            "guardrails": _over(
                whole.guardrails, part.guardrails, lambda one: f"{one.arn} {one.version}"
            ),
            "buckets": _over(whole.buckets, part.buckets, _arn),
            "resources": _over(
                whole.resources, part.resources, lambda one: f"{one.kind} {one.arn}"
            ),
            "organization": _organization(whole.organization, part.organization, about),
            "coverage": Coverage(
                gaps=tuple(dict.fromkeys((*gaps, *_gaps_of(part, agents, roles)))),
                limits=tuple(sorted(limits)),
            ),
        }
    )


def _organization(
    old: Organization | None, new: Organization | None, accounts: frozenset[str]
) -> Organization | None:
    """Return the organisation with the ceilings of these accounts as the part saw them."""
    if old is None or new is None:
        return new if old is None else old
    taken = [one for one in new.ceilings if one.account in accounts]
    levels = [level for one in taken for level in one.levels]
    named = {name for level in levels for name in (*(level.scps or ()), *(level.rcps or ()))}
    policies = [one for one in new.policies if one.id in named]
    return old.model_copy(
        update={
            "ceilings": _over(old.ceilings, taken, lambda one: one.account),
            "policies": _over(old.policies, policies, lambda one: one.id),
        }
    )


def _gaps_of(part: Estate, agents: frozenset[str], roles: frozenset[str]) -> list[Gap]:
    """Return the gaps of the part in the accounts that it was about."""
    arns = {*agents, *roles, *(agent.arn for agent in part.agents)}
    accounts = {account_of(arn) for arn in arns}
    return [gap for gap in part.coverage.gaps if gap.account in accounts]


def _accounts_read(part: Estate) -> frozenset[str]:
    """Return the accounts of which the part holds every role."""
    failed = {gap.account for gap in part.coverage.gaps if gap.operation == _BULK}
    return frozenset({role.account for role in part.roles} - failed)


def _is_missing(arn: str, gaps: Iterable[Gap]) -> bool:
    """Tell whether a call about an agent failed, or the listing that would show it."""
    account, name = account_of(arn), arn.rpartition("/")[2]
    return any(
        gap.account == account
        and gap.operation != _BULK
        and (gap.subject in (arn, name) or (not gap.subject and gap.operation.startswith("List")))
        and gap.error != "ResourceNotFoundException"
        for gap in gaps
    )


def _asked_again(gap: Gap, part: Estate, agents: frozenset[str], accounts: frozenset[str]) -> bool:
    """Tell whether the part asked again what a gap of the whole is about."""
    if gap.operation == _BULK:
        return gap.account in accounts
    arns = {*agents, *(one.arn for one in part.agents), *(one.arn for one in part.functions)}
    arns |= {one.arn for one in part.knowledge_bases} | {one.arn for one in part.guardrails}
    names = arns | {arn.rpartition("/")[2] for arn in arns}
    subject = gap.subject.partition(":")[0] if not gap.subject.startswith("arn:") else gap.subject
    return bool(gap.subject) and (gap.subject in names or subject in names)


def _over(old: Iterable[T], new: Iterable[T], key: Callable[[T], str]) -> tuple[T, ...]:
    found = {key(one): one for one in old}
    found.update({key(one): one for one in new})
    return _sorted(found.values(), key)


def _sorted(things: Iterable[T], key: Callable[[T], str]) -> tuple[T, ...]:
    return tuple(sorted(things, key=key))


def _arn(thing: Frozen) -> str:
    return str(getattr(thing, "arn", ""))
