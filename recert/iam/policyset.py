"""The policies of one layer, indexed by action."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from recert.iam.model import Authority, SourcedPolicy
from recert.iam.statements import CompiledStatement, compile_policy

Entry = tuple[CompiledStatement, SourcedPolicy]
Named = tuple[list[Entry], list[Entry]]
"""The denying and the allowing statements that name an action."""

_CACHED: Final = 512


class PolicySet:
    """Policies that speak with one voice: any Allow allows, any Deny denies."""

    __slots__ = ("_by_action", "_entries", "empty")

    def __init__(self, policies: Iterable[SourcedPolicy]) -> None:
        listed = tuple(policies)
        self.empty = not listed
        self._entries: tuple[Entry, ...] = tuple(
            [(compiled, source) for source in listed for compiled in compile_policy(source.policy)]
        )
        self._by_action: dict[str, Named] = {}

    def naming(self, action: str) -> Named:
        """Return the statements that name a lower-case action: the denying, the allowing ones."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= _CACHED:
                self._by_action.clear()
            denies: list[Entry] = []
            allows: list[Entry] = []
            for entry in self._entries:
                if entry[0].names(action):
                    (allows if entry[0].allows else denies).append(entry)
            found = self._by_action[action] = (denies, allows)
        return found


class Loaded:
    """An authority with its policies compiled, and the layers that do not apply left out."""

    __slots__ = ("authority", "boundary", "identity", "rcps", "scps", "session")

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.identity = PolicySet(authority.identity)
        self.boundary = None if authority.boundary is None else PolicySet(authority.boundary)
        self.session = None if authority.session is None else PolicySet(authority.session)
        linked = authority.service_linked
        spared = linked or authority.management_account
        self.scps = _levels(None if spared else authority.scps)
        self.rcps = _levels(None if linked else authority.rcps)


def _levels(levels: tuple[tuple[SourcedPolicy, ...], ...] | None) -> tuple[PolicySet, ...]:
    return tuple(PolicySet(level) for level in levels) if levels else ()
