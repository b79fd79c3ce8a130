"""Who signed? Every signature of a ledger is verified, and held against signers known from elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recert.clock import from_rfc3339
from recert.evidence import signers as lists
from recert.evidence import sshsig
from recert.evidence.checks import check, guarded
from recert.evidence.material import Ledger
from recert.evidence.report import Check
from recert.evidence.sshsig import SignatureError
from recert.store.signing import ENROLMENT, SIGNOFF
from recert.text import plural


def signatures(
    ledger: Ledger, signers: Path | None, done: list[Check], campaign: str | None = None
) -> bool:
    """Verify every signature, add the checks to `done`, and tell whether all are by pinned signers.

    `campaign` narrows whose sign-offs must be by pinned signers. Raises UsageError where the list
    of signers cannot be read.
    """
    pinned = lists.load(signers) if signers is not None else None
    found = guarded("signatures", lambda: _checks(ledger, pinned, campaign))
    done += found
    return pinned is not None and all(check.ok for check in found)


def _checks(
    ledger: Ledger, pinned: tuple[lists.Signer, ...] | None, campaign: str | None
) -> Iterator[Check]:
    signoffs = [
        signoff
        for signoff in ledger.projection.signoffs.values()
        if campaign is None or signoff["campaign"] == campaign
    ]
    broken = [*_broken_signoffs(ledger), *_broken_keys(ledger)]
    kinds = sorted({str(signoff["signature"]) for signoff in signoffs})
    told = f"{plural(len(signoffs), 'sign-off')}, signature: {', '.join(kinds) or 'none'}"
    yield check("signatures", broken, told)
    if pinned is None:
        detail = "no signers were pinned: who signed is only as certain as this ledger is"
        yield Check("signers", ok=True, detail=detail)
        return
    foreign = list(_foreign(signoffs, pinned))
    if not signoffs:
        foreign = ["nothing here was signed off, so nothing is by a pinned signer"]
    yield check("signers", foreign, f"{plural(len(signoffs), 'sign-off')}, each by a pinned signer")


def _broken_signoffs(ledger: Ledger) -> Iterator[str]:
    for signoff in ledger.projection.signoffs.values():
        entry = signoff["entry"]
        if signoff["signature"] == "none":
            if signoff["armor"] is not None or signoff["key"] is not None:
                yield f"entry {entry}: it says that it has no signature, and carries one"
            continue
        try:
            found = sshsig.verify(
                str(signoff["statement"]).encode("utf-8"), str(signoff["armor"]), SIGNOFF
            )
        except (SignatureError, UnicodeEncodeError) as error:
            yield f"entry {entry}: {error}"
            continue
        kind = "ssh-touch" if found.touched else "ssh"
        if (signoff["signature"], signoff["key"]) != (kind, found.fingerprint):
            yield f"entry {entry}: its signature is not the one that it says"
        yield from _unknown_key(ledger, signoff, found.fingerprint)


def _unknown_key(ledger: Ledger, signoff: dict[str, Any], fingerprint: str) -> Iterator[str]:
    entry = signoff["entry"]
    key = ledger.projection.keys.get(fingerprint)
    if key is None or key["entry"] > entry:
        yield f"entry {entry}: the key {fingerprint} was not enrolled when it signed"
    elif key["person"] != signoff["signer"]:
        yield f"entry {entry}: the key {fingerprint} is not enrolled for {signoff['signer']}"
    elif key["revoked_in"] is not None and key["revoked_in"] < entry:
        yield f"entry {entry}: the key {fingerprint} had been revoked when it signed"


def _broken_keys(ledger: Ledger) -> Iterator[str]:
    """Look for keys after the first that no enrolled key vouches for."""
    keys = sorted(ledger.projection.keys.values(), key=lambda key: int(key["entry"]))
    for number, key in enumerate(keys):
        if number == 0:
            continue
        by = ledger.projection.keys.get(key["countersigned_by"] or "")
        try:
            found = sshsig.verify(key["statement"].encode("utf-8"), str(key["armor"]), ENROLMENT)
        except (SignatureError, UnicodeEncodeError):
            found = None
        if (
            by is None
            or by["entry"] >= key["entry"]
            or found is None
            or found.fingerprint != by["id"]
        ):
            yield f"entry {key['entry']}: no key that was enrolled before vouches for {key['id']}"
        elif by["revoked_in"] is not None and by["revoked_in"] < key["entry"]:
            yield f"entry {key['entry']}: the key that vouches for {key['id']} had been revoked"


def _foreign(signoffs: list[dict[str, Any]], pinned: tuple[lists.Signer, ...]) -> Iterator[str]:
    for signoff in signoffs:
        entry, signer = signoff["entry"], str(signoff["signer"])
        if signoff["signature"] == "none":
            yield f"entry {entry}: the sign-off of {signer} carries no signature"
            continue
        lines = [line for line in pinned if line.fingerprint == signoff["key"]]
        at = from_rfc3339(signoff["signed_at"])
        refusals = [line.refusal(signer, SIGNOFF, at) for line in lines]
        if "" not in refusals:
            why = refusals[0] if refusals else "it is not pinned"
            yield f"entry {entry}: {signer} signed with {signoff['key']}: {why}"
