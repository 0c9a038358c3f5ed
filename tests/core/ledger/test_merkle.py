"""The tree against RFC 6962's own recursive definition and its published vectors."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger import merkle

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)

# The inputs and roots of the reference implementation (certificate-transparency, merkletree tests).
VECTOR = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def by_definition(leaves: list[bytes]) -> bytes:
    """The RFC's recursion, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    both = by_definition(leaves[:split]) + by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + both).digest()


@pytest.mark.parametrize(("size", "expected"), ROOTS.items())
def test_root_equals_the_published_vectors(size, expected):
    leaves = [leaf(bytes.fromhex(text)) for text in VECTOR[:size]]
    assert merkle.root(leaves).hex() == expected


def test_root_of_nothing_is_the_hash_of_nothing():
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@given(LEAVES)
def test_root_equals_the_definition(leaves):
    assert merkle.root(leaves) == by_definition(leaves)


@given(LEAVES, st.data())
def test_every_leaf_is_proved_and_no_other(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.inclusion_path(leaves, index)
    top = merkle.root(leaves)
    assert merkle.is_included(leaves[index], index, len(leaves), path, top)
    other = bytes(32) if leaves[index] != bytes(32) else b"\x01" * 32
    assert not merkle.is_included(other, index, len(leaves), path, top)


@given(LEAVES, st.data())
def test_a_changed_proof_proves_nothing(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.inclusion_path(leaves, index)
    top = merkle.root(leaves)
    bad = list(path)
    kind = data.draw(st.sampled_from(["longer", "shorter", "bit", "top"]))
    if kind == "longer":
        bad.append(bytes(32))
    elif kind == "shorter" and bad:
        bad.pop()
    elif kind == "bit" and bad:
        place = data.draw(st.integers(0, len(bad) - 1))
        bad[place] = bytes([bad[place][0] ^ 1]) + bad[place][1:]
    else:
        top = bytes([top[0] ^ 1]) + top[1:]
    assert not merkle.is_included(leaves[index], index, len(leaves), bad, top)


@given(LEAVES, st.integers(-3, 80))
def test_an_index_outside_has_no_proof(leaves, index):
    if 0 <= index < len(leaves):
        return
    with pytest.raises(IndexError):
        merkle.inclusion_path(leaves, index)
    assert not merkle.is_included(leaves[0], index, len(leaves), [], merkle.root(leaves))


def test_hashes_of_a_wrong_length_are_refused():
    leaves = [leaf(b"a"), leaf(b"b")]
    path = merkle.inclusion_path(leaves, 0)
    assert not merkle.is_included(leaves[0][:31], 0, 2, path, merkle.root(leaves))
    assert not merkle.is_included(leaves[0], 0, 2, [path[0] + b"\x00"], merkle.root(leaves))
