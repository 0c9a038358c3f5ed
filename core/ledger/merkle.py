"""RFC 6962 Merkle trees over leaf hashes: root, inclusion proof, verification (pure).

Leaf hashes come ready made (``commitments.leaf_hash``). A tree is built level by level: an odd last node
moves up unchanged, which gives the same tree as the RFC's split at the largest power of two.
"""

import hashlib
from collections.abc import Sequence

NODE_PREFIX = b"\x01"
HASH_BYTES = 32


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    """Return the next level of the tree."""
    above = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the tree hash of ``leaves`` in their order; of none, the hash of nothing, as the RFC says."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from leaf ``index`` to the root, lowest first.

    Raises ``IndexError`` where there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} among {len(leaves)}")
    path = []
    level, place = list(leaves), index
    while len(level) > 1:
        neighbour = place ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        level, place = _level_above(level), place // 2
    return path


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that ``path`` leads to from ``leaf`` at ``index`` of ``size``; None if it can not."""
    if not 0 <= index < size:
        return None
    rest = list(reversed(path))
    reached, place, last = leaf, index, size - 1
    while last:
        if place % 2 or place != last:
            if not rest:
                return None
            neighbour = rest.pop()
            if len(neighbour) != HASH_BYTES:
                return None
            reached = node_hash(neighbour, reached) if place % 2 else node_hash(reached, neighbour)
        place, last = place // 2, last // 2
    return None if rest else reached


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes) -> bool:
    """Tell whether ``path`` proves that ``leaf`` stands at ``index`` of ``size`` leaves under a root."""
    return len(leaf) == HASH_BYTES and root_by_path(leaf, index, size, path) == expected_root
