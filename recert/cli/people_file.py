"""Persons in a file: CSV with a header, or a JSON list."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recert.campaigns.people import Person
from recert.errors import UsageError

_LISTS = ("roles", "aliases", "sts", "teams")
_SINGLE = ("email", "backup", "manager")
_COLUMNS = ("id", "name", *_LISTS, *_SINGLE, "active")
_SHAPE = f"Columns are {', '.join(_COLUMNS)}; several values have ; between them."
_NO = frozenset({"no", "false", "0", "left"})


def read_people(path: Path) -> list[Person]:
    """Read every person of a file; raises UsageError naming the row that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no UTF-8 text.", "Save it as UTF-8.") from error
    rows = _from_json(path, text) if path.suffix == ".json" else _from_csv(path, text)
    if not rows:
        raise UsageError(f"{path} names nobody.", _SHAPE)
    return [_person(path, number, row) for number, row in enumerate(rows, 1)]


def _from_csv(path: Path, text: str) -> list[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    unknown = sorted(set(reader.fieldnames or ()) - set(_COLUMNS))
    if "id" not in (reader.fieldnames or ()) or unknown:
        what = f"has a column {unknown[0]!r}" if unknown else "has no column id"
        raise UsageError(f"{path} {what}.", _SHAPE)
    try:
        return [dict(row) for row in reader]
    except csv.Error as error:
        raise UsageError(f"{path} is no CSV: {error}.", _SHAPE) from error


def _from_json(path: Path, text: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {error}.", "Mend the file.") from error
    rows = found.get("people") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{path} holds no list of persons.", _SHAPE)
    return rows


def _person(path: Path, number: int, row: Mapping[str, Any]) -> Person:
    unknown = sorted(str(name) for name in set(row) - set(_COLUMNS))
    person = str(row.get("id") or "").strip()
    if unknown or not person:
        what = f"has a field {unknown[0]!r}" if unknown else "has no id"
        raise UsageError(f"{path}: person {number} {what}.", _SHAPE)
    roles, aliases, sts, teams = (_texts(row.get(name)) for name in _LISTS)
    email, backup, manager = (str(row.get(name) or "").strip() or None for name in _SINGLE)
    active = str(row.get("active", "")).strip().casefold() not in _NO
    name = str(row.get("name") or "").strip() or person
    return Person(
        id=person,
        name=name,
        roles=roles or ("reviewer",),
        aliases=aliases,
        sts=sts,
        active=active,
        email=email,
        backup=backup,
        manager=manager,
        teams=teams,
    )


def _texts(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value or "").split(";")
    return tuple(text for part in parts if (text := str(part).strip()))
