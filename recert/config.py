"""Settings, and where each of them comes from.

A flag wins over the environment, the environment over the project's `recert.toml`, that one over
the user's, and all over the default. An unknown key is refused with the nearest known name.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recert.errors import UsageError
from recert.paths import config_dir, default_store

FILE_NAME = "recert.toml"
TABLES = ("triggers", "campaigns", "owners", "aws", "tui", "people", "evidence", "reminders")
"""Tables of `recert.toml`; the room that each belongs to validates what is inside."""
SCALARS = {"store": str, "user": str}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and its place: `flag --store`, `environment RECERT_STORE`, a path, or `default`."""

    name: str
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of this run; `tables` holds the raw tables of the file that was read."""

    store: Setting
    user: Setting
    tables: Mapping[str, Any]
    file: Path | None

    def table(self, name: str) -> Mapping[str, Any]:
        """Return one raw table, empty where the file has none."""
        found = self.tables.get(name, {})
        return found if isinstance(found, Mapping) else {}


def load_settings(
    *,
    store: str | None = None,
    config: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    directory: Path | None = None,
) -> Settings:
    """Read the settings; raises UsageError where the file is missing, broken or has an unknown key."""
    path = _find(config, environ, directory or Path.cwd())
    content = _read(path) if path else {}
    chosen_store = _first(
        "store",
        ("flag --store", store),
        ("environment RECERT_STORE", environ.get("RECERT_STORE")),
        (str(path), content.get("store")),
        ("default", default_store()),
    )
    user = _first(
        "user",
        ("environment RECERT_USER", environ.get("RECERT_USER")),
        (str(path), content.get("user")),
        ("default", None),
    )
    tables = {name: value for name, value in content.items() if name in TABLES}
    return Settings(store=chosen_store, user=user, tables=tables, file=path)


def _first(name: str, *candidates: tuple[str, Any]) -> Setting:
    for source, value in candidates:
        if value:
            return Setting(name, value, source)
    return Setting(name, candidates[-1][1], candidates[-1][0])


def _find(config: Path | None, environ: Mapping[str, str], directory: Path) -> Path | None:
    named = config or (Path(environ["RECERT_CONFIG"]) if environ.get("RECERT_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise UsageError(f"There is no configuration file at {named}.", "Name one that exists.")
        return named
    for candidate in (directory / FILE_NAME, config_dir() / FILE_NAME):
        if candidate.is_file():
            return candidate
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", "Check the file.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no valid TOML: {error}.", "Mend the line.") from error
    for key, value in content.items():
        if key in SCALARS:
            if not isinstance(value, SCALARS[key]):
                raise UsageError(f"{path}: {key} must be a string.", "Put it in quotes.")
        elif key not in TABLES:
            near = difflib.get_close_matches(key, [*SCALARS, *TABLES], n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(TABLES)}."
            raise UsageError(f"{path}: there is no setting {key!r}.", hint)
        elif not isinstance(value, dict):
            raise UsageError(f"{path}: {key} must be a table.", f"Write it as [{key}].")
    return content
