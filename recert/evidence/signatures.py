"""Who signed? Every signature of a ledger is verified, and held against signers known from elsewhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from recert.clock import from_rfc3339
from recert.evidence import signers as lists
from recert.evidence import sshsig
from recert.evidence.checks import check, guarded
from recert.evidence.material import Ledger
from recert.evidence.report import Check
from recert.evidence.sshsig import SignatureError
from recert.store.settings import suffices
from recert.store.signing import CLOSE, ENROLMENT, SIGNOFF
from recert.text import plural

Signed = tuple[str, dict[str, Any]]
"""A namespace, and what was signed in it: a sign-off or a close."""
_WORDS = {SIGNOFF: "sign-off", CLOSE: "close"}


def signatures(
    ledger: Ledger, signers: Path | None, done: list[Check], campaign: str | None = None
) -> bool:
    """Verify every signature, add the checks to `done`, and tell whether all are by pinned signers.

    `campaign` narrows whose sign-offs and close must be by pinned signers. Raises UsageError where
    the list of signers cannot be read.
    """
    pinned = lists.load(signers) if signers is not None else None
    found = guarded("signatures", lambda: _checks(ledger, pinned, campaign))
    done += found
    return pinned is not None and all(check.ok for check in found)


def _all(ledger: Ledger, campaign: str | None = None) -> list[Signed]:
    signoffs, closings = ledger.projection.signoffs.values(), ledger.projection.closings.values()
    found = [(SIGNOFF, one) for one in signoffs] + [(CLOSE, one) for one in closings]
    return [one for one in found if campaign is None or one[1]["campaign"] == campaign]


def _told(signed: Sequence[Signed]) -> str:
    signoffs = sum(space == SIGNOFF for space, _ in signed)
    closings = len(signed) - signoffs
    return plural(signoffs, "sign-off") + (f" and {plural(closings, 'close')}" if closings else "")


def _checks(
    ledger: Ledger, pinned: tuple[lists.Signer, ...] | None, campaign: str | None
) -> Iterator[Check]:
    signed = _all(ledger, campaign)
    broken = [problem for one in _all(ledger) for problem in _broken(ledger, *one)]
    kinds = sorted({str(one["signature"]) for _, one in signed})
    told = f"{_told(signed)}, signature: {', '.join(kinds) or 'none'}"
    yield check("signatures", [*broken, *_broken_keys(ledger)], told)
    yield _demanded(ledger)
    if pinned is None:
        detail = "no signers were pinned: who signed is only as certain as this ledger is"
        yield Check("signers", ok=True, detail=detail)
        return
    foreign = list(_foreign(signed, pinned))
    if not signed:
        foreign = ["nothing here was signed off, so nothing is by a pinned signer"]
    yield check("signers", foreign, f"{_told(signed)}, each by a pinned signer")


def _demanded(ledger: Ledger) -> Check:
    """Look for what was signed with less than the ledger demanded when it was signed."""
    problems = [
        f"entry {one['entry']}: the {_WORDS[space]} of {one['signer']} carries the signature "
        f"{one['signature']}, where {one['demanded']} was demanded"
        for space, one in _all(ledger)
        if not suffices(str(one["signature"]), str(one["demanded"]))
    ]
    problems += [
        f"entry {steps[-1]['entry']}: the campaign {name} was closed without a statement of its owner"
        for name, steps in ledger.projection.steps.items()
        if steps[-1]["to"] == "closed"
        and name not in ledger.projection.closings
        and ledger.projection.demanded != "none"
    ]
    setting = ledger.projection.settings.get("signatures")
    here = f"this ledger demands {ledger.projection.demanded}"
    if setting is not None:
        here += f", by the setting of {setting['by']} in entry {setting['entry']}"
    return check("demanded", problems, here)


def _broken(ledger: Ledger, space: str, signed: dict[str, Any]) -> Iterator[str]:
    entry = signed["entry"]
    if signed["signature"] == "none":
        if signed["armor"] is not None or signed["key"] is not None:
            yield f"entry {entry}: it says that it has no signature, and carries one"
        elif signed["strength"] == "ssh":
            yield f"entry {entry}: it calls an identity proved, and carries no signature"
        return
    try:
        found = sshsig.verify(str(signed["statement"]).encode("utf-8"), str(signed["armor"]), space)
    except (SignatureError, UnicodeEncodeError) as error:
        yield f"entry {entry}: {error}"
        return
    kind = "ssh-touch" if found.touched else "ssh"
    if (signed["signature"], signed["key"]) != (kind, found.fingerprint):
        yield f"entry {entry}: its signature is not the one that it says"
    yield from _unknown_key(ledger, signed, found.fingerprint)


def _unknown_key(ledger: Ledger, signed: dict[str, Any], fingerprint: str) -> Iterator[str]:
    entry = signed["entry"]
    key = ledger.projection.keys.get(fingerprint)
    if key is None or key["entry"] > entry:
        yield f"entry {entry}: the key {fingerprint} was not enrolled when it signed"
    elif key["person"] != signed["signer"]:
        yield f"entry {entry}: the key {fingerprint} is not enrolled for {signed['signer']}"
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


def _foreign(signed: Sequence[Signed], pinned: tuple[lists.Signer, ...]) -> Iterator[str]:
    for space, one in signed:
        entry, signer = one["entry"], str(one["signer"])
        if one["signature"] == "none":
            yield f"entry {entry}: the {_WORDS[space]} of {signer} carries no signature"
            continue
        lines = [line for line in pinned if line.fingerprint == one["key"]]
        at = from_rfc3339(one["signed_at"])
        refusals = [line.refusal(signer, space, at) for line in lines]
        if "" not in refusals:
            why = refusals[0] if refusals else "it is not pinned"
            yield f"entry {entry}: {signer} signed with {one['key']}: {why}"
