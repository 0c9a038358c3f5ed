"""What a comparison says: features with codes, and how two names compare."""

from dataclasses import dataclass

CHINESE, LATIN, ACROSS = "zh", "latin", "across"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One feature: its code, what was typed, what is kept, and what it counts (log-odds; 0 before scoring)."""

    code: str
    ours: str = ""
    theirs: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Names:
    """How two names compare: with which weights to judge it, the features, and what of one house they may be.

    ``branch``: one is the other's branch or unit; ``part``: one holds the other's whole name and more; ``kin``: they
    begin with the same words.
    """

    script: str
    features: tuple[Evidence, ...]
    branch: bool = False
    part: bool = False
    kin: bool = False


NOTHING = Names(LATIN, ())


def size_of(text: str) -> str:
    """Return how long a brand or core is, as far as it matters."""
    return str(min(len(text), 4))


def common_start(one: str, other: str) -> int:
    """Return how many signs two texts begin with alike."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def common_end(one: str, other: str, most: int) -> int:
    """Return how many signs two texts end with alike, at most ``most``."""
    count = 0
    while count < most and one[-1 - count] == other[-1 - count]:
        count += 1
    return count
