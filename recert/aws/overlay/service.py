"""What the services of a demo have in common: their refusals, and operations by name."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

Params = Mapping[str, Any]
Output = dict[str, Any]
Recorded = Callable[[str, Params], Output | None]
"""Returns what the recording answers to an operation; None where it holds no answer."""
Operations = Mapping[str, Callable[[Any, Params], Output]]
"""Methods of a service by the names of the operations that they answer."""


class ServiceRefusal(Exception):  # noqa: N818 - an answer of AWS, not a fault
    """A service says no: `code`, `message` and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(message)


def missing(what: str) -> ServiceRefusal:
    """Return the refusal of most services where a thing does not exist."""
    return ServiceRefusal("ResourceNotFoundException", f"{what} cannot be found.", 404)


class Service:
    """One service in one account and region; changed by `call`, never by anything else."""

    WRITES: ClassVar[Operations] = {}
    READS: ClassVar[Operations] = {}

    def __init__(self, recorded: Recorded, now: datetime) -> None:
        self._recorded = recorded
        self._now = now

    @classmethod
    def knows(cls, operation: str) -> bool:
        """Tell whether an operation is answered here."""
        return operation in cls.WRITES or operation in cls.READS

    def call(self, operation: str, params: Params) -> Output:
        """Answer one operation; raises ServiceRefusal, KeyError for an operation not known here."""
        return {**self.READS, **self.WRITES}[operation](self, params)
