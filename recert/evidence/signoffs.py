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


def _problems_of(ledger: Ledger, signoff: dict[str, Any]) -> Iterator[str]:
    entry = signoff["entry"]
    statement = parse_canonical(signoff["statement"])
    size = statement["size"]
    if not 0 < size < entry or signoff["size"] != size or signoff["head"] != statement["head"]:
        yield f"entry {entry}: it does not name the ledger that it was signed over"
        return
    if ledger.hashes[size - 1] != statement["head"] or ledger.root_at(size) != statement["root"]:
        yield f"entry {entry}: the ledger up to entry {size} is not the one that was signed"
    pairs = [[pair["item"], pair["decision"]] for pair in signoff["decisions"]]
    if statement["decisions_sha256"] != canonical.digest(sorted(pairs)):
        yield f"entry {entry}: the decisions are not those that were signed"
    verdicts = Counter(
        ledger.projection.decisions[pair["decision"]].body["verdict"]
        for pair in signoff["decisions"]
    )
    told = {name: count for name, count in statement["counts"].items() if name in verdicts or count}
    if told != dict(verdicts):
        yield f"entry {entry}: it counts {json.dumps(told)}, signed were {json.dumps(dict(verdicts))}"
    wanted = (
        ("ledger", ledger.projection.store_id),
        ("campaign", signoff["campaign"]),
        ("at", signoff["signed_at"]),
    )
    for key, value in wanted:
        if statement[key] != value:
            yield f"entry {entry}: its statement names another {key}"
    if statement["signer"]["id"] != signoff["signer"]:
        yield f"entry {entry}: its statement names another signer"
