"""What workers tell the screens that asked them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from recert.errors import RecertError
from recert.tui.jobs import Job
from recert.tui.ports import Services


@dataclass
class Answered(Message, bubble=False):
    """A worker has an answer: `topic` says to which question, `about` what it was asked about."""

    topic: str
    about: object
    value: Any


@dataclass
class Progressed(Message, bubble=False):
    """Long work has come further."""

    job: Job


@dataclass
class TerminalWanted(Message, bubble=False):
    """A question can be answered only on the terminal itself, by `question`; `error` said so."""

    topic: str
    about: object
    question: Callable[[Services], Any]
    error: RecertError


@dataclass
class Failed(Message, bubble=False):
    """A worker was told no, or something broke that has a remedy."""

    topic: str
    about: object
    error: RecertError
