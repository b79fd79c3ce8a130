"""Lends the terminal to a program that has to ask on it, and takes it back whatever came of it."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

from textual.app import App

T = TypeVar("T")

WORDS = (
    "ssh-keygen signs with your key: enter its passphrase, or touch the security key, when asked.\n"
    "ctrl+c cancels; then nothing is signed."
)


def on_the_terminal(app: App[Any], work: Callable[[], T]) -> T:
    """Put the screen away, do the work in this thread, bring the screen back and return the answer.

    Raises what the work raises, once the screen is back, and textual's SuspendNotSupported where
    there is no terminal to lend.
    """
    done: list[T] = []
    problem: Exception | None = None
    with app.suspend():
        before = signal.signal(signal.SIGINT, _left_to_the_other)
        try:
            print(f"\n{WORDS}\n", flush=True)  # noqa: T201 - the terminal is the user's, not the screen's
            done.append(work())
        except Exception as error:  # noqa: BLE001 - raised below: a screen that never came back would hide it
            problem = error
        finally:
            signal.signal(signal.SIGINT, before)
    if problem is not None:
        raise problem
    return done[0]


def _left_to_the_other(_signal: int, _frame: FrameType | None) -> None:
    """Let ctrl+c end the program that asks; it reaches both, and is not meant for this one."""
