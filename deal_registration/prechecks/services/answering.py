"""A person answers a question that waits: with what the check says now, or not at all."""

from datetime import datetime

from django.db import transaction

from core.access.actor import Actor
from core.access.guards import require
from core.retries import retry_on_collision
from core.workflow import lock, lock_all, move
from partners.selectors import terms_at

from ...asking import Judged, judge_question
from ...models import Registration
from ..keys import QUESTION_FIELDS
from ..models import Precheck, PrecheckLine
from ..workflow import QUESTION_WORKFLOW
from .asking import answered_line, answers_as_facts


def judged_anew(question: Precheck, *, at: datetime) -> Judged:
    """Return what the check says of a stored question at ``at``; nothing is written."""
    typed = Registration(
        partner=question.partner, **{name: getattr(question, name) for name in QUESTION_FIELDS}
    )
    return judge_question(typed, [row.line for row in question.lines.all()], at=at)


@retry_on_collision
def answer(question_pk: int, *, actor: Actor, at: datetime, message: str = "") -> Precheck:
    """Give the asker what the check says at ``at``, within what may be told, with a word of one's own.

    Raises ``TransitionRefused`` for one that waits no more, ``NotAllowed`` outside one's scope.
    """
    require(actor, "registrations.decide")
    with transaction.atomic():
        question = _locked(question_pk)
        terms = terms_at(question.partner, at)
        judged = judged_anew(question, at=at)
        rows = {row.line_id: row for row in lock_all(PrecheckLine.objects.filter(precheck=question))}
        told = [answered_line(question, one, terms, rows[one.line.line_id]) for one in judged.lines]
        PrecheckLine.objects.bulk_update(told, ["class_told", "told", "release_at", "is_taken"])
        codes = {one.line.line_id: one.line.line.code for one in judged.lines}
        move(
            QUESTION_WORKFLOW,
            question,
            "answer",
            actor=actor,
            at=at,
            changes={
                "answered_at": at,
                "answered_by_id": actor.user_id,
                "message": message,
                "is_own": judged.is_own,
            },
            partner_id=question.partner_id,
            facts={"answers": answers_as_facts(told, codes), "message": message},
        )
    return question


@retry_on_collision
def leave_unanswered(question_pk: int, *, actor: Actor, at: datetime, message: str) -> Precheck:
    """Do not answer, and say why; the asker may file all the same.

    Raises ``TransitionRefused`` for one that waits no more, ``NotAllowed`` outside one's scope.
    """
    require(actor, "registrations.decide")
    with transaction.atomic():
        question = _locked(question_pk)
        move(
            QUESTION_WORKFLOW,
            question,
            "leave",
            actor=actor,
            at=at,
            changes={"answered_at": at, "answered_by_id": actor.user_id, "message": message},
            partner_id=question.partner_id,
            facts={"message": message},
        )
    return question


def _locked(question_pk: int) -> Precheck:
    """Return the question, locked, with what judging it needs."""
    return lock(
        Precheck.objects.select_related(
            "partner__account", "partner__programme", "territory"
        ).prefetch_related("lines__line__family"),
        pk=question_pk,
    )
