"""Settings that are evidence themselves: each change is an entry of the ledger, the last one holds.

They live here and not in a configuration file because an auditor has to see who set them, when and
why; `signatures` also decides what a sign-off needs.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from recert.errors import RefusedError, UsageError
from recert.estate.canonical import canonical, parse_strict
from recert.store.entry_types import EntryType
from recert.store.handed import handed
from recert.store.tables import Meta
from recert.store.transaction import Transaction

SIGNATURES = "signatures"
LEVELS = ("none", "ssh", "ssh-touch")
"""What a sign-off or a close may be asked for, the weakest first.

`ssh-touch` is a hardware key that somebody touched.
"""
KNOWN: dict[str, str] = {
    SIGNATURES: f"What a sign-off and a close need: {', '.join(LEVELS)}.",
    "control.id": "The control that the review serves, as your framework names it.",
    "control.statement": "What the control says.",
    "control.owner": "Who answers for the control.",
    "control.policy": "The policy with its version.",
    "control.frequency": "How often the review is due.",
    "control.frequency_basis": "What that rests on, as a targeted risk analysis with its date.",
    "control.retention": "How long evidence is kept, and by which policy.",
}
"""Every setting of the ledger with what it says."""
PREFIX = "setting."
_LONGEST = 2000


def put(tx: Transaction, name: str, value: str, reason: str) -> None:
    """Set a setting in a running transaction; raises UsageError for what cannot be set.

    The same value again changes nothing.
    """
    if name not in KNOWN:
        raise UsageError(f"The ledger keeps no setting {name!r}.", f"It keeps {', '.join(KNOWN)}.")
    text, why = value.strip(), reason.strip()
    if name == SIGNATURES and text not in LEVELS:
        raise UsageError(f"{value!r} is no kind of signature.", f"Say {', '.join(LEVELS)}.")
    if not text or not why or max(len(text), len(why)) > _LONGEST:
        raise UsageError(
            "A setting needs a value and a reason.", f"Each of at most {_LONGEST:,} characters."
        )
    row = tx.session.get(Meta, PREFIX + name)
    before = _value(row)
    if before == text:
        return
    tx.append(
        EntryType.SETTING_CHANGED, {"name": name, "before": before, "value": text, "reason": why}
    )
    if row is None:
        row = Meta(key=PREFIX + name, value="")
    row.value = canonical(text).decode("ascii")
    tx.session.add(row)
    tx.session.flush()


def every(session: Session) -> dict[str, Any]:
    """Return the settings that were set, by name."""
    rows = session.exec(select(Meta))
    return {row.key.removeprefix(PREFIX): _value(row) for row in rows if row.key.startswith(PREFIX)}


def _value(row: Meta | None) -> Any:
    return parse_strict(row.value) if row is not None else None


def demanded(settings: Mapping[str, Any], *, kind: str | None, synthetic: bool) -> str:
    """Return what a sign-off needs: as the setting says, else a key's signature on a real estate."""
    stated = settings.get(SIGNATURES)
    if stated in LEVELS:
        return str(stated)
    return "ssh" if kind == "live" and not synthetic else "none"


def demanded_in(session: Session) -> str:
    """Return what a sign-off in this store needs; in a handed file that is what its origin asked for."""
    part = handed(session)
    if part is not None:
        return part.signature
    found = {row.key: row.value for row in session.exec(select(Meta))}
    return demanded(
        every(session), kind=found.get("kind"), synthetic=found.get("synthetic") == "true"
    )


def suffices(signature: str, wanted: str) -> bool:
    """Tell whether a signature of one kind is as much as was asked for."""
    return signature in LEVELS and LEVELS.index(signature) >= LEVELS.index(wanted)


def require_signature(session: Session, signature: str) -> None:
    """Refuse a signature that is less than this store demands; raises RefusedError."""
    wanted = demanded_in(session)
    if suffices(signature, wanted):
        return
    if wanted == "ssh-touch" and signature == "ssh":
        raise RefusedError(
            "This store asks for a hardware key that was touched; this signature is by another.",
            "Sign with your sk- key.",
            rule="signature_demanded",
        )
    raise RefusedError(
        "This store asks for a signature with an SSH key.",
        "Enrol yours with `recert people enrol` and name it with --key or as `key` in [evidence], "
        "or let your agent hold it.",
        rule="signature_demanded",
    )
