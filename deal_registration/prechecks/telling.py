"""What of a verdict is told before filing: less than after it, and the same whether the customer is known or not.

Told are the asker's own standing and the claims of others on the scope. What rests on the manufacturer's knowledge of
a customer (house list, direct work, past orders, likeness, groups) is "a person has to look" without a word more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partners.terms import Disclosure, ProgrammeTerms

from ..conflicts import Verdict
from ..telling import disclosed

NEVER_TOLD = frozenset({"R08", "R09", "R10", "R11", "R15"})
SILENT = frozenset({"R16"})  # stands in nobody's way, and would tell of a group
SHUT = frozenset(
    {"R03", "R04"}
)  # the line or territory is not the asker's: others' claims there are not told
OWN = frozenset({"R01", "R02", "R03", "R04", "R13", "R14"})
RIVALS = frozenset({"R05", "R06", "R07"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told of one line, free of language: ``told`` has the form of a stored verdict, without evidence."""

    told: dict[str, Any]
    is_taken: bool
    release_at: datetime | None

    @property
    def class_(self) -> str:
        """The class told."""
        return self.told["class"]


def answer_of(verdict: Verdict, terms: ProgrammeTerms) -> Answer:
    """Return what may be told of ``verdict`` before filing.

    The day of release is when the claims that are told of end, whatever else stands: a missing day would tell that
    there is something.
    """
    hits = [hit for hit in verdict.hits if hit.code not in SILENT]
    if any(hit.code in SHUT for hit in hits):
        hits = [hit for hit in hits if hit.code in OWN]
    undisclosed = frozenset(terms.undisclosed_codes) | NEVER_TOLD
    found = {"hits": [hit.to_json() for hit in hits], "counterfactuals": []}
    shown = disclosed(found, terms.disclosure, undisclosed)
    ends = [
        hit["evidence"]["until"]
        for hit in shown["hits"]
        if hit["code"] in RIVALS and "until" in hit["evidence"]
    ]
    is_told = terms.disclosure == Disclosure.CLASS_AND_RELEASE
    release = max(ends, key=datetime.fromisoformat, default=None) if is_told else None
    told = {
        "class": shown["class"] if shown["class"] != "notice" else "clear",
        "hits": [
            {"code": hit["code"], "class": hit["class"], "evidence": _own_evidence(hit)}
            for hit in shown["hits"]
        ],
        "counterfactuals": [],
        "release_at": release,
    }
    return Answer(
        told,
        any(hit["code"] in RIVALS for hit in shown["hits"]),
        datetime.fromisoformat(release) if release else None,
    )


def _own_evidence(hit: dict[str, Any]) -> dict[str, Any]:
    """Return the evidence that may be kept: which registration of the asker's own stands there."""
    return {"registration": hit["evidence"].get("registration")} if hit["code"] == "R02" else {}
