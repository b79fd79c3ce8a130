"""What stands in the README is held against the code; its walks are walked in `walks/test_readme.py`."""

import importlib.util
import re
import shlex
import subprocess
from pathlib import Path
from types import ModuleType

import click
import pytest

from recert.cli.main import EXIT_CODES, cli
from recert.errors import RecertError


@pytest.fixture(scope="module")
def page(checkout: Path) -> str:
    return (checkout / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def builder(checkout: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "build_readme", checkout / "data" / "build_readme.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(page: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


def test_the_readme_opens_with_two_commands_of_one_line_each(page: str) -> None:
    first, second = blocks(page)[:2]
    assert first.count("\n") == second.count("\n") == 1
    assert first.rstrip().endswith("recert demo")
    assert "pip install" in first
    assert "pytest" in second
    assert "pip install" in second


def test_the_pipeline_runs_the_second_command_as_it_stands(checkout: Path, page: str) -> None:
    script = (checkout / ".ci" / "run").read_text(encoding="utf-8")
    program = re.search(r"awk '(.*?)' README\.md", script)
    assert program is not None
    done = subprocess.run(
        ["awk", program[1], "README.md"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert done.stdout == blocks(page)[1]


def test_its_tables_of_commands_keys_and_exit_codes_are_those_of_the_code(
    builder: ModuleType, page: str
) -> None:
    assert builder.built(page) == page, "run data/build_readme.py"


def test_a_page_that_lost_the_mark_of_a_table_is_refused(builder: ModuleType, page: str) -> None:
    with pytest.raises(LookupError, match="keys"):
        builder.built(page.replace("<!-- end of keys -->", ""))


def test_every_exit_code_of_an_error_is_one_that_the_help_explains() -> None:
    def below(kind: type[RecertError]) -> set[int]:
        return {kind.exit_code}.union(*(below(sub) for sub in kind.__subclasses__()))

    assert below(RecertError) <= set(EXIT_CODES)


def named(page: str) -> list[str]:
    """Return every line that calls recert: in the blocks, and in the text as code."""
    fenced = re.findall(r"^```\w+\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in fenced for line in block.splitlines()]
    prose = re.sub(r"^```\w+\n.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    lines += [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    calls = (re.search(r"(?:^|[\s/])recert( [a-z-].*)?$", line) for line in lines)
    return [found[1].strip() for found in calls if found and found[1]]


def test_every_command_and_option_that_it_names_exists(page: str) -> None:
    calls = named(page)
    assert len(calls) > 40
    for call in calls:
        words = shlex.split(call, comments=True)
        command: click.Command = cli
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            ctx = click.Context(command)
            found = command.get_command(ctx, words.pop(0))
            assert found is not None, f"there is no `recert {call}`"
            command = found
        known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        known |= {"--help"}
        asked = {word.split("=")[0] for word in words if word.startswith("--")}
        assert asked <= known, f"`recert {call}` has no {asked - known}"


def test_it_names_every_variable_of_the_environment_and_no_other(checkout: Path, page: str) -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in (checkout / "recert").rglob("*.py")
    )
    assert set(re.findall(r"RECERT_[A-Z_]+", page)) == set(
        re.findall(r"\"(RECERT_[A-Z_]+)\"", source)
    )


def test_every_picture_and_page_that_it_points_to_is_there(checkout: Path, page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page)
    inside = [link for link in links if not link.startswith("https:")]
    assert inside
    assert [link for link in inside if not (checkout / link).exists()] == []


def test_nothing_else_stands_at_the_top_level(checkout: Path) -> None:
    if not (checkout / ".git").exists():
        pytest.skip("a source archive has no history; tests/test_packaging.py holds what it has")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=checkout, capture_output=True, text=True, check=True
    )
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    allowed = {
        "pyproject.toml", "recert", "tests", "data", "screenshots",
        "README.md", "LICENSE", "NOTICE", "CHANGELOG.md",
    }  # fmt: skip
    assert {name for name in top if not name.startswith(".")} <= allowed
