"""Judging a question instead of a filing: the same facts, the same check, and nothing made, locked or written.

A question is an unsaved registration with unsaved lines, under the id that no row has (``facts.NOBODY``). Whether the
customer and the project are known or not, the same reads are made, so that the time the answer takes tells little of
what was found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from crm.catalog.models import ProductLine
from crm.projects.services import find_project, normal_project, normal_tender

from .conflicts import Verdict, judge
from .enums import State
from .facts import NOBODY, Known, customer_matches, gather, relate, surest
from .models import Claim, Registration, RegistrationLine

BEHIND_ALL = 2**63 - 1  # a place in the sequence behind every other: whoever files now comes last


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """The verdict on one product line of a question; ``line`` is unsaved and carries the verdict as screening would."""

    line: RegistrationLine
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on a question. ``is_own``: the asking partner holds protection for this customer, on any line."""

    lines: tuple[JudgedLine, ...]
    is_own: bool


def judge_question(typed: Registration, lines: Iterable[ProductLine], *, at: datetime) -> Judged:
    """Return what the check would say if ``typed`` (unsaved, partner and territory set) were filed at ``at``.

    What only a filing can lack, value and documents, is not held against a question.
    """
    typed.pk, typed.state, typed.received_at = NOBODY, State.DRAFT, at
    known = _identify(typed)
    judged = []
    for product_line in lines:
        line = RegistrationLine(
            pk=NOBODY,
            registration=typed,
            line=product_line,
            sequence_number=BEHIND_ALL,
            received_at=at,
        )
        facts = gather(typed, line, known, judged_at=at)
        verdict = judge(replace(facts, minimum_value=None, missing_documents=()))
        line.verdict = verdict.to_json()
        judged.append(JudgedLine(line, verdict))
    own = Claim.objects.filter(partner_id=typed.partner_id, customer_id__in=known.same, state="approved")
    return Judged(tuple(judged), own.exists())


def _identify(typed: Registration) -> Known:
    """Say which known organisation and project the question is about; ``NOBODY`` for one that nobody knows."""
    matches = customer_matches(typed)
    customer_id = surest(matches, chosen=typed.customer_account_id) or NOBODY
    project = find_project(customer_id, name=typed.project_name, tender_number=typed.tender_number)
    if normal_project(typed.project_name) or normal_tender(typed.tender_number):
        typed.project, typed.project_id = project, project.pk if project else NOBODY
    return relate(typed, customer_id, matches)
