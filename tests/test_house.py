"""The import table of the house, read from the source, line by line."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "recert"

LEAVES = frozenset({"clock", "config", "errors", "paths", "progress", "text"})

MAY_IMPORT = {
    "iam": set(),
    "estate": {"iam"},
    "analysis": {"estate", "iam"},
    "lifecycle": {"estate", "analysis", "iam"},
    "aws": {"estate", "iam"},
    "store": {"estate"},
    "campaigns": {"store", "lifecycle", "analysis"},
    "remediation": {"campaigns", "aws", "iam"},
    "evidence": {"store", "campaigns"},
    "demo": {"aws"},
    "cli": {
        "iam", "estate", "analysis", "lifecycle", "aws", "store", "campaigns", "remediation",
        "evidence", "demo", "tui",
    },
    "tui": {
        "iam", "estate", "analysis", "lifecycle", "aws", "store", "campaigns", "remediation",
        "evidence",
    },
}  # fmt: skip

ONLY_IN = {
    "boto3": "aws",
    "botocore": "aws",
    "textual": "tui",
    "click": "cli",
}


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Yield every imported module with its line, and whether the import stands at module level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            yield str(node.module), node.lineno, id(node) in top
            if node.module == "recert":
                for alias in node.names:
                    yield f"recert.{alias.name}", node.lineno, id(node) in top


def room_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else ""


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    offences = []
    for path in (PACKAGE / room).rglob("*.py"):
        for module, line, _ in imports(path):
            parts = module.split(".")
            if parts[0] != "recert" or len(parts) < 2 or parts[1] == room:
                continue
            target = parts[1]
            if target in LEAVES and room != "iam":
                continue
            if target == "__version__":
                continue
            if target not in MAY_IMPORT[room]:
                offences.append(f"{path.relative_to(PACKAGE)}:{line} imports {module}")
    assert offences == []


def test_every_room_stands_in_the_table() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert rooms <= set(MAY_IMPORT)


def test_aws_terminal_and_command_line_libraries_stay_in_their_rooms() -> None:
    offences = [
        f"{path.relative_to(PACKAGE)}:{line} imports {module}"
        for path in PACKAGE.rglob("*.py")
        for module, line, _ in imports(path)
        if (home := ONLY_IN.get(module.split(".")[0])) and room_of(path) != home
    ]
    assert offences == []


def test_the_command_line_starts_the_terminal_ui_by_a_late_import_in_one_place() -> None:
    links = [
        (path, top)
        for path in (PACKAGE / "cli").rglob("*.py")
        for module, _, top in imports(path)
        if module.startswith("recert.tui")
    ]
    assert {path for path, _ in links} == {links[0][0]} if links else True
    assert not any(top for _, top in links)


def test_help_imports_neither_aws_nor_tables_nor_the_terminal_ui() -> None:
    code = (
        "import sys\n"
        "from recert.cli.main import cli\n"
        "try:\n    cli(['--help'])\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'boto3', 'botocore', 'sqlmodel', 'sqlalchemy', 'pydantic', 'textual', 'alembic'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
