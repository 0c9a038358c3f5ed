"""Reads: the budget, an earlier question that is the same, questions as pages show them, signs of probing."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q

from core.access.actor import Actor
from crm.territories.scopes import within_scopes
from partners.models import Partner
from partners.selectors import calendar_for
from partners.terms import Disclosure, ProgrammeTerms

from ..models import Registration
from .budget import MONTH, Budget
from .enums import Level, QuestionState
from .keys import customer_key
from .models import Precheck, PrecheckLine, Standing
from .probing import Asked

ASKED_AGAIN = timedelta(days=1)
MOST_SCORED = 1000
LINES = Prefetch("lines", PrecheckLine.objects.select_related("line__family").order_by("line__order", "pk"))


def budget_of(partner: Partner, terms: ProgrammeTerms, at: datetime) -> Budget:
    """Return what ``partner`` may still ask at ``at``; the day begins at midnight of its calendar's zone."""
    begins = at.astimezone(zoneinfo.ZoneInfo(calendar_for(partner).time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    used = Precheck.objects.filter(partner_id=partner.pk, is_counted=True, asked_at__gt=at - MONTH).aggregate(
        today=Count("pk", filter=Q(asked_at__gte=begins)), month=Count("pk"), oldest=Min("asked_at")
    )
    return Budget(
        per_day=terms.prechecks_per_day,
        per_month=terms.prechecks_per_month,
        used_today=used["today"],
        used_this_month=used["month"],
        day_renews_at=begins + timedelta(days=1),
        month_renews_at=used["oldest"] + MONTH if used["oldest"] else None,
    )


def same_question(partner_id: int, key: str, at: datetime) -> Precheck | None:
    """Return the same question of the partner, answered or waiting, of the last day; None where there is none."""
    return (
        Precheck.objects.filter(
            partner_id=partner_id, question_key=key, repeats__isnull=True, asked_at__gt=at - ASKED_AGAIN
        )
        .exclude(state=QuestionState.UNANSWERED)
        .prefetch_related("lines")
        .order_by("-asked_at", "-pk")
        .first()
    )


def precheck_rows(actor: Actor):
    """Return the questions ``actor`` sees, with what a list shows."""
    return (
        Precheck.objects.visible_to(actor)
        .select_related("partner__account", "territory", "asked_by")
        .prefetch_related(LINES)
    )


def precheck_detail(actor: Actor, ref: str) -> Precheck:
    """Return one question with its lines; ``Http404`` for one not visible."""
    return (
        Precheck.objects.select_related(
            "partner__account__territory",
            "partner__programme",
            "territory",
            "asked_by",
            "answered_by",
            "registration",
        )
        .prefetch_related(LINES)
        .get_visible(actor, ref=ref)
    )


def standing_rows(actor: Actor):
    """Return the partners whose questions ``actor`` watches over, those with something to decide first."""
    waiting = Precheck.objects.filter(partner=OuterRef("partner"), state=QuestionState.WAITING)
    since = Precheck.objects.filter(partner=OuterRef("partner"))
    return (
        Standing.objects.visible_to(actor)
        .filter(Exists(since))
        .select_related("partner__account__territory")
        .annotate(has_waiting=Exists(waiting))
        .order_by("-score", "pk")
    )


def asked_by_partner(standing: Standing, *, at: datetime) -> list[Asked]:
    """Return the partner's questions of the last thirty days as the score sees them; two queries.

    Those before a person last lifted a pause are left out. Repeated ones are asked once.
    """
    since = max(filter(None, (at - MONTH, standing.counted_from)))
    questions = list(
        Precheck.objects.filter(partner_id=standing.partner_id, is_counted=True, asked_at__gt=since)
        .annotate(line_count=Count("lines"), taken_count=Count("lines", filter=Q(lines__is_taken=True)))
        .order_by("-asked_at", "-pk")[:MOST_SCORED]
    )
    filed_names = Registration.objects.filter(
        partner_id=standing.partner_id, received_at__gt=since
    ).values_list("customer_name", flat=True)[:MOST_SCORED]
    filed = {customer_key(name) for name in filed_names}
    return [
        Asked(
            at=row.asked_at,
            customer=row.customer_key,
            lines=row.line_count,
            taken=row.taken_count,
            is_own=row.is_own,
            is_filed=row.customer_key in filed,
        )
        for row in questions
    ]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a partner stands before it asks: what is left, and how it is answered."""

    budget: Budget
    level: str
    is_offered: bool


def position_of(partner: Partner, terms: ProgrammeTerms, at: datetime) -> Position:
    """Return where ``partner`` stands at ``at``."""
    budget = budget_of(partner, terms, at)
    level = Standing.objects.filter(partner=partner).values_list("level", flat=True).first()
    return Position(
        budget, level or Level.NORMAL, budget.is_offered and terms.disclosure != Disclosure.NOTHING
    )


def waiting_questions(actor: Actor) -> int:
    """Return how many questions wait for an answer that ``actor`` can give."""
    if not actor.may("registrations.decide"):
        return 0
    inside = within_scopes(actor, "registrations.decide", territory="territory__path", line=None)
    return Precheck.objects.visible_to(actor).filter(inside, state=QuestionState.WAITING).count()
