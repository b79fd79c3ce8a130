"""What a verification answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked; where it failed, `detail` names the file or entry."""

    name: str
    ok: bool
    detail: str

    def as_json(self) -> dict[str, Any]:
        """Return the check as `verify --json` prints it."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The answer of `verify`; `source` is None where not even that could be read.

    `unverified` are files that could not be derived again here, because another version wrote them.
    `exit_code` is 0 for whole, unedited and by pinned signers, 3 where no signers were pinned or a
    file was not verified, 1 for anything else.
    """

    signers_pinned: bool
    source: str | None
    synthetic: bool
    checks: Sequence[Check]
    proves: Sequence[str] = ()
    cannot: Sequence[str] = ()
    unverified: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Tell whether every check held."""
        return all(check.ok for check in self.checks)

    @property
    def exit_code(self) -> int:
        """Return what the command line answers with."""
        if not self.ok:
            return 1
        return 0 if self.signers_pinned and not self.unverified else 3

    def as_json(self) -> dict[str, Any]:
        """Return the report as `verify --json` prints it."""
        return {
            "ok": self.ok,
            "signers_pinned": self.signers_pinned,
            "source": self.source,
            "synthetic": self.synthetic,
            "checks": [check.as_json() for check in self.checks],
            "proves": list(self.proves),
            "cannot_prove": list(self.cannot),
            "unverified": list(self.unverified),
        }
