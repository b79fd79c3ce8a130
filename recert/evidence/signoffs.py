"""Does each sign-off say what the ledger says? Its statement is compared with what it was made over."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from recert.evidence.material import Ledger
from recert.store import canonical
from recert.store.ledger import parse_canonical


def problems(ledger: Ledger) -> Iterator[str]:
    """Yield a sentence for each sign-off whose statement does not fit the ledger before it."""
    for signoff in ledger.projection.signoffs.values():
        try:
            yield from _problems_of(ledger, signoff)
        except (KeyError, TypeError, ValueError) as error:
            yield f"entry {signoff['entry']}: its statement cannot be read: {error!r}"


def closing_problems(ledger: Ledger) -> Iterator[str]:
    """Yield a sentence for each close whose statement does not fit the ledger before it."""
    for closing in ledger.projection.closings.values():
        try:
            statement = parse_canonical(closing["statement"])
            yield from _over_another(ledger, closing, statement)
            yield from _about_another(ledger, closing, statement)
            yield from _counts_otherwise(ledger, closing, statement)
        except (KeyError, TypeError, ValueError) as error:
            yield f"entry {closing['entry']}: its statement cannot be read: {error!r}"


def _over_another(
    ledger: Ledger, signed: dict[str, Any], statement: dict[str, Any]
) -> Iterator[str]:
    """Compare the head that a statement was made over with the ledger; a handed file names its origin's."""
    entry, size = signed["entry"], statement["size"]
    handed = ledger.projection.handed
    if handed is not None:
        if (size, statement["head"], statement["root"]) != (handed.size, handed.head, handed.root):
            yield f"entry {entry}: it was not signed over the ledger that this file came from"
        return
    if not 0 < size < entry or signed["size"] != size or signed["head"] != statement["head"]:
        yield f"entry {entry}: it does not name the ledger that it was signed over"
    elif ledger.hashes[size - 1] != statement["head"] or ledger.root_at(size) != statement["root"]:
        yield f"entry {entry}: the ledger up to entry {size} is not the one that was signed"


def _about_another(
    ledger: Ledger, signed: dict[str, Any], statement: dict[str, Any]
) -> Iterator[str]:
    """Compare what a statement names with the entry that carries it."""
    entry = signed["entry"]
    handed = ledger.projection.handed
    wanted = (
        ("ledger", handed.ledger if handed else ledger.projection.store_id),
        ("campaign", signed["campaign"]),
        ("at", signed["signed_at"]),
    )
    for key, value in wanted:
        if statement[key] != value:
            yield f"entry {entry}: its statement names another {key}"
    signer = statement["signer"]
    if signer["id"] != signed["signer"]:
        yield f"entry {entry}: its statement names another signer"
    if (signer["key"], signer["strength"]) != (signed["key"], signed["strength"]):
        yield f"entry {entry}: its statement names another key, or another strength of the identity"


def _counts_otherwise(
    ledger: Ledger, closing: dict[str, Any], statement: dict[str, Any]
) -> Iterator[str]:
    """Compare the counts of a close with the items as the ledger knows them."""
    projection = ledger.projection
    items = projection.items_of(closing["campaign"])
    found = Counter(
        one.body["verdict"]
        for one in projection.decisions.values()
        if one.body["campaign"] == closing["campaign"] and one.state == "current"
    )
    found["items"] = len(items)
    found["excluded"] = sum(item.state in ("excluded", "superseded") for item in items)
    here = {name: count for name, count in found.items() if count}
    if statement["counts"] != here:
        told = json.dumps(statement["counts"], sort_keys=True)
        entry = closing["entry"]
        yield f"entry {entry}: it counts {told}, the ledger {json.dumps(here, sort_keys=True)}"


def _problems_of(ledger: Ledger, signoff: dict[str, Any]) -> Iterator[str]:
    entry = signoff["entry"]
    statement = parse_canonical(signoff["statement"])
    yield from _over_another(ledger, signoff, statement)
    yield from _about_another(ledger, signoff, statement)
    pairs = [
        [pair["item"], pair["decision"]]
        for pair in (*signoff["decisions"], *signoff.get("withheld", ()))
    ]
    if statement["decisions_sha256"] != canonical.digest(sorted(pairs)):
        yield f"entry {entry}: the decisions are not those that were signed"
    verdicts = Counter(
        ledger.projection.decisions[pair["decision"]].body["verdict"]
        for pair in signoff["decisions"]
    ) + Counter(pair["verdict"] for pair in signoff.get("withheld", ()))
    told = {name: count for name, count in statement["counts"].items() if name in verdicts or count}
    if told != dict(verdicts):
        yield f"entry {entry}: it counts {json.dumps(told)}, signed were {json.dumps(dict(verdicts))}"
