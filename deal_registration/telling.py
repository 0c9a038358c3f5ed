"""How much of a verdict its partner may hear, as pure functions; ``disclosure`` puts the rest into words.

The status that screening gives follows from what may be told, so that the status shown is always the one stored: a
hit that may not be told counts as a review, by a person, whatever its class is.
"""

from collections.abc import Collection, Iterable
from typing import Any

from partners.terms import Disclosure, ProgrammeTerms

from .conflicts import Hit, VerdictClass

CODES = frozenset(f"R{number:02}" for number in range(1, 17))
# What a partner is asked for has to be told at every level.
ALWAYS_TOLD = frozenset({"R12"})


def hidden_codes(terms: ProgrammeTerms) -> frozenset[str]:
    """Return the codes that the programme never tells its partners."""
    return _hidden(terms.disclosure, terms.undisclosed_codes)


def shown_class(found: Iterable[Hit], hidden: Collection[str]) -> VerdictClass:
    """Return the class that a partner is shown: the worst of what may be told; the rest is a review at most."""
    worst = VerdictClass.CLEAR
    for hit in found:
        worst = max(worst, min(hit.class_, VerdictClass.REVIEW) if hit.code in hidden else hit.class_)
    return worst


def disclosed(verdict: dict[str, Any], disclosure: str, undisclosed: Collection[str]) -> dict[str, Any]:
    """Return the part of a stored verdict that a partner may know, in the same form.

    Nothing in it depends on a hidden code: what would change the answer is derived from the others alone, and no day
    is named unless ``disclosure`` says so.
    """
    hidden = _hidden(disclosure, undisclosed)
    class_ = shown_class(hits_of(verdict), hidden)
    if disclosure == Disclosure.NOTHING and class_ is not VerdictClass.ASK:
        return {"class": "review", "hits": [], "counterfactuals": [], "release_at": None}
    hides = any(hit["code"] in hidden for hit in verdict["hits"])
    changes = verdict.get("told", []) if hides else verdict.get("counterfactuals", [])
    if disclosure != Disclosure.CLASS_AND_RELEASE:
        changes = [change for change in changes if not _has_a_release(change)]
    return {
        "class": class_.name.lower(),
        "hits": [hit for hit in verdict["hits"] if hit["code"] not in hidden],
        "counterfactuals": list(changes),
        "release_at": next((change["from"] for change in changes if change["change"] == "wait"), None),
    }


def hits_of(verdict: dict[str, Any]) -> list[Hit]:
    """Return the hits of a stored verdict."""
    return [Hit(hit["code"], VerdictClass[hit["class"].upper()], hit["evidence"]) for hit in verdict["hits"]]


def _hidden(disclosure: str, undisclosed: Collection[str]) -> frozenset[str]:
    """Return the codes that are never told at this level."""
    return (CODES if disclosure == Disclosure.NOTHING else frozenset(undisclosed)) - ALWAYS_TOLD


def _has_a_release(change: dict[str, Any]) -> bool:
    """Tell whether a change gives away when another's protection ends."""
    return change["change"] == "wait" or any(_has_a_release(each) for each in change.get("changes", ()))
