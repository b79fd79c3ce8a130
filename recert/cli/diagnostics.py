"""Exit codes, and how an error becomes a sentence on stderr."""

import errno
import sys
import traceback
from enum import IntEnum

import click

from recert.errors import RecertError
from recert.text import visible


class ExitCode(IntEnum):
    """What the exit of every command means."""

    DONE = 0
    NO = 1
    USAGE = 2
    INCOMPLETE = 3
    AWS = 4
    STORE = 5
    INTERRUPTED = 130


_SHOW_TRACEBACK = 2
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO}


def report(error: BaseException, *, verbose: int = 0) -> int:
    """Write what went wrong to stderr and return the exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(ExitCode.NO)
    if verbose >= _SHOW_TRACEBACK:
        traceback.print_exception(error, file=sys.stderr)
    code, sentence = _describe(error)
    if sentence:
        _say(sentence)
    return int(code)


def _describe(error: BaseException) -> tuple[int, str]:  # noqa: PLR0911 - one line for each kind of error
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return ExitCode.INTERRUPTED, "Interrupted."
    if isinstance(error, click.UsageError):
        return ExitCode.USAGE, _usage(error)
    if isinstance(error, click.ClickException):
        return ExitCode.USAGE, error.format_message()
    if isinstance(error, RecertError):
        return error.exit_code, str(error)
    if isinstance(error, OSError) and error.strerror:
        return _of_system(error)
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("recert"):
        package = str(error.name).partition(".")[0]
        return ExitCode.NO, (
            f"The Python package {package}, which recert needs, is not in {sys.prefix}. "
            "Install recert there again."
        )
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return ExitCode.NO, (
        f"Something that recert does not expect went wrong: {what}. Run it again with -vv, and "
        "report what it prints."
    )


def _of_system(error: OSError) -> tuple[int, str]:
    if isinstance(error, BrokenPipeError):
        return ExitCode.DONE, ""
    if error.filename:
        code = ExitCode.STORE if error.errno in _FULL else ExitCode.USAGE
        return code, f"{error.filename}: {error.strerror}."
    if error.errno in _FULL:
        why = str(error.strerror).lower()
        return ExitCode.STORE, f"It could not be written: {why}. Make room, then run it again."
    return ExitCode.USAGE, f"{error.strerror}."


def _usage(error: click.UsageError) -> str:
    sentence = error.format_message()
    if error.ctx is None:
        return sentence
    return f"{sentence} Try `{error.ctx.command_path} --help`."


def _say(sentence: str) -> None:
    text = visible(sentence, lines=True)
    encoding = sys.stderr.encoding or "utf-8"
    shown = f"recert: {text}\n".encode(encoding, "backslashreplace").decode(encoding)
    try:
        sys.stderr.write(shown)
        sys.stderr.flush()
    except OSError:
        return
