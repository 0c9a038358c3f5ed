"""What would change the answer: changes of the facts, each tried by the checks themselves, none guessed.

A change is exact JSON: ``change`` (its kind, below), ``codes`` (whose hits it comes from), what it needs, and
``class``: the class of the verdict once it has come true.

| change | needs | means |
|---|---|---|
| ``wait`` | ``from`` | from that instant on, unless what stands there is extended or won |
| ``cool_down`` | ``from`` | filed again from that instant on |
| ``value`` | ``minimum``, ``currency`` | with an expected value of at least that much |
| ``documents`` | ``documents`` | with documents of these kinds attached |
| ``certificate`` | ``certificate`` | with this certificate in force |
| ``project`` | ``named`` | for another project than the one named; where none is named, for one that is |
| ``fewer_open`` | ``count`` | with so many fewer open registrations, those without activity first |
| ``report_idle`` | ``count`` | with activity reported on so many of those without |
| ``together`` | ``changes`` | none of them alone, but all of them at once |
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .checks import hits
from .facts import Facts
from .hits import Hit, VerdictClass, worst

ANOTHER_PROJECT = -1  # an id that no project has
_BY_PROJECT = frozenset({"R02", "R05", "R06", "R07", "R14"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change that may come true: what is stored of it, and what it makes of the facts."""

    data: dict[str, Any]
    apply: Callable[[Facts], Facts]


def apply_change(facts: Facts, data: dict[str, Any]) -> Facts:
    """Return the facts after a change as stored has come true. Raises ``LookupError`` for an unknown kind."""
    match data["change"]:
        case "wait":
            return replace(facts, judged_at=max(facts.judged_at, datetime.fromisoformat(data["from"])))
        case "cool_down":
            then = datetime.fromisoformat(data["from"])
            return replace(facts, received_at=then, judged_at=max(facts.judged_at, then))
        case "value":
            return replace(facts, value=facts.minimum_value)
        case "documents":
            return replace(facts, missing_documents=())
        case "certificate":
            return replace(facts, missing_certificate="")
        case "project":
            ours = () if facts.project_id is None else (facts.project_id,)
            return replace(
                facts,
                project_id=ANOTHER_PROJECT,
                parted_projects=frozenset(),
                other_projects=(*facts.other_projects, *ours),
            )
        case "fewer_open":
            return replace(
                facts,
                open_registrations=facts.open_registrations - data["count"],
                idle_registrations=max(0, facts.idle_registrations - data["count"]),
            )
        case "report_idle":
            return replace(facts, idle_registrations=facts.idle_registrations - data["count"])
        case "together":
            for each in data["changes"]:
                facts = apply_change(facts, each)
            return facts
    raise LookupError(data["change"])


def counterfactuals(
    facts: Facts, found: Sequence[Hit], *, undisclosed: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """Return the changes after which the same check gives a better class; each was tried.

    With ``undisclosed`` the answer is that of a reader who never hears of those codes: their hits count as a review
    at most, which no change takes away, and nothing is derived from them. Where no change alone helps, the fewest of
    them that do at once.
    """
    visible = [hit for hit in found if hit.code not in undisclosed]
    least = min(worst(hit for hit in found if hit.code in undisclosed), VerdictClass.REVIEW)
    before = max(worst(visible), least)
    if before < VerdictClass.REVIEW:
        return []

    def tried(data: dict[str, Any]) -> VerdictClass:
        after = hits(apply_change(facts, data))
        return max(worst(hit for hit in after if hit.code not in undisclosed), least)

    possible = list(_possible(facts, visible))
    helping = [
        {**change, "class": after.name.lower()} for change in possible if (after := tried(change)) < before
    ]
    if helping or len(possible) < 2:
        return helping
    return _together(possible, before, tried)


def _together(
    possible: list[dict[str, Any]], before: VerdictClass, tried: Callable[[dict[str, Any]], VerdictClass]
) -> list[dict[str, Any]]:
    """Return the changes that help at once, without those that are not needed; none where all do not help."""

    def joined(changes: list[dict[str, Any]]) -> dict[str, Any]:
        codes = sorted({code for change in changes for code in change["codes"]})
        return {"change": "together", "codes": codes, "changes": changes}

    after = tried(joined(possible))
    if after >= before:
        return []
    needed = list(possible)
    for change in possible:
        fewer = [each for each in needed if each is not change]
        if len(fewer) > 1 and tried(joined(fewer)) <= after:
            needed = fewer
    return [{**joined(needed), "class": after.name.lower()}]


def _possible(facts: Facts, found: Iterable[Hit]) -> Iterator[dict[str, Any]]:
    """Yield what could be changed about the hits, tried or not."""
    by_code = {hit.code: hit for hit in found}
    if "R01" in by_code and facts.missing_certificate:
        yield {"change": "certificate", "codes": ["R01"], "certificate": facts.missing_certificate}
    waits = [by_code[code] for code in ("R05", "R07") if code in by_code]
    if waits:
        until = max((hit.evidence["until"] for hit in waits), key=datetime.fromisoformat)
        yield {"change": "wait", "codes": [hit.code for hit in waits], "from": until}
    scoped = sorted(_BY_PROJECT & set(by_code))
    if scoped:
        yield {"change": "project", "codes": scoped, "named": facts.project_id is not None}
    if "R12" in by_code:
        yield from _for_r12(by_code["R12"])
    if "R13" in by_code:
        yield from _for_r13(facts, by_code["R13"])
    if "R14" in by_code:
        yield {"change": "cool_down", "codes": ["R14"], "from": by_code["R14"].evidence["until"]}


def _for_r12(hit: Hit) -> Iterator[dict[str, Any]]:
    evidence = hit.evidence
    if "minimum" in evidence:
        minimum, currency = evidence["minimum"], evidence["currency"]
        yield {"change": "value", "codes": ["R12"], "minimum": minimum, "currency": currency}
    if "documents" in evidence:
        yield {"change": "documents", "codes": ["R12"], "documents": evidence["documents"]}


def _for_r13(facts: Facts, hit: Hit) -> Iterator[dict[str, Any]]:
    """Yield the fewest registrations to close, and the fewest to report on, after which R13 is gone."""
    for kind, most in (
        ("fewer_open", facts.open_registrations - 1),
        ("report_idle", facts.idle_registrations),
    ):
        change = _fewest(facts, {"change": kind, "codes": [hit.code]}, most)
        if change is not None:
            yield change


def _fewest(facts: Facts, change: dict[str, Any], most: int) -> dict[str, Any] | None:
    """Return ``change`` with the least count after which R13 is gone; None where no count helps.

    By bisection: what so many mend, more of them mend too.
    """
    low, high = 1, most
    if most < 1 or _hoards(facts, {**change, "count": most}):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if _hoards(facts, {**change, "count": middle}) else (low, middle)
    return {**change, "count": low}


def _hoards(facts: Facts, change: dict[str, Any]) -> bool:
    return any(hit.code == "R13" for hit in hits(apply_change(facts, change)))
