"""Click classes: groups that import a command when it is called, commands that know `--json`."""

import importlib
from collections.abc import Callable
from typing import Any

import click

from recert.cli.registry import COMMANDS

_WHOLE = 500
"""More letters than a sentence of help has: click cuts at 45 unless it is told."""


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value not in (None, False, 0):
            ctx.find_root().ensure_object(dict)[name] = value

    return callback


def global_options() -> list[click.Option]:
    """Return the options that every command takes, before its name or after it."""
    return [
        click.Option(
            ["--store"],
            metavar="URL-OR-PATH",
            expose_value=False,
            callback=_keep("store"),
            help="The store to work on (else RECERT_STORE, recert.toml, the default).",
        ),
        click.Option(
            ["--config"],
            type=click.Path(dir_okay=False),
            metavar="FILE",
            expose_value=False,
            callback=_keep("config"),
            help="The configuration file (else RECERT_CONFIG, recert.toml here or at home).",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_keep("json"),
            help="Print one JSON document on stdout.",
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            expose_value=False,
            callback=_keep("quiet"),
            help="Say nothing but results and errors.",
        ),
        click.Option(
            ["-v", "--verbose"],
            count=True,
            expose_value=False,
            callback=_keep("verbose"),
            help="Say more; twice shows the traceback of an error.",
        ),
    ]


class RecertCommand(click.Command):
    """A command that takes the global options after its name, too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = {option for param in self.params for option in param.opts}
        self.params.extend(
            option for option in global_options() if not taken.intersection(option.opts)
        )


class RecertGroup(click.Group):
    """A group of commands with global options; its commands are `RecertCommand`s."""

    command_class = RecertCommand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(global_options())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the whole first sentence of their help."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, command.get_short_help_str(limit=_WHOLE))
                    for name, command in found
                    if command is not None and not command.hidden
                ]
            )


class LazyGroup(RecertGroup):
    """The root: its commands stand in the registry and are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click hands it over
        """Return the names of all commands, in the order of the registry."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import one command; None where there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands with their line from the registry, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown name is refused with the nearest known one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise _with_hint(error, args[0]) from None


def _with_hint(error: click.UsageError, name: str) -> click.UsageError:
    import difflib  # noqa: PLC0415 - only a mistyped name needs it

    near = difflib.get_close_matches(name, list(COMMANDS), n=1)
    if near and "Did you mean" not in error.message:
        return click.UsageError(f"{error.message} Did you mean {near[0]}?", error.ctx)
    return error
