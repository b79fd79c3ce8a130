import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.store.merkle import EMPTY, Frontier, root


def by_definition(leaves: list[bytes]) -> bytes:
    """Return the Merkle tree hash exactly as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = by_definition(leaves[:split]), by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_incremental_root_equals_the_definition(leaves: list[bytes]) -> None:
    assert root(leaves) == by_definition(leaves).hex()


def test_the_root_of_the_empty_tree_and_of_one_empty_leaf_are_those_of_the_standard() -> None:
    assert EMPTY == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root([b""]) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_a_frontier_survives_being_written_down(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for leaf in leaves:
        frontier = Frontier.load(frontier.add(leaf).dump())
    assert frontier.root == root(leaves)


@pytest.mark.parametrize("text", ["", "x", "1:", "3:" + "00" * 32, "1:00", "1:" + "zz" * 32])
def test_a_frontier_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Frontier.load(text)
