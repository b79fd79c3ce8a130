"""Write the tables of the README that the code already knows: commands, keys and exit codes.

    python data/build_readme.py [--check]

Each table stands between `<!-- name -->` and `<!-- end of name -->`; the rest of the page is left as it is.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from recert.cli.main import EXIT_CODES, cli
from recert.cli.registry import COMMANDS
from recert.tui.keymap import EVERYWHERE, MODES, MOVE, SCREENS, TITLES
from recert.tui.keys import Key, help_lines

README = Path(__file__).resolve().parent.parent / "README.md"


def _table(*rows: tuple[str, str]) -> str:
    return "\n".join(f"| {first} | {second} |" for first, second in rows)


def _first_sentence(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n", 1)[0].split())


def _commands() -> Iterator[tuple[str, str]]:
    ctx = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(ctx, name)
        if command is None:
            raise LookupError(name)
        inner = command.commands if isinstance(command, click.Group) else {}
        if not inner or (isinstance(command, click.Group) and command.invoke_without_command):
            yield f"`{name}`", _first_sentence(command)
        for sub in sorted(inner):
            yield f"`{name} {sub}`", _first_sentence(inner[sub])


def commands() -> str:
    """Return every command and subcommand with the first sentence of its help."""
    return _table(("command", "does"), ("---", "---"), *_commands())


def _shown(keys: str) -> str:
    return " ".join(f"`{key}`" for key in keys.replace(",", "").split())


def _sections() -> Iterator[tuple[str, Iterable[Key]]]:
    yield "everywhere", (*EVERYWHERE, *MODES, *MOVE)
    for screen, keys in SCREENS.items():
        yield TITLES[screen], keys


def keys() -> str:
    """Return every key, screen by screen, as the help of the terminal UI lists them."""
    tables = []
    for title, section in _sections():
        rows = [
            (_shown(shown), f"{label}. {more}".removesuffix(". "))
            for shown, label, more in help_lines(section, {})
        ]
        tables.append(_table((title, "does"), ("---", "---"), *rows))
    return "\n\n".join(tables)


def exit_codes() -> str:
    """Return the exit codes as `recert --help` explains them."""
    rows = ((str(code), meaning) for code, meaning in EXIT_CODES.items())
    return _table(("code", "meaning"), ("---", "---"), *rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "keys": keys,
    "exit codes": exit_codes,
}


def built(text: str) -> str:
    """Return the page with its tables as the code has them now; raises LookupError for a lost mark."""
    for name, make in SECTIONS.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        found = re.search(re.escape(begin) + ".*?" + re.escape(end), text, flags=re.DOTALL)
        if found is None:
            raise LookupError(f"The marks of {name!r} are not in the README.")
        text = text[: found.start()] + begin + make() + end + text[found.end() :]
    return text


def main() -> int:
    """Write the page, or say whether it is as it should be; 1 where it is not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 on a difference"
    )
    check = parser.parse_args().check
    text = README.read_text(encoding="utf-8")
    made = built(text)
    if check:
        return int(made != text)
    README.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
