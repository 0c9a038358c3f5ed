"""What two organisations have in common and what sets them apart, as a list of features. Pure functions.

Each feature is one ``Evidence`` with a code; ``scoring`` gives each code its weight. Nothing here depends on who asks
and who is kept: comparing the other way round gives the same codes.
"""

from dataclasses import replace

from ..normal import NormalName
from .across import compare_across
from .chinese import compare_chinese
from .circumstances import compare_contacts, compare_ids, compare_places, place_tokens
from .evidence import ACROSS, CHINESE, LATIN, NOTHING, Evidence, Names
from .latin import compare_latin

__all__ = [
    "ACROSS",
    "CHINESE",
    "LATIN",
    "NOTHING",
    "Evidence",
    "Names",
    "compare_contacts",
    "compare_ids",
    "compare_names",
    "compare_places",
    "place_tokens",
]
SAME_HOUSE = ("name.equal", "name.order", "slip.", "read.whole", "read.all")


def compare_names(one: NormalName, other: NormalName, places: frozenset[str] = frozenset()) -> Names:
    """Return how two names compare; no features: they have nothing in common.

    ``places``: words that only say where the two organisations are.
    """
    if one.is_chinese and other.is_chinese:
        found = compare_chinese(one, other)
    elif one.is_chinese:
        found = compare_across(one, other)
    elif other.is_chinese:
        found = compare_across(other, one)
        found = replace(found, features=tuple(Evidence(e.code, e.theirs, e.ours) for e in found.features))
    else:
        found = compare_latin(one, other, places)
    if found.features and one.branch != other.branch and found.features[0].code.startswith(SAME_HOUSE):
        return replace(found, branch=True)
    return found
