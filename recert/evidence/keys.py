"""Keys of persons: enrolled and revoked through the ledger, and listed for who verifies."""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from recert.clock import to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.evidence import sshsig
from recert.evidence.ssh_keygen import SshSigner, in_agent, require_openssh
from recert.evidence.sshsig import SignatureError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.signing import ENROLMENT, StatementSigner
from recert.store.store import Store
from recert.store.tables import KeyRow, PersonRow


def of_person(store: Store, person: str) -> tuple[str, ...]:
    """Return the public keys of a person that are enrolled and not revoked, the first first."""
    with store.read() as session:
        rows = session.exec(
            select(KeyRow)
            .where(col(KeyRow.person) == person, col(KeyRow.revoked_at).is_(None))
            .order_by(col(KeyRow.enrolled_at), col(KeyRow.id))
        ).all()
    return tuple(sshsig.key_text(sshsig.parse_key(row.public)) for row in rows)


def find_signer(
    store: Store, person: str, environ: Mapping[str, str], *, asks: bool = True
) -> SshSigner | None:
    """Return a signer with a key of the person's that their agent holds, None where it holds none."""
    if not environ.get("SSH_AUTH_SOCK"):
        return None
    enrolled = of_person(store, person)
    held = set(in_agent(environ)) if enrolled else set()
    for public in enrolled:
        if public in held:
            require_openssh(environ)
            return SshSigner(None, public, environ, asks)
    return None


def enrolment(store: Store, person: str, public: str, at: str) -> str:
    """Return the statement that a countersignature is made over."""
    body = {
        "v": 1,
        "ledger": store.store_id,
        "person": person,
        "key": sshsig.key_text(sshsig.parse_key(public)),
        "at": at,
        "meaning": "This key is this person's.",
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def enrol(
    store: Store,
    person: str,
    public: str,
    *,
    actor: Actor,
    countersigner: StatementSigner | None = None,
    label: str = "",
) -> str:
    """Bind a public key to a person and return its fingerprint.

    The first key of a store needs no other; each later one is countersigned with a key that is
    enrolled and not revoked. `label` is kept with the key, as a comment. Raises UsageError for an
    unknown person or key, RefusedError without a countersignature that counts.
    """
    try:
        fingerprint = sshsig.fingerprint(sshsig.parse_key(public))
    except SignatureError as error:
        raise UsageError(error.what, error.remedy) from error
    at = to_rfc3339(store.clock.now())
    statement = enrolment(store, person, public, at)
    signed = countersigner.sign(statement, ENROLMENT) if countersigner is not None else None
    with store.write(actor) as tx:
        if tx.session.get(PersonRow, person) is None:
            raise UsageError(f"There is no person {person!r}.", "`recert people list` lists them.")
        known = {row.id: row for row in tx.session.exec(select(KeyRow))}
        if fingerprint in known:
            raise UsageError(f"The key {fingerprint} is enrolled already.", "")
        by = known.get(signed.key) if signed is not None else None
        if known and (by is None or by.revoked_at is not None):
            raise RefusedError(
                "A further key needs the signature of one that is enrolled and not revoked.",
                "Let its owner countersign: `recert people enrol PERSON KEY.pub --countersign THEIR_KEY`.",
                rule="key_not_countersigned",
            )
        row = KeyRow(
            id=fingerprint,
            person=person,
            public=f"{sshsig.key_text(sshsig.parse_key(public))} {label}".rstrip(),
            enrolled_at=at,
            enrolled_by=actor.id,
            countersigned_by=by.id if by is not None else None,
            statement=statement,
            armor=signed.armor if signed is not None and by is not None else None,
        )
        tx.session.add(row)
        tx.append(EntryType.KEY_ENROLLED, entries.key_enrolled(row))
    return fingerprint


def revoke(store: Store, fingerprint: str, reason: str, *, actor: Actor) -> None:
    """Revoke a key for good; what it signed before stands. Raises UsageError for an unknown key."""
    with store.write(actor) as tx:
        row = tx.session.get(KeyRow, fingerprint)
        if row is None or row.revoked_at is not None:
            raise UsageError(
                f"There is no key {fingerprint} to revoke.", "`recert people list` lists them."
            )
        row.revoked_at = to_rfc3339(store.clock.now())
        row.revoked_by, row.reason = actor.id, reason
        tx.session.add(row)
        tx.append(EntryType.KEY_REVOKED, entries.key_revoked(row))


def allowed_signers(store: Store) -> str:
    """Return the enrolled keys as a list of signers; a key that was revoked is valid until then."""
    with store.read() as session:
        rows = session.exec(select(KeyRow).order_by(col(KeyRow.enrolled_at), col(KeyRow.id))).all()
    return signer_lines([entries.columns(row) for row in rows])


def signer_lines(keys: list[dict[str, Any]]) -> str:
    """Return keys in the form of allowed_signers, one a line."""
    lines = []
    for key in keys:
        limits = ['namespaces="*@recert"']
        if key["revoked_at"] is not None:
            limits.append(f'valid-before="{_compact(key["revoked_at"])}"')
        person = "".join(
            char if char.isalnum() or char in "@._+-" else "?" for char in key["person"]
        )
        lines.append(f"{person} {','.join(limits)} {key['public']}\n")
    return "".join(lines)


def _compact(instant: str) -> str:
    return (
        "".join(char for char in instant.partition(".")[0].removesuffix("Z") if char.isdigit())
        + "Z"
    )
