"""The Merkle tree of RFC 6962 over SHA-256: roots, and proofs that a leaf is in it and that it only grew.

>>> hashes = [leaf_hash(bytes([number])) for number in range(5)]
>>> proof = inclusion_proof(hashes, 2)
>>> verify_inclusion(hashes[2], 2, 5, proof, root(hashes))
True
>>> verify_consistency(3, 5, root(hashes[:3]), root(hashes), consistency_proof(hashes, 3))
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two parts (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows: of all its leaves it holds only the roots of its full parts, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def append(self, hashed: bytes) -> None:
        """Add the hash of a leaf."""
        left = self.size
        while left & 1:
            hashed = node_hash(self._parts.pop(), hashed)
            left >>= 1
        self._parts.append(hashed)
        self.size += 1

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Add the hashes of leaves, in this order."""
        for hashed in hashes:
            self.append(hashed)

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._parts:
            return EMPTY
        *others, found = self._parts
        for part in reversed(others):
            found = node_hash(part, found)
        return found

    def copy(self) -> Tree:
        """Another tree of the same leaves, to try out how it would grow."""
        made = Tree()
        made.size, made._parts = self.size, list(self._parts)
        return made


def root(hashes: Iterable[bytes]) -> bytes:
    """The root of a tree over these hashes of leaves."""
    tree = Tree()
    tree.extend(hashes)
    return tree.root()


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The way from a leaf to the root (RFC 6962, 2.1.1). Raises IndexError where there is no such leaf."""
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    if len(hashes) == 1:
        return []
    middle = _middle(len(hashes))
    if index < middle:
        return [*inclusion_proof(hashes[:middle], index), root(hashes[middle:])]
    return [*inclusion_proof(hashes[middle:], index - middle), root(hashes[:middle])]


def consistency_proof(hashes: Sequence[bytes], first: int) -> list[bytes]:
    """That the first so many leaves are still the same (RFC 6962, 2.1.2). Raises IndexError where there are fewer."""
    if not 0 < first <= len(hashes):
        raise IndexError(first)
    return _subproof(hashes, first, whole=True)


def verify_inclusion(hashed: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the proof leads from the leaf to the root of the tree of this size (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, hashed
    for part in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(part, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, part)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``second`` leaves begins with that of ``first`` (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    one = two = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            one, two = node_hash(part, one), node_hash(part, two)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            two = node_hash(two, part)
        place, last = place >> 1, last >> 1
    return last == 0 and one == first_root and two == second_root


def _subproof(hashes: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    """whole: the root of these first leaves is known to who checks."""
    if first == len(hashes):
        return [] if whole else [root(hashes)]
    middle = _middle(len(hashes))
    if first <= middle:
        return [*_subproof(hashes[:middle], first, whole=whole), root(hashes[middle:])]
    return [*_subproof(hashes[middle:], first - middle, whole=False), root(hashes[:middle])]


def _middle(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1
