import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.errors import LedgerError
from recert.estate.canonical import canonical
from recert.store.ledger import (
    GENESIS_PREV,
    Actor,
    Entry,
    instant,
    make_entry,
    parse_canonical,
    verify_chain,
)

ANNA = Actor("anna@example.com", "os")
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


def chain(length: int, ledger: str = "L") -> list[Entry]:
    entries: list[Entry] = []
    for seq in range(1, length + 1):
        entries.append(
            make_entry(
                ledger=ledger,
                seq=seq,
                prev=entries[-1].hash if entries else GENESIS_PREV,
                at=AT,
                type="store.created" if seq == 1 else "setting.changed",
                actor=ANNA,
                campaign=None,
                body={"n": seq},
            )
        )
    return entries


def texts(entries: list[Entry]) -> list[str]:
    return [entry.text for entry in entries]


def relinked(entries: list[dict[str, Any]]) -> list[str]:
    """Write entries again so that their chain holds: what an attacker with the file can do."""
    found: list[str] = []
    prev = GENESIS_PREV
    for seq, entry in enumerate(entries, 1):
        text = canonical({**entry, "seq": seq, "prev": prev}).decode()
        prev = hashlib.sha256(text.encode()).hexdigest()
        found.append(text)
    return found


def test_a_chain_verifies_and_its_head_is_the_hash_of_its_last_text() -> None:
    entries = chain(5)
    head = verify_chain(texts(entries))
    assert (head.size, head.hash) == (5, hashlib.sha256(entries[-1].text.encode()).hexdigest())
    assert str(head) == f"5:{entries[-1].hash}"


def test_sha256sum_of_a_line_is_the_next_entrys_prev(tmp_path: Path) -> None:
    first, second = chain(2)
    (tmp_path / "line").write_text(first.text)
    said = subprocess.run(
        ["sha256sum", tmp_path / "line"], capture_output=True, text=True, check=True
    ).stdout
    assert second.parsed()["prev"] == said.split()[0]


def test_an_entry_has_exactly_the_documented_keys() -> None:
    entry = chain(1)[0].parsed()
    assert sorted(entry) == [
        "actor", "at", "body", "campaign", "ledger", "prev", "seq", "tool", "type", "v",
    ]  # fmt: skip
    assert entry["at"] == "2026-11-01T09:00:00.000000Z"
    assert entry["prev"] == "0" * 64
    assert sorted(entry["actor"]) == ["account", "auth", "host_claim", "id", "key", "sts_arn"]


@pytest.mark.parametrize("position", range(5))
def test_an_edit_without_relinking_is_found_unless_it_is_the_last(position: int) -> None:
    entries = texts(chain(5))
    entries[position] = entries[position].replace('"n":', '"m":')
    if position == 4:
        assert verify_chain(entries).size == 5
        return
    with pytest.raises(LedgerError) as caught:
        verify_chain(entries)
    assert caught.value.seq == position + 2


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], 3),
        (lambda lines: [*lines[:2], lines[3], lines[2], lines[4]], 3),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
        (lambda lines: lines[1:], 1),
        (lambda lines: [*lines[:3], texts(chain(5, "M"))[3], lines[4]], 4),
    ],
    ids=["deleted", "swapped", "doubled", "beheaded", "spliced"],
)
def test_a_chain_that_was_rearranged_is_refused_at_the_entry(change: Any, seq: int) -> None:
    with pytest.raises(LedgerError) as caught:
        verify_chain(change(texts(chain(5))))
    assert caught.value.seq == seq


def test_an_entry_of_another_ledger_is_refused_even_when_relinked() -> None:
    entries = [entry.parsed() for entry in chain(4)]
    entries[2]["ledger"] = "M"
    with pytest.raises(LedgerError, match="another ledger"):
        verify_chain(relinked(entries))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"a":1,"a":1}',
        '{"a": 1}',
        '{"b":1,"a":1}',
        '{"a":1.0}',
        '{"a":1e2}',
        '{"a":NaN}',
        '{"a":9007199254740992}',
        '{"a":"é"}',
        '{"a":"\\u0041"}',
        '{"a":"\\/"}',
        '{"a":1}\n',
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
)
def test_text_that_is_not_canonical_is_no_entry(text: str) -> None:
    with pytest.raises(LedgerError, match="Entry 1"):
        verify_chain([text])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_what_canonical_writes_is_read_back_and_nothing_else_is_accepted(
    value: dict[str, Any],
) -> None:
    text = canonical(value).decode()
    assert parse_canonical(text) == json.loads(text)
    with pytest.raises(ValueError, match=r".+"):
        parse_canonical(f" {text}")


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"type": "gossip"},
        {"at": "2026-11-01T09:00:00Z"},
        {"at": 5},
        {"body": []},
        {"actor": {"id": "x"}},
        {"campaign": 7},
        {"extra": None},
    ],
    ids=str,
)
def test_an_entry_of_another_form_is_refused(change: dict[str, Any]) -> None:
    entry = {**chain(1)[0].parsed(), **change}
    with pytest.raises(LedgerError) as caught:
        verify_chain([canonical(entry).decode()])
    assert caught.value.seq == 1


def test_an_unknown_type_or_strength_cannot_be_written() -> None:
    def entry(type_: str, actor: Actor) -> Entry:
        return make_entry(
            ledger="L",
            seq=1,
            prev=GENESIS_PREV,
            at=AT,
            type=type_,
            actor=actor,
            campaign=None,
            body={},
        )

    with pytest.raises(ValueError, match="gossip"):
        entry("gossip", ANNA)
    with pytest.raises(ValueError, match="hearsay"):
        entry("export", Actor("x", "hearsay"))


def test_an_instant_is_written_in_utc_with_microseconds() -> None:
    assert (
        instant(datetime.fromisoformat("2026-11-01T10:00:00.5+01:00"))
        == "2026-11-01T09:00:00.500000Z"
    )
