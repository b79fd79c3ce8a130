"""The published paths of privilege escalation, as data, and what an open one looks like."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from recert.iam.errors import CatalogueError

Kind = Literal[
    "pass-role", "existing-role", "assume-role", "other-role", "own-role", "own-policy", "user"
]
PASSING = "iam:PassRole"
ASSUMING = "sts:AssumeRole"
NEW_VERSION = "iam:CreatePolicyVersion"
_SOURCE = "pathfinding.cloud"
_DATA = Path(__file__).parent / "data" / "escalation.json"


@dataclass(frozen=True, slots=True)
class KnownPath:
    """One published path: its actions, and the service principals that a role of it must trust.

    `needs` names what nobody can read from policies. `within`: the only resources, of the caller's
    account, on which the actions lead to a role. `unbounding`: the path takes a boundary off.
    """

    id: str
    kind: Kind
    actions: tuple[str, ...]
    services: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    source: str = _SOURCE
    within: str = ""
    unbounding: bool = False

    @property
    def own_actions(self) -> tuple[str, ...]:
        """The actions that only a permission opens; a trust policy may open the assuming of a role."""
        return tuple(action for action in self.actions if action != ASSUMING)


@dataclass(frozen=True, slots=True)
class EscalationPath:
    """One path that is open to a principal.

    `via`: for each action the keys of the grants that open it. `targets`: ARNs of the roles that
    can be gained, sorted, empty where the path needs no role or none is known. `conditional`: some
    action rests on conditions that are not known to hold, or may be denied under one. `unbounding`:
    it takes a boundary off, so that it is there only where one stands.
    """

    id: str
    kind: Kind
    title: str
    actions: tuple[str, ...]
    via: tuple[tuple[str, tuple[str, ...]], ...]
    targets: tuple[str, ...]
    services: tuple[str, ...]
    needs: tuple[str, ...]
    conditional: bool
    source: str
    unbounding: bool = False


@lru_cache(maxsize=1)
def known_paths() -> tuple[KnownPath, ...]:
    """Return the packaged catalogue of paths."""
    try:
        text = _DATA.read_text(encoding="utf-8")
        return tuple(
            KnownPath(
                id=each["id"],
                kind=each["kind"],
                actions=tuple(each["actions"]),
                services=tuple(each.get("services", ())),
                needs=tuple(each.get("needs", ())),
                source=each.get("source", _SOURCE),
                within=each.get("within", ""),
                unbounding=each.get("unbounding", False),
            )
            for each in json.loads(text)["paths"]
        )
    except (OSError, ValueError, KeyError) as error:
        raise CatalogueError(
            "The packaged escalation paths cannot be read.", "Install recert again."
        ) from error


@lru_cache(maxsize=1)
def needed_actions() -> frozenset[str]:
    """Return every action that some path needs."""
    return frozenset(action for path in known_paths() for action in path.actions)
