"""The policies of one layer, indexed by action."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from recert.iam.model import Authority, SourcedPolicy
from recert.iam.statements import CompiledStatement, compile_policy

Named = tuple[list[CompiledStatement], list[CompiledStatement]]
"""The denying and the allowing statements that name an action."""

_CACHED: Final = 128


class PolicySet:
    """Policies that speak with one voice: any Allow allows, any Deny denies."""

    __slots__ = ("_by_action", "_statements", "empty")

    def __init__(self, policies: Iterable[SourcedPolicy]) -> None:
        self._statements: list[CompiledStatement] = []
        self.empty = True
        for source in policies:
            self.empty = False
            self._statements += compile_policy(source)
        self._by_action: dict[str, Named] = {}

    def naming(self, action: str) -> Named:
        """Return the statements that name a lower-case action: the denying, the allowing ones."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= _CACHED:
                self._by_action.clear()
            denies: list[CompiledStatement] = []
            allows: list[CompiledStatement] = []
            for statement in self._statements:
                if statement.every_action or statement.names(action):
                    (allows if statement.allows else denies).append(statement)
            found = self._by_action[action] = (denies, allows)
        return found


class _United(PolicySet):
    """Several sets as one; each keeps its own index, so that they can be shared."""

    __slots__ = ("_parts",)

    def __init__(self, parts: tuple[PolicySet, ...]) -> None:
        self.empty = all(part.empty for part in parts)
        self._parts = parts

    def naming(self, action: str) -> Named:
        denies: list[CompiledStatement] = []
        allows: list[CompiledStatement] = []
        for part in self._parts:
            denying, allowing = part.naming(action)
            denies += denying
            allows += allowing
        return denies, allows


NO_POLICIES: Final = PolicySet(())


def united(parts: tuple[PolicySet, ...]) -> PolicySet:
    """Return sets that are compiled already as one."""
    if len(parts) == 1:
        return parts[0]
    return _United(parts) if parts else NO_POLICIES


class Loaded(Struct, gc=False):
    """What bounds a principal, compiled, with the layers that do not apply left out."""

    principal: str
    identity: PolicySet
    boundary: PolicySet | None = None
    session: PolicySet | None = None
    endpoint: PolicySet | None = None
    scps: tuple[PolicySet, ...] = ()
    rcps: tuple[PolicySet, ...] = ()


def loaded(authority: Authority) -> Loaded:
    """Compile the policies of an authority."""
    linked = authority.service_linked
    spared = linked or authority.management_account
    return Loaded(
        authority.role_arn,
        PolicySet(authority.identity),
        None if authority.boundary is None else PolicySet(authority.boundary),
        None if authority.session is None else PolicySet(authority.session),
        None if authority.endpoint is None else PolicySet(authority.endpoint),
        _levels(None if spared else authority.scps),
        _levels(None if linked else authority.rcps),
    )


def _levels(levels: tuple[tuple[SourcedPolicy, ...], ...] | None) -> tuple[PolicySet, ...]:
    return tuple(PolicySet(level) for level in levels) if levels else ()
