"""The tree is that of RFC 6962: published roots and proofs, and what must hold for any leaves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasr.core.log import tree

# the reference vectors of certificate-transparency: eight leaves, roots of the first so many, proofs
LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], B, D]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [F, E, ROOTS[4]]),
    (2, 5, [B, D]),
]
HASHES = [tree.leaf_hash(leaf) for leaf in LEAVES]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    assert tree.root(HASHES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_published_proofs_of_inclusion(index: int, size: int, proof: list[str]) -> None:
    assert [part.hex() for part in tree.inclusion_proof(HASHES[:size], index)] == proof
    parts = list(map(bytes.fromhex, proof))
    assert tree.verify_inclusion(HASHES[index], index, size, parts, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCY)
def test_published_proofs_of_consistency(first: int, second: int, proof: list[str]) -> None:
    assert [part.hex() for part in tree.consistency_proof(HASHES[:second], first)] == proof
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert tree.verify_consistency(first, second, *roots, list(map(bytes.fromhex, proof)))


def hashes(size: int) -> list[bytes]:
    return [tree.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]


def plain_root(some: list[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, word for word."""
    if len(some) < 2:
        return some[0] if some else tree.EMPTY
    half = 1
    while half * 2 < len(some):
        half *= 2
    return tree.node_hash(plain_root(some[:half]), plain_root(some[half:]))


@given(st.integers(0, 300))
def test_a_tree_that_grows_has_the_root_of_the_definition(size: int) -> None:
    grown = tree.Tree()
    for number, hashed in enumerate(hashes(size)):
        assert grown.size == number
        grown.append(hashed)
    assert grown.root() == plain_root(hashes(size)) == tree.root(hashes(size))


@given(st.data())
@settings(deadline=None)
def test_every_leaf_is_proved_and_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 130))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    some, proof = hashes(size), tree.inclusion_proof(hashes(size), index)
    assert tree.verify_inclusion(some[index], index, size, proof, tree.root(some))
    assert tree.verify_inclusion(some[other], index, size, proof, tree.root(some)) == (other == index)
    assert tree.verify_inclusion(some[index], other, size, proof, tree.root(some)) == (other == index)
    assert not tree.verify_inclusion(some[index], index, size, [*proof, some[0]], tree.root(some))
    assert not tree.verify_inclusion(some[index], size, size, proof, tree.root(some))
    if proof:
        assert not tree.verify_inclusion(some[index], index, size, proof[:-1], tree.root(some))


@given(st.data())
@settings(deadline=None)
def test_growth_is_proved_and_a_change_is_not(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, 130))
    first, changed = data.draw(st.integers(1, second)), data.draw(st.integers(0, second - 1))
    some, proof = hashes(second), tree.consistency_proof(hashes(second), first)
    roots = tree.root(some[:first]), tree.root(some)
    assert tree.verify_consistency(first, second, *roots, proof)
    other = [*some[:changed], tree.leaf_hash(b"other"), *some[changed + 1 :]]
    assert not tree.verify_consistency(first, second, roots[0], tree.root(other), proof)
    if changed < first:
        lied = tree.consistency_proof(other, first)
        assert not tree.verify_consistency(first, second, roots[0], tree.root(other), lied)
    assert not tree.verify_consistency(first, second, *roots, [*proof, some[0]])
    assert not tree.verify_consistency(second + 1, second, *roots, proof)


@pytest.mark.parametrize(("size", "place"), [(0, 0), (3, 3), (3, -1)])
def test_there_is_no_proof_of_what_is_not_there(size: int, place: int) -> None:
    with pytest.raises(IndexError):
        tree.inclusion_proof(hashes(size), place)


@pytest.mark.parametrize(("size", "first"), [(3, 0), (3, 4)])
def test_there_is_no_proof_of_growth_from_nothing_or_from_more(size: int, first: int) -> None:
    with pytest.raises(IndexError):
        tree.consistency_proof(hashes(size), first)


def test_a_copy_grows_alone() -> None:
    one = tree.Tree()
    one.extend(hashes(5))
    other = one.copy()
    other.append(tree.leaf_hash(b"x"))
    assert (one.size, one.root()) == (5, tree.root(hashes(5)))
    assert other.size == 6
