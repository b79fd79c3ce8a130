"""What the first frame costs, and which sinks this room may use."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import recert.tui

ROOM = Path(recert.tui.__file__).parent
MODULES = sorted(ROOM.rglob("*.py"))
SLOW = (
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "boto3",
    "botocore",
    "pydantic",
    "cryptography",
    "jinja2",
    "click",
)
WIDGETS = {"Input"}
MARKUP = {
    "Static",
    "Label",
    "Button",
    "DataTable",
    "Tree",
    "OptionList",
    "Markdown",
    "RichLog",
    "Select",
}


@pytest.mark.parametrize(
    ("modules", "needed"),
    [("recert.tui.app", set()), ("recert.cli.terminal, recert.tui.app", {"click"})],
)
def test_nothing_slow_is_imported_before_the_first_frame(modules: str, needed: set[str]) -> None:
    slow = [name for name in SLOW if name not in needed]
    code = f"import sys, {modules}; print([m for m in {slow!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def names(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOM)))
def test_only_text_fields_come_from_textual_and_nothing_that_parses_markup(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for module, name in names(tree):
        if module.startswith("textual.widgets"):
            assert name in WIDGETS
        assert not module.startswith(
            ("rich.markup", "rich.text", "textual.markup", "textual.content")
        )
        assert not module.startswith("recert.cli")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {
                "from_markup",
                "notify",
                "border_title",
                "border_subtitle",
                "from_text",
            }
        if isinstance(node, ast.Name):
            assert node.id not in MARKUP


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOM)))
def test_a_piece_is_made_of_foreign_text_by_say_only(path: Path) -> None:
    """`Piece(...)` takes literals and text that was said before; everything else goes through `say`."""
    if path.name == "text.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Piece"
        ):
            assert not any(
                isinstance(part, ast.Attribute) and part.attr in FOREIGN
                for part in ast.walk(node.args[0])
            )


FOREIGN = {
    "title",
    "agent_name",
    "rationale",
    "reason",
    "id",
    "what",
    "remedy",
    "reviewer",
    "name_",
    "detail",
    "summary",
}
