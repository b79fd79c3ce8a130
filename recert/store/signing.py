"""What a sign-off needs of whoever holds the key, without knowing how keys work.

A human may need a minute at a token, so nothing is locked meanwhile: the statement is made over
the ledger as it stands, signed, and appended later, if what it was made over is still there.
"""

from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from recert.errors import RefusedError
from recert.store.tables import LedgerRow

SIGNOFF = "signoff.v1@recert"
ENROLMENT = "enrolment.v1@recert"
CERTIFICATE = "certificate.v1@recert"
WHOAMI = "whoami.v1@recert"
CLOSE = "close.v1@recert"
CHECKPOINT = "checkpoint.v1@recert"
"""Namespaces: a signature made for one purpose never counts for another."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it is kept: `kind` is `ssh` or `ssh-touch`, `key` the fingerprint."""

    kind: str
    key: str
    armor: str


class StatementSigner(Protocol):
    """Signs texts with a key that recert never opens."""

    @property
    def key(self) -> str:
        """Return the fingerprint of the key, `SHA256:…`."""
        ...

    def sign(self, statement: str, namespace: str) -> Signature:
        """Return a signature that was verified; may ask the human for a passphrase or a touch."""
        ...


def require_prefix(session: Session, size: int, head: str) -> None:
    """Refuse a statement over a ledger that is no longer how this one begins; raises RefusedError."""
    row = session.get(LedgerRow, size)
    if row is None or row.hash != head:
        raise RefusedError(
            "The ledger is not the one that was signed.",
            "Sign again.",
            rule="signed_over_another_ledger",
        )
