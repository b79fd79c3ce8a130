"""The certificate: one agent's review, signed, for a pipeline that has no store.

It says which version of which agent was reviewed, on which fingerprint, until when. Whoever checks
it knows the signers from elsewhere; a certificate is worth what the key is worth.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from recert.clock import from_rfc3339, to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.evidence import signers as lists
from recert.evidence import sshsig
from recert.evidence.sshsig import SignatureError
from recert.store import canonical
from recert.store.signing import CERTIFICATE, StatementSigner

FORMAT = 1
_LARGEST = 2**20
_KEYS = {"v", "ledger", "campaign", "head", "source", "signer", "issued_at", "agents"}
_AGENT = {"agent", "version", "fingerprint", "expires_at"}


@dataclass(frozen=True, slots=True)
class Certified:
    """One agent of a certificate; `version` is what goes live, `expires_at` its next review."""

    agent: str
    version: str
    fingerprint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was verified: by a pinned signer, and for these agents."""

    ledger: str
    campaign: str
    head: str
    source: str
    signer: str
    agents: tuple[Certified, ...]

    def find(self, agent: str, version: str | None, now: datetime) -> Certified | None:
        """Return what it says of an agent and version, None where it says nothing or has expired."""
        for entry in self.agents:
            if entry.agent == agent and version in (None, entry.version) and now < entry.expires_at:
                return entry
        return None


def issue(
    *,
    ledger: str,
    campaign: str,
    head: str,
    source: str,
    signer_id: str,
    at: datetime,
    agents: Sequence[Certified],
    signer: StatementSigner,
) -> bytes:
    """Return a signed certificate; raises RefusedError without an agent, or for what AWS did not tell."""
    if not agents:
        raise RefusedError(
            "No agent of the campaign is certified, so nothing was written.",
            "`recert gate AGENT` says of each why.",
            rule="nothing_certified",
        )
    if source != "live":
        raise RefusedError(
            f"What was not read from AWS is not certified; this store holds a {source}.",
            "Export without --certificate.",
            rule="source_not_live",
        )
    body = {
        "v": FORMAT,
        "ledger": ledger,
        "campaign": campaign,
        "head": head,
        "source": source,
        "signer": signer_id,
        "issued_at": to_rfc3339(at),
        "agents": [
            {
                "agent": entry.agent,
                "version": entry.version,
                "fingerprint": entry.fingerprint,
                "expires_at": to_rfc3339(entry.expires_at),
            }
            for entry in agents
        ],
    }
    statement = canonical.canonical(body).decode("ascii")
    signature = signer.sign(statement, CERTIFICATE)
    document = {"statement": statement, "signature": signature.armor}
    return (json.dumps(document, indent=2) + "\n").encode("ascii")


def check(path: Path, signers: Path) -> Certificate:
    """Verify a certificate by pinned signers.

    Raises UsageError where it cannot be read, RefusedError where it is not signed by one of them.
    """
    body, statement, armor = _read(path)
    try:
        found = sshsig.verify(statement.encode("ascii"), armor, CERTIFICATE)
    except SignatureError as error:
        raise RefusedError(f"{path.name}: {error.what}", error.remedy, rule="signature") from error
    issued = from_rfc3339(body["issued_at"])
    lines = [line for line in lists.load(signers) if line.fingerprint == found.fingerprint]
    refusals = [line.refusal(body["signer"], CERTIFICATE, issued) for line in lines]
    if "" not in refusals:
        why = refusals[0] if refusals else "its key is not pinned"
        raise RefusedError(
            f"{path.name} was signed with {found.fingerprint}: {why}.", rule="signer"
        )
    return Certificate(
        ledger=body["ledger"],
        campaign=body["campaign"],
        head=body["head"],
        source=body["source"],
        signer=body["signer"],
        agents=tuple(
            Certified(**{**entry, "expires_at": from_rfc3339(entry["expires_at"])})
            for entry in body["agents"]
        ),
    )


def _read(path: Path) -> tuple[dict[str, Any], str, str]:
    if not path.exists():
        raise UsageError(
            f"There is no certificate at {path}.", "Name one that `export --certificate` wrote."
        )
    problem = UsageError(
        f"{path} is no certificate of recert.", "Name one that `export --certificate` wrote."
    )
    try:
        if path.stat().st_size > _LARGEST:
            raise problem
        document = canonical.parse_strict(path.read_bytes())
        if not isinstance(document, dict) or set(document) != {"statement", "signature"}:
            raise problem
        statement, armor = document["statement"], document["signature"]
        body = canonical.parse_strict(statement)
        if not _is_body(body) or canonical.canonical(body).decode("ascii") != statement:
            raise problem
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise problem from error
    return body, statement, str(armor)


def _is_body(body: Any) -> bool:
    if not isinstance(body, dict) or set(body) != _KEYS or body["v"] != FORMAT:
        return False
    texts = [body[key] for key in _KEYS - {"v", "agents"}]
    for entry in body["agents"]:
        if set(entry) != _AGENT:
            return False
        texts += entry.values()
        from_rfc3339(entry["expires_at"])
    from_rfc3339(body["issued_at"])
    return all(isinstance(text, str) for text in texts)
