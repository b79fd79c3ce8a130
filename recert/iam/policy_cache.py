"""Compiled policies, kept for the requests that follow: what comes again is parsed and compiled no more.

A policy is kept when it comes a second time. Most policies of a long input come once, and keeping
those would only push what is being worked with out of the processor's caches.
"""

from __future__ import annotations

from typing import Final

from recert.iam.errors import PolicyError
from recert.iam.grammar import Policy, parse_policy
from recert.iam.model import PolicyKind, SourcedPolicy
from recert.iam.policyset import PolicySet

ON_RESOURCES: Final = frozenset({"resource", "rcp", "endpoint"})
"""The kinds of policies that may name principals, and need name no resource."""

Key = tuple[bytes, str]
"""The text of a policy, and the element of the request that it stands in."""

_MOST: Final = 1024
_MOST_BYTES: Final = 4 << 20
"""How much text of policies is kept compiled; twenty times as much memory may stand behind it."""
_REMEMBERED: Final = 4096


class PolicyCache:
    """The policies that came more than once, and hashes of the keys of those that came once."""

    __slots__ = ("_bytes", "_compiled", "_seen")

    def __init__(self) -> None:
        self._compiled: dict[Key, PolicySet] = {}
        self._bytes = 0
        self._seen: set[int] = set()

    def find(self, key: Key) -> PolicySet | None:
        """Return a policy that is kept, None where it is not."""
        return self._compiled.get(key)

    def keep(self, key: Key, made: PolicySet) -> PolicySet:
        """Return a policy that was just compiled, and keep it where it came before."""
        mark = hash(key)
        if mark not in self._seen:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen.add(mark)
            return made
        size = len(key[0])
        self._bytes += size
        if len(self._compiled) >= _MOST or self._bytes > _MOST_BYTES:
            self._compiled.clear()
            self._bytes = size
        self._compiled[key] = made
        return made


CACHE: Final = PolicyCache()
"""The one of this process; whoever forks takes a copy of it along."""


def compiled(found: str | dict[str, object], at: str, kind: PolicyKind) -> PolicySet:
    """Parse and compile a policy of the element `at`, whatever is kept.

    Raises:
        PolicyError: IAM would not accept it, or not there.
    """
    policy = parse_policy(found, source=at)
    if kind not in ON_RESOURCES:
        _check_identity(policy, at)
    return PolicySet((SourcedPolicy(policy, kind, at),))


def _check_identity(policy: Policy, at: str) -> None:
    """Refuse what IAM refuses in policies that stand on the caller's side."""
    for statement in policy.statements:
        what, remedy = "", ""
        if statement.principals is not None or statement.not_principals is not None:
            what, remedy = "has a principal, which only resource policies have.", "Remove it."
        elif statement.resources is None and statement.not_resources is None:
            what, remedy = "has no Resource.", "Write Resource or NotResource."
        if what:
            raise PolicyError(what, remedy, path=f"{at}: Statement[{statement.index}]")
