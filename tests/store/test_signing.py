from typing import Any

import pytest

from recert.errors import RefusedError
from recert.store import canonical
from recert.store.ledger import parse_canonical
from recert.store.signing import require_prefix
from recert.store.statements import signoff_statement


def test_a_statement_over_a_ledger_that_grew_is_accepted_and_over_another_refused(
    world: Any,
) -> None:
    head = world.store.head()
    world.open(1)
    with world.store.read() as session:
        require_prefix(session, head.size, head.hash)
        for size, digest in (
            (head.size, "0" * 64),
            (head.size + 1, head.hash),
            (10_000, head.hash),
        ):
            with pytest.raises(RefusedError) as caught:
                require_prefix(session, size, digest)
            assert caught.value.rule == "signed_over_another_ledger"


def test_a_statement_is_canonical_and_binds_ledger_head_and_decisions() -> None:
    values: dict[str, Any] = {
        "ledger": "L", "campaign": "c", "size": 3, "head": "h", "root": "r", "at": "t",
        "counts": {"attest": 1},
        "signer": {"id": "ä"}, "decisions": {"i": "d"}, "meaning": "I did.",
    }  # fmt: skip
    text = signoff_statement(**values)
    assert parse_canonical(text)["decisions_sha256"] == canonical.digest([["i", "d"]])
    others = {"ledger": "M", "head": "x", "decisions": {"i": "e"}, "root": "x", "size": 4}
    for name, other in others.items():
        assert signoff_statement(**{**values, name: other}) != text


def test_the_digest_of_a_canonical_text_is_the_digest_of_its_value() -> None:
    value = {"b": [1, None], "a": "ü"}
    assert canonical.sha256(canonical.canonical(value).decode()) == canonical.digest(value)
