"""Differences of the organisation's ceiling above one account."""

from collections.abc import Iterable

from recert.analysis.normal import Unit, missing, units
from recert.estate.authority import Organization
from recert.lifecycle.changes import Change

Level = frozenset[Unit]
_MANY = 20
_EVERYTHING: tuple[Unit, ...] = (Unit("Allow", "", ("*",), ("*",)),)


def compare_ceilings(
    before: Organization | None, after: Organization | None, account: str
) -> list[Change]:
    """Return whether service or resource control policies let more, or less, through.

    Nothing where either reading did not see the organisation, a level, or a document.
    """
    if before is None or after is None:
        return []
    found: list[Change] = []
    for kind in ("scp", "rcp"):
        old, new = _levels(before, account, kind), _levels(after, account, kind)
        if old is None or new is None or old == new:
            continue
        wider, narrower = _more(old, new), _more(new, old)
        values = (
            {"account": account, "kind": kind, "statements": _shown(narrower)},
            {"account": account, "kind": kind, "statements": _shown(wider)},
        )
        if wider:
            how = f"the {kind.upper()}s above account {account} let more through"
            found.append(Change("ceiling.relaxed", f"{account} {kind}", *values, how))
        elif narrower:
            how = f"the {kind.upper()}s above account {account} let less through"
            found.append(Change("ceiling.tightened", f"{account} {kind}", *values, how))
    return found


def _levels(organization: Organization, account: str, kind: str) -> list[Level] | None:
    ceiling = next((item for item in organization.ceilings if item.account == account), None)
    if ceiling is None:
        return None
    documents = {policy.id: policy.document for policy in organization.policies}
    found: list[Level] = []
    for level in ceiling.levels:
        names = level.scps if kind == "scp" else level.rcps
        if names is None:
            return None
        content: set[Unit] = set()
        for name in names:
            text = documents.get(name)
            parsed = units(text) if text is not None else None
            if parsed is None:
                return None
            content |= parsed
        found.append(frozenset(content))
    return found


def _more(old: list[Level], new: list[Level]) -> tuple[Unit, ...]:
    """Return what the new levels allow beyond the old ones.

    What is allowed is what every level allows and none denies; so nothing was gained where each
    old level has a new one that allows no more, and every old deny stands somewhere.
    """
    denied = _only(_all(new), "Deny")
    found: list[Unit] = list(missing(_only(_all(old), "Deny"), denied))
    for level in old:
        allowed = _only(level, "Allow")
        options = [missing(_only(other, "Allow"), allowed) for other in new]
        if all(options):
            found.extend(_shortest(options))
    return tuple(dict.fromkeys(found))


def _all(levels: list[Level]) -> Level:
    return frozenset().union(*levels)


def _only(found: Iterable[Unit], effect: str) -> Level:
    return frozenset(unit for unit in found if unit.effect == effect)


def _shown(found: tuple[Unit, ...]) -> list[dict[str, object]]:
    return [unit.as_shown() for unit in found[:_MANY]]


def _shortest(options: list[tuple[Unit, ...]]) -> tuple[Unit, ...]:
    found = _EVERYTHING
    for number, option in enumerate(options):
        if number == 0 or len(option) < len(found):
            found = option
    return found
