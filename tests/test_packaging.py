"""The wheel holds what recert runs on and nothing else; the source archive holds what its tests need."""

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

VERSION = "0.1.0"
TOP = {
    "recert", "data", "tests", "screenshots", ".ci", ".gitignore", "pyproject.toml",
    "README.md", "LICENSE", "NOTICE", "CHANGELOG.md",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the source archive, and the wheel that is built from it alone."""
    folder = tmp_path_factory.mktemp("built")
    _hatch(checkout, "sdist", folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder / "source", filter="data")
    _hatch(folder / "source" / f"recert-{VERSION}", "wheel", folder)
    return folder


def _hatch(project: Path, target: str, folder: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)


def files(root: Path, *names: str) -> set[str]:
    """Return the paths of what lies below some folders of a project, without what a run leaves behind."""
    found = (one for name in names for one in (root / name).rglob("*") if one.is_file())
    left = {"__pycache__", ".mypy_cache", ".hypothesis"}
    return {str(one.relative_to(root)) for one in found if not left & set(one.parts)}


def test_the_wheel_holds_the_package_the_demo_and_the_licences_and_nothing_else(
    built: Path, checkout: Path
) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
        told = message_from_bytes(wheel.read(f"recert-{VERSION}.dist-info/METADATA"))
    about = {f"recert-{VERSION}.dist-info/{name}" for name in (
        "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE",
    )}  # fmt: skip
    demo = {f"recert/demo/recordings/{Path(one).name}" for one in files(checkout, "data/demo")}
    assert held == files(checkout, "recert") | demo | about
    assert "recert/py.typed" in held
    assert told["Description-Content-Type"] == "text/markdown"
    assert told["License-Expression"] == "Apache-2.0"
    assert told["Requires-Python"] == ">=3.11"
    assert "Typing :: Typed" in told.get_all("Classifier", [])
    page = told.get_payload(decode=True)
    assert page == (checkout / "README.md").read_bytes()


def test_the_source_archive_holds_what_its_tests_need(built: Path, checkout: Path) -> None:
    source = built / "source" / f"recert-{VERSION}"
    assert {one.name for one in source.iterdir()} == TOP | {"PKG-INFO"}
    for name in ("tests", "data", "screenshots", ".ci"):
        assert files(source, name) == files(checkout, name), name
    assert os.access(source / ".ci" / "run", os.X_OK)


@pytest.mark.campaign
@pytest.mark.parametrize("pattern", ["*.whl", "*.tar.gz"])
def test_it_runs_from_an_empty_environment(built: Path, tmp_path: Path, pattern: str) -> None:
    """Needs a package index, as pip is set up to find one."""
    venv.create(tmp_path / "env", with_pip=True)
    place = tmp_path / "elsewhere"
    place.mkdir()
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(program: str, *args: str, code: int = 0) -> str:
        command = [str(tmp_path / "env" / "bin" / program), *args]
        done = subprocess.run(
            command, cwd=place, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return done.stdout

    run("python", "-m", "pip", "install", "--quiet", str(next(built.glob(pattern))))
    assert re.search(r"^  demo ", run("recert", "--help"), re.MULTILINE)
    made = json.loads(run("recert", "demo", "--no-tui", "--json"))
    assert made["synthetic"] is True
    campaigns: Any = json.loads(run("recert", "--store", made["store"], "campaigns", "--json"))
    assert {one["id"] for one in campaigns["campaigns"]} >= set(made["campaigns"])
    run("recert", "--store", made["store"], "verify", made["store"], code=3)
    run("recert", "--store", made["store"], "export", made["campaigns"][0], "--to", "p.zip", code=3)
    assert json.loads(run("recert", "verify", "p.zip", "--json", code=3))["ok"] is True
    where = run("python", "-c", "import recert; print(recert.__file__)")
    assert where.startswith(str(tmp_path / "env"))
