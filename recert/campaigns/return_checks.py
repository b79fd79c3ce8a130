"""Is a returned file the one that was handed out, grown by its reviewer and by nobody else?

Each check has a short name, which a refusal says: file, oversized, schema, guards, ledger, tables,
rules (those of `recert.store.foreign`), hand_off, ledger_of_origin, opening, replayed, expired,
campaign, growth, unsigned, reviewer, signature, statement, clock, items, decisions.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from recert.campaigns.decisions import campaign_row
from recert.campaigns.people import directory
from recert.clock import from_rfc3339
from recert.errors import RecertError
from recert.store.canonical import digest
from recert.store.entry_types import EntryType
from recert.store.foreign import ForeignLedger, refused
from recert.store.handed import TAKES, Handed
from recert.store.ledger import parse_canonical
from recert.store.ledger_reads import of_types
from recert.store.settings import suffices
from recert.store.signing import SIGNOFF
from recert.store.tables import KeyRow
from recert.store.transaction import Transaction

VerifySignature = Callable[[str, str, str], tuple[str, str]]
"""Takes statement, armor and namespace; returns the kind (`ssh`, `ssh-touch`) and the key's fingerprint."""
_SKEW = timedelta(minutes=5)
"""How far the clock of another machine may be ahead."""


def require_ours(tx: Transaction, file: ForeignLedger) -> Handed:
    """Return what a file was handed out for: by this ledger, not returned before, still in time."""
    handed = file.projection.handed
    if handed is None:
        raise refused("hand_off", "The file was not made by `recert hand-off`.")
    if handed.ledger != tx.store_id:
        raise refused(
            "ledger_of_origin",
            f"The file belongs to the ledger {handed.ledger}, this store is {tx.store_id}.",
            "Send it to whoever handed it out; it is returned there.",
        )
    made = [
        entry
        for entry in of_types(tx.session, EntryType.HANDOFF_MADE, holding=handed.id)
        if entry["body"]["handed"]["id"] == handed.id
    ]
    if not made or made[0]["body"]["handed"] != handed.as_json():
        raise refused("opening", "The file says of itself what this ledger does not say of it.")
    body = made[0]["body"]
    size, head = body["opening"]["size"], body["opening"]["head"]
    if (
        file.ledger != body["file_ledger"]
        or len(file.hashes) < size
        or file.hashes[size - 1] != head
    ):
        raise refused("opening", "The file did not begin as the one that was handed out.")
    before = of_types(tx.session, EntryType.HANDOFF_RETURNED, holding=handed.id)
    if any(entry["body"]["id"] == handed.id for entry in before):
        raise refused("replayed", f"The hand-off {handed.id} was returned before.")
    if tx.clock.now() > from_rfc3339(handed.expires_at):
        raise refused(
            "expired",
            f"The file could be returned until {handed.expires_at}.",
            "Hand it out again.",
        )
    row = campaign_row(tx.session, handed.campaign)
    if row.state != "active":
        raise refused("campaign", f"The campaign {row.id} is {row.state} and takes no decisions.")
    return handed


def require_growth(tx: Transaction, file: ForeignLedger, handed: Handed) -> None:
    """Refuse a file in which anything but deciding and signing happened since it went out."""
    entry = next(of_types(tx.session, EntryType.HANDOFF_MADE, holding=handed.id))
    size = entry["body"]["opening"]["size"]
    for line in file.entries[size:]:
        if line["type"] not in TAKES:
            raise refused("growth", f"Entry {line['seq']} of the file is a {line['type']}.")
    if set(file.projection.campaigns) != {handed.campaign}:
        raise refused("growth", "The file holds another campaign than the one that went out.")


