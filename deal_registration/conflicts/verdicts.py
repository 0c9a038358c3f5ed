"""A verdict: every hit, the worst class among them, and what would change the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .changes import counterfactuals
from .checks import hits
from .facts import Facts
from .hits import Hit, VerdictClass, worst


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every hit and what would change the answer.

    ``told``: what would change it for a reader who never hears of the undisclosed codes; None where none of them
    hit, so that both are the same.
    """

    hits: tuple[Hit, ...]
    counterfactuals: tuple[dict[str, Any], ...] = ()
    told: tuple[dict[str, Any], ...] | None = None

    @property
    def class_(self) -> VerdictClass:
        """The worst class of any hit."""
        return worst(self.hits)

    @property
    def codes(self) -> frozenset[str]:
        """The codes that hit."""
        return frozenset(hit.code for hit in self.hits)

    @property
    def release_at(self) -> str | None:
        """When what blocks ends by itself (ISO time), if it does."""
        return next((item["from"] for item in self.counterfactuals if item["change"] == "wait"), None)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored on the line and shown by the API to staff (``docs/verdicts.md``)."""
        data: dict[str, Any] = {
            "class": self.class_.name.lower(),
            "hits": [hit.to_json() for hit in self.hits],
            "counterfactuals": list(self.counterfactuals),
            "release_at": self.release_at,
        }
        if self.told is not None:
            data["told"] = list(self.told)
        return data


def judge(facts: Facts) -> Verdict:
    """Return the verdict on ``facts``: every hit and what would change the answer."""
    found = hits(facts)
    hidden = facts.undisclosed & {hit.code for hit in found}
    return Verdict(
        found,
        tuple(counterfactuals(facts, found)),
        tuple(counterfactuals(facts, found, undisclosed=facts.undisclosed)) if hidden else None,
    )


def lines_to_leave_out(classes: Mapping[Any, VerdictClass]) -> tuple[Any, ...]:
    """Return which lines of a registration to leave out so that all the others are free, given each line's class.

    Those held or blocked, where at least one line is left and none of those left needs more than a look; () where
    leaving out changes nothing.
    """
    taken = tuple(line for line, class_ in classes.items() if class_ >= VerdictClass.HOLD)
    rest = [class_ for line, class_ in classes.items() if line not in taken]
    if not taken or not rest or max(rest) > VerdictClass.NOTICE:
        return ()
    return taken
