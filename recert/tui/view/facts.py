"""Any JSON value as rows: what no part of a pane knows by name is shown all the same."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from recert.tui.text import Piece, Role, Row, row, say

_DEEP = 6
_MANY = 200
_IN_A_LINE = 4


def words(key: str) -> str:
    """Return a snake_case key as words."""
    return key.replace("_", " ")


def as_list(value: Any) -> list[Any]:
    """Return a value as a list: a list as it is, nothing as an empty one, all else as one entry."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def as_map(value: Any) -> Mapping[str, Any]:
    """Return a value as a mapping, empty where it is none."""
    return value if isinstance(value, Mapping) else {}


def is_empty(value: Any) -> bool:
    """Tell whether there is nothing to show; false and zero are something."""
    return value is None or value in ("", [], {}, ())


def short(value: Any) -> str:
    """Return a value in one line."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return f"{value:,}"
    return json.dumps(value, ensure_ascii=False, default=str)


def tree(value: Any, *, depth: int = 0) -> Iterable[Row]:
    """Yield the rows of a value: keys, and what is in them, further in."""
    lead = "  " * depth
    if isinstance(value, Mapping) and depth < _DEEP:
        for key, inner in list(value.items())[:_MANY]:
            flat = _in_a_line(inner) if not _nests(inner) else ""
            if flat:
                yield row(say(lead), say(f"{words(str(key))}  ", Role.MUTED), say(flat))
            elif isinstance(inner, Mapping | list | tuple) and inner:
                yield row(say(lead), say(words(str(key)), Role.MUTED))
                yield from tree(inner, depth=depth + 1)
            else:
                yield row(
                    say(lead),
                    say(f"{words(str(key))}  ", Role.MUTED),
                    say("–" if inner is None else short(inner)),
                )
    elif isinstance(value, list | tuple) and depth < _DEEP:
        for inner in value[:_MANY]:
            flat = _in_a_line(inner)
            if flat:
                yield row(say(lead), Piece("· ", Role.RULE), say(flat))
            elif isinstance(inner, Mapping | list | tuple):
                yield from tree(inner, depth=depth)
            else:
                yield row(say(lead), Piece("· ", Role.RULE), say(short(inner)))
        if len(value) > _MANY:
            yield row(say(lead), say(f"… and {len(value) - _MANY:,} more", Role.WARN))
    else:
        yield row(say(lead), say(short(value)))


def _nests(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(one, list | tuple) for one in value)


def _in_a_line(value: Any) -> str:
    """Return a short list of plain values, or of one such list, as one line; empty for all else."""
    if not isinstance(value, list | tuple) or not 0 < len(value) <= _IN_A_LINE:
        return ""
    inner = [
        ", ".join(map(short, one)) if isinstance(one, list | tuple) else short(one)
        for one in value
        if not isinstance(one, Mapping)
    ]
    return "  ".join(inner) if len(inner) == len(value) else ""


def branch(title: Row, children: Sequence[Sequence[Row]]) -> list[Row]:
    """Return a tree drawn with lines: a title, and below it each child's rows."""
    lines = [title]
    for index, child in enumerate(children):
        last = index == len(children) - 1
        for at, inner in enumerate(child):
            joint = ("└─ " if last else "├─ ") if at == 0 else ("   " if last else "│  ")
            lines.append((Piece(joint, Role.RULE), *inner))
    return lines


def differences(before: Any, after: Any) -> list[Row]:
    """Return what differs between two values: what was there in one colour, what is there in another."""
    old, new = as_map(before), as_map(after)
    if not old and not new:
        rows = [_diff_row("-", "", before)] if not is_empty(before) else []
        return rows + ([_diff_row("+", "", after)] if not is_empty(after) else [])
    lines: list[Row] = []
    for key in [*old, *(key for key in new if key not in old)]:
        lines += _key_difference(str(key), old.get(key), new.get(key))
    return lines


def _key_difference(key: str, old: Any, new: Any) -> list[Row]:
    if old == new:
        return []
    if isinstance(old, list | tuple) or isinstance(new, list | tuple):
        was, now = as_list(old), as_list(new)
        gone = [_diff_row("-", key, value) for value in was if value not in now]
        return gone + [_diff_row("+", key, value) for value in now if value not in was]
    lines = [_diff_row("-", key, old)] if not is_empty(old) else []
    return lines + ([_diff_row("+", key, new)] if not is_empty(new) else [])


def _diff_row(sign: str, key: str, value: Any) -> Row:
    role = Role.GONE if sign == "-" else Role.ADDED
    label = f"{sign} {words(key)}  " if key else f"{sign} "
    return row(say(label, role), say(short(value), role))


def policy_rows(document: Any, index: int | None) -> list[Row]:
    """Return a policy document as JSON: the statement that matters whole, the others in a line each."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return [row(say(document, Role.CODE))]
    statements = as_list(as_map(document).get("Statement"))
    lines: list[Row] = []
    for at, statement in enumerate(statements):
        if index is not None and at != index:
            lines.append(_statement_line(at, as_map(statement)))
            continue
        text = json.dumps(statement, indent=2, ensure_ascii=False, default=str)
        gutter = Piece("▌ " if at == index else "  ", Role.LIT)
        lines += [(gutter, say(line, Role.CODE)) for line in text.split("\n")]
    return lines or [row(say(short(document), Role.CODE))]


def _statement_line(at: int, statement: Mapping[str, Any]) -> Row:
    actions = as_list(statement.get("Action") or statement.get("NotAction"))
    first = short(actions[0]) if actions else "?"
    more = f" and {len(actions) - 1} more" if len(actions) > 1 else ""
    label = f"  {at}  {statement.get('Effect', '?')} {first}{more}"
    return row(say(label, Role.MUTED), say(f"  {statement.get('Sid') or ''}", Role.MUTED))


def heading(title: str, note: str = "") -> Row:
    """Return the heading of a part of a pane."""
    if note:
        return row(say(title, Role.TITLE), say("  "), say(note, Role.MUTED))
    return row(say(title, Role.TITLE))


def field(label: str, *value: Row | str, width: int = 12) -> Row:
    """Return a line with a label, and a value that begins where all values begin."""
    parts: Row = row(say(label.ljust(width), Role.MUTED))
    for part in value:
        parts += row(part) if isinstance(part, str) else part
    return parts