def require_reviewer(tx: Transaction, file: ForeignLedger, handed: Handed) -> None:
    """Refuse a file that holds nothing signed, or in which somebody else decided or signed."""
    signoffs = file.projection.signoffs
    if not signoffs:
        raise refused(
            "unsigned",
            "Nothing in the file is signed.",
            "Its reviewer signs with `recert --store FILE sign CAMPAIGN`.",
        )
    people = directory(tx.session)
    reviewer = handed.reviewer
    person = people.find(reviewer)
    if person is not None and not person.active:
        raise refused("reviewer", f"{reviewer} is no longer active.")
    signers = {str(one["signer"]) for one in signoffs.values()}
    deciders = {one.body["decided_by"] for one in file.projection.decisions.values()}
    others = sorted(one for one in signers | deciders if not people.same(one, reviewer))
    if others:
        raise refused(
            "reviewer",
            f"The file was handed to {reviewer}, and {others[0]} decided or signed in it.",
        )


def signature(
    tx: Transaction, handed: Handed, signoff: Mapping[str, Any], verify: VerifySignature
) -> tuple[str, str | None]:
    """Return the kind of a sign-off's signature and its key, None where it carries none."""
    if signoff["signature"] == "none":
        if handed.signature != "none" or signoff["armor"] or signoff["key"]:
            raise refused(
                "signature",
                f"{handed.reviewer} has to sign what they return with a key.",
                "They sign with `recert --store FILE sign CAMPAIGN --key KEY`.",
            )
        return "none", None
    try:
        kind, key = verify(str(signoff["statement"]), str(signoff["armor"]), SIGNOFF)
    except (RecertError, ValueError) as error:
        raise refused("signature", f"The signature does not verify: {error}") from error
    if not suffices(kind, handed.signature):
        raise refused(
            "signature", f"The signature is {kind}, and {handed.signature} was asked for."
        )
    row = tx.session.get(KeyRow, key)
    if (kind, key) != (signoff["signature"], signoff["key"]):
        raise refused("signature", "The signature is not the one that the file says.")
    if row is None or row.person != handed.reviewer or row.revoked_at is not None:
        raise refused("signature", f"The key {key} is no valid key of {handed.reviewer}.")
    return kind, key


def require_statement(
    tx: Transaction,
    handed: Handed,
    signoff: Mapping[str, Any],
    pairs: Mapping[str, str],
    bodies: Mapping[str, Mapping[str, Any]],
) -> None:
    """Refuse a statement that is not about these decisions, this ledger and this campaign."""
    try:
        statement = parse_canonical(str(signoff["statement"]))
        counts = {name: count for name, count in statement["counts"].items() if count}
        found = {
            "ledger": statement["ledger"],
            "campaign": statement["campaign"],
            "size": statement["size"],
            "head": statement["head"],
            "root": statement["root"],
            "at": statement["at"],
            "signer": statement["signer"]["id"],
            "key": statement["signer"]["key"],
            "decisions": statement["decisions_sha256"],
            "counts": counts,
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refused("statement", "A statement in the file cannot be read.") from error
    wanted = {
        "ledger": handed.ledger,
        "campaign": handed.campaign,
        "size": handed.size,
        "head": handed.head,
        "root": handed.root,
        "at": signoff["signed_at"],
        "signer": handed.reviewer,
        "key": signoff["key"],
        "decisions": digest([[item, pairs[item]] for item in sorted(pairs)]),
        "counts": dict(Counter(str(body["verdict"]) for body in bodies.values())),
    }
    wrong = [name for name, value in wanted.items() if found[name] != value]
    if wrong or (signoff["size"], signoff["head"]) != (handed.size, handed.head):
        raise refused(
            "statement", f"A statement in the file names another {(wrong or ['ledger'])[0]}."
        )
    require_clock(tx, str(signoff["signed_at"]))


def require_clock(tx: Transaction, at: str) -> None:
    """Refuse an instant that is none, or is yet to come."""
    try:
        late = from_rfc3339(at) > tx.clock.now() + _SKEW
    except ValueError as error:
        raise refused("clock", "An instant in the file cannot be read.") from error
    if late:
        raise refused("clock", f"Something in the file happened at {at}, which is yet to come.")
