"""From a score to a level and a verdict: what the business calls the same, alike or related. Pure.

L1 same registry id, L2 same domain, L3 equal name and nothing against it, L4 alike, L5 same house.
"""

from .candidates import CONFLICT, POSSIBLE, RELATED
from .scoring import EQUAL, UNLIKE, Scored, Weights

L1, L2, L3, L4, L5 = "L1", "L2", "L3", "L4", "L5"
STRENGTH = (L1, L3, L2, L4, L5)  # what counts where several hold
AGAINST = ("registry.differs", "place.country", "place.region", "place.city", "named.differs")


def level_of(scored: Scored, using: Weights) -> tuple[str, str]:
    """Return (level, verdict) of a comparison; two empty texts where it is not worth a look."""
    codes = {feature.code for feature in scored.features}
    if "registry.same" in codes or "number.same" in codes:
        return L1, CONFLICT
    if scored.names.branch:
        return L5, RELATED
    conflict = scored.total >= using.conflict[scored.script] and "registry.differs" not in codes
    reached = any(code.startswith("domain.same") for code in codes)
    if any(code.startswith(EQUAL) for code in codes):
        against = any(code.startswith(AGAINST) for code in codes)
        return (L3 if conflict and not against else L4), CONFLICT if conflict else POSSIBLE
    if conflict:
        name = sum(
            scored.weight(feature) for feature in scored.features if feature.code.startswith(_NAME_CODES)
        )
        return (L2 if reached and (name <= 0 or codes.intersection(UNLIKE)) else L4), CONFLICT
    if reached:
        return L2, POSSIBLE
    return (L4, POSSIBLE) if scored.total >= using.possible[scored.script] else ("", "")


_NAME_CODES = (
    "name.",
    "brand.",
    "slip.",
    "kind.",
    "short.",
    "added.",
    "more.",
    "words.",
    "kinds.",
    "initials.",
    "read.",
    "trade.",
)
