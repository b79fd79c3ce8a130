"""Every error that recert raises on purpose.

    RecertError                  what happened, what to do; exit 1
    ├── PolicyError              a policy document that IAM would not accept; exit 2
    ├── CatalogueError           the packaged action catalogue is unusable
    ├── UsageError               the caller asked for something that cannot be; exit 2
    │   └── AmbiguousNameError   a name that fits several things; lists them
    ├── RefusedError             a rule says no; exit 1
    ├── StoppedError             long work was ended by whoever watched it; exit 130
    ├── TerminalNeededError      a key needs a passphrase or a touch, and nobody could be asked
    ├── AwsError                 AWS or credentials; exit 4
    │   └── RecordingError       a recording that cannot be replayed; names the line; exit 2
    └── StoreError               the store cannot be used; exit 5
        └── LedgerError          the ledger does not hold together

Raised where the cause is known, caught at the edges only (`recert.cli.main`, the workers of the UI).
"""

from collections.abc import Iterable

from recert.iam.errors import CatalogueError, PolicyError, RecertError


class UsageError(RecertError):
    """The caller asked for something that cannot be."""

    exit_code = 2


class AmbiguousNameError(UsageError):
    """A name that fits several things; `candidates` lists them, sorted."""

    def __init__(self, name: str, candidates: Iterable[str]) -> None:
        self.candidates = sorted(candidates)
        super().__init__(
            f"{name!r} fits {len(self.candidates)} things: {', '.join(self.candidates)}.",
            "Use one of these in full.",
        )


class RefusedError(RecertError):
    """A rule says no; `rule` is its stable short name."""

    def __init__(self, what: str, remedy: str = "", *, rule: str) -> None:
        self.rule = rule
        super().__init__(what, remedy)


class StoppedError(RecertError):
    """Long work was ended by whoever watched it; what it had begun is undone."""

    exit_code = 130


class TerminalNeededError(RecertError):
    """A key needs a passphrase or a touch, and there was no terminal to ask on; nothing was signed."""


class AwsError(RecertError):
    """AWS could not be reached or did not accept the caller."""

    exit_code = 4


class RecordingError(AwsError):
    """A recording that cannot be replayed; `line` is counted from 1, 0 where no line is to blame."""

    exit_code = 2

    def __init__(self, what: str, remedy: str = "", *, line: int = 0) -> None:
        self.line = line
        super().__init__(f"line {line}: {what}" if line else what, remedy)


class StoreError(RecertError):
    """The store cannot be opened, read or written."""

    exit_code = 5


class LedgerError(StoreError):
    """The ledger does not hold together; `seq` names the first entry that does not, 0 where unknown."""

    def __init__(self, what: str, remedy: str = "", *, seq: int = 0) -> None:
        self.seq = seq
        super().__init__(what, remedy)


__all__ = [
    "AmbiguousNameError",
    "AwsError",
    "CatalogueError",
    "LedgerError",
    "PolicyError",
    "RecertError",
    "RecordingError",
    "RefusedError",
    "StoppedError",
    "StoreError",
    "TerminalNeededError",
    "UsageError",
]
