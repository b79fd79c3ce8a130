from pathlib import Path

import pytest

from recert.config import load_settings
from recert.errors import UsageError


def write(folder: Path, text: str) -> Path:
    path = folder / "recert.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'store = "file.db"\n')
    by_file = load_settings(environ={}, directory=tmp_path)
    by_env = load_settings(environ={"RECERT_STORE": "env.db"}, directory=tmp_path)
    by_flag = load_settings(store="flag.db", environ={"RECERT_STORE": "env.db"}, directory=tmp_path)
    assert [s.store.value for s in (by_file, by_env, by_flag)] == ["file.db", "env.db", "flag.db"]
    assert by_flag.store.source == "flag --store"
    assert by_env.store.source == "environment RECERT_STORE"


def test_without_anything_the_default_stands(tmp_path: Path) -> None:
    settings = load_settings(environ={}, directory=tmp_path)
    assert settings.store.source == "default"
    assert settings.user.value is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stroe = 'x'", "Did you mean store"),
        ("store = 3", "must be a string"),
        ("triggers = 'x'", "must be a table"),
        ("= nonsense", "no valid TOML"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path, text)
    with pytest.raises(UsageError, match=says):
        load_settings(environ={}, directory=tmp_path)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no configuration file"):
        load_settings(config=tmp_path / "absent.toml", environ={})
