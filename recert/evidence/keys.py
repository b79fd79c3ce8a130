"""Keys of persons: signing with ssh-keygen, and enrolling and revoking through the ledger.

recert never opens a private key: `ssh-keygen` does, by itself or through the agent, and asks for
passphrase, PIN or touch. What comes back is verified before it is used.
"""

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from recert.clock import to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.evidence import sshsig
from recert.evidence.sshsig import SignatureError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.signing import ENROLMENT, Signature, StatementSigner
from recert.store.store import Store
from recert.store.tables import KeyRow, PersonRow
from recert.text import visible

_QUICK = 5
_PATIENCE = 300
"""Seconds that a human may take for a passphrase or a touch."""


@dataclass(frozen=True, slots=True)
class SshSigner:
    """Signs with `ssh-keygen`.

    `path` is a private key's file, or a `.pub` whose key the agent holds; without one the agent
    holds the key `public`. `asks` says whether a terminal is there for a passphrase or a PIN.
    """

    path: Path | None
    public: str
    environ: Mapping[str, str]
    asks: bool = True

    @classmethod
    def load(cls, path: Path, environ: Mapping[str, str], *, asks: bool = True) -> "SshSigner":
        """Return a signer for a key's file; raises UsageError where there is no key or no ssh-keygen."""
        require_openssh(environ)
        public = path if path.suffix == ".pub" else path.with_name(f"{path.name}.pub")
        try:
            text = public.read_text(encoding="utf-8")
            blob = sshsig.parse_key(text)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"There is no public key at {public}.", "Name the key's file."
            ) from error
        except SignatureError as error:
            raise UsageError(f"{public}: {error.what}", error.remedy) from error
        return cls(path, sshsig.key_text(blob), environ, asks)

    @property
    def key(self) -> str:
        """Return the key's fingerprint."""
        return sshsig.fingerprint(sshsig.parse_key(self.public))

    def sign(self, statement: str, namespace: str) -> Signature:
        """Sign a text in a namespace; raises SignatureError where it fails or is not by this key."""
        with tempfile.TemporaryDirectory() as place:
            path = self.path
            if path is None:
                path = Path(place) / "key.pub"
                path.write_text(f"{self.public}\n", encoding="utf-8")
            armor = self._ask(path, statement, namespace)
        verified = sshsig.verify(statement.encode("utf-8"), armor, namespace)
        if verified.fingerprint != self.key:
            raise SignatureError("ssh-keygen signed with another key than the one that was named.")
        return Signature("ssh-touch" if verified.touched else "ssh", verified.fingerprint, armor)

    def _ask(self, path: Path, statement: str, namespace: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program with a path that the user named
                ["ssh-keygen", "-q", "-Y", "sign", "-f", str(path), "-n", namespace],  # noqa: S607 - found by PATH on purpose
                input=statement.encode("utf-8"),
                capture_output=True,
                env=dict(self.environ),
                timeout=_PATIENCE,
                # A session of its own has no terminal, so that no question appears on a screen that
                # belongs to somebody else.
                start_new_session=not self.asks,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SignatureError(
                "ssh-keygen did not answer.", "Nothing was signed; try again."
            ) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise SignatureError(
                f"ssh-keygen did not sign: {visible(said[-1]) if said else 'no reason given'}.",
                ""
                if self.asks
                else "Add the key to your agent with ssh-add, or use `recert sign`.",
            )
        return done.stdout.decode("ascii", "replace")


def read_signature(statement: str, armor: str, namespace: str) -> tuple[str, str]:
    """Verify a signature; return its kind (`ssh`, `ssh-touch`) and its key's fingerprint.

    Raises SignatureError where it is none by the key that it names.
    """
    found = sshsig.verify(statement.encode("utf-8"), armor, namespace)
    return ("ssh-touch" if found.touched else "ssh"), found.fingerprint


def require_openssh(environ: Mapping[str, str]) -> None:
    """Raise UsageError where there is no ssh-keygen."""
    if shutil.which("ssh-keygen", path=environ.get("PATH")) is None:
        raise UsageError("ssh-keygen is not installed.", "Install OpenSSH to sign.")


def in_agent(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the public keys that the caller's ssh-agent holds, without comments; none without one."""
    if (
        not environ.get("SSH_AUTH_SOCK")
        or shutil.which("ssh-add", path=environ.get("PATH")) is None
    ):
        return ()
    try:
        done = subprocess.run(
            ["ssh-add", "-L"],  # noqa: S607 - found by PATH on purpose
            capture_output=True,
            env=dict(environ),
            timeout=_QUICK,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = []
    for line in done.stdout.decode("utf-8", "replace").splitlines() if not done.returncode else ():
        with contextlib.suppress(SignatureError):
            found.append(sshsig.key_text(sshsig.parse_key(line)))
    return tuple(dict.fromkeys(found))


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
                "Let its owner countersign.",
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
    return signer_lines([canonical_row(row) for row in rows])


def canonical_row(row: KeyRow) -> dict[str, Any]:
    """Return a key as the ledger's projection holds it."""
    return entries.columns(row)


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
