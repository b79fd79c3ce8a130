"""What a grant allows, and what could be picked from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recert.campaigns.views import ItemView
from recert.tui.text import Piece, Role, Row, row, say
from recert.tui.view.facts import as_list, as_map, short
from recert.tui.view.when import day

_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Action:
    """A concrete action that may be kept, with a note on it."""

    name: str
    note: str = ""
    advised: bool = False


def narrowable(view: ItemView) -> tuple[Action, ...]:
    """Return the concrete actions of an item that a reviewer may pick from."""
    grant = as_map(view.grant)
    advised = _advised(view)
    levels = _levels(grant)
    names = sorted({str(name) for name in as_list(grant.get("effective_actions"))})
    return tuple(Action(name, _note(name, advised, levels), name in advised) for name in names)


def _note(name: str, advised: Mapping[str, str], levels: Mapping[str, str]) -> str:
    return "  ".join(part for part in (levels.get(name, ""), advised.get(name, "")) if part)


def _advised(view: ItemView) -> dict[str, str]:
    """Return the actions that the advice would keep, as far as it names any."""
    return {str(name): "would do" for name in as_list(view.evidence.get("keep"))}


def _levels(grant: Mapping[str, Any]) -> dict[str, str]:
    levels = grant.get("access_levels")
    if not isinstance(levels, Mapping):
        return {}
    found: dict[str, str] = {}
    for key, value in levels.items():
        if isinstance(value, str):
            found[str(key)] = value
        else:
            found.update({str(action): str(key) for action in as_list(value)})
    return found


def use_of(view: ItemView) -> Row:
    """Return when a grant was last used, where that is known, and by which source."""
    fact = {**as_map(as_map(view.grant).get("last_used")), **as_map(view.evidence.get("last_used"))}
    state = str(fact.get("state", "unknown"))
    source = fact.get("words") or fact.get("source")
    tail = row(say(f"  ({source})", Role.MUTED)) if source and source != "not known" else ()
    if state == "used":
        at = fact.get("at")
        return row(say(f"used, last on {day(at)}" if at else "used", Role.GOOD)) + tail
    if state == "unused":
        return row(say("not used, as far as the source reaches", Role.WARN)) + tail
    return row(say("unknown, which is not the same as unused", Role.WARN)) + tail


def effective_rows(grant: Mapping[str, Any]) -> Iterable[Row]:
    """Yield what is effective, and what keeps the rest from being so."""
    actions = sorted(str(name) for name in as_list(grant.get("effective_actions")))
    if actions:
        yield row(say(", ".join(actions[:_SHOWN]), Role.CODE))
        if len(actions) > _SHOWN:
            yield row(say(f"… and {len(actions) - _SHOWN:,} more; J shows all", Role.MUTED))
    else:
        yield row(say("nothing: every action is blocked", Role.GOOD))
    if grant.get("conditional"):
        yield row(say("◐ only under a condition", Role.WARN))
    for block in as_list(grant.get("blocked")):
        fact = as_map(block)
        yield (
            Piece("✗ ", Role.GOOD),
            say(f"blocked by {_blocker(fact)}: ", Role.MUTED),
            say(listed(as_list(fact.get("actions")), 8)),
        )


def ceiling_rows(evidence: Mapping[str, Any]) -> Iterable[Row]:
    """Yield what a ceiling takes from a part of the resources, and what could not be decided."""
    for key, glyph, words in (
        ("narrowed", "◐ ", "partly blocked by"),
        ("unsure", "? ", "not certain, because of"),
    ):
        for part in as_list(evidence.get(key)):
            fact = as_map(part)
            what = listed(as_list(fact.get("actions")), 8)
            yield (
                Piece(glyph, Role.WARN),
                say(f"{words} {_blocker(fact)}: ", Role.MUTED),
                say(what),
            )


def listed(names: Sequence[Any], most: int) -> str:
    """Return names in one line, at most so many of them and the number of the rest."""
    shown = ", ".join(str(name) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def _blocker(fact: Mapping[str, Any]) -> str:
    return f"{fact.get('by', '?')} {policy_name(fact.get('policy'))}".strip()


def policy_name(policy: Any) -> str:
    """Return a policy as a person names it."""
    fact = as_map(policy)
    if not fact:
        return short(policy) if policy else ""
    return str(fact.get("name") or fact.get("arn") or "")
