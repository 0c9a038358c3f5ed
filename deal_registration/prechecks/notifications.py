"""What people are told about pre-checks, read from the ledger: answers to who asked, probing to who decides."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ledger import facts_of
from core.notifications import Kind, register
from core.ui.names import SUFFIXES, local_name
from crm.catalog.models import ProductLine
from partners.models import Membership

from ..audience import MANAGE_TEAM, deciders
from .models import Precheck, Standing

QUESTION, STANDING = Precheck._meta.label_lower, Standing._meta.label_lower


def _question(event) -> Precheck:
    return Precheck.objects.select_related("partner__account", "territory").get(pk=event.object_id)


def _standing(event) -> Standing:
    return Standing.objects.select_related("partner__account__territory").get(pk=event.object_id)


def _about_question(event) -> dict[str, Any]:
    """Return what the templates of a question get."""
    question, facts = _question(event), facts_of(event)
    return {
        "customer": question.customer_name,
        "partner": question.partner.account.name,
        "territory": {language: local_name(question.territory, language) for language in SUFFIXES},
        "message": facts.get("message", ""),
    }


def _about_standing(event) -> dict[str, Any]:
    """Return what the templates about a partner's pre-checks get."""
    standing, facts = _standing(event), facts_of(event)
    return {
        "partner": standing.partner.account.name,
        "score": facts.get("score", 0),
        "explanation": facts.get("explanation", ""),
    }


def _asker(event) -> list[int]:
    return [_question(event).asked_by_id]


def _who_answers(event) -> set[int]:
    question = _question(event)
    return deciders(question, question.lines.values_list("line_id", flat=True))


def _team(event) -> set[int]:
    """Return who leads the partner's team; where nobody does, everybody there."""
    members = [
        (row.user_id, row.role.permissions)
        for row in Membership.objects.filter(
            partner_id=event.partner_id, is_active=True, user__is_active=True
        ).select_related("role")
    ]
    leading = {user_id for user_id, permissions in members if MANAGE_TEAM in permissions}
    return leading or {user_id for user_id, _permissions in members}


def _who_watches(event) -> set[int]:
    """Return the staff who decide where the partner is at home; a stop goes further up as well."""
    every_line = ProductLine.objects.values_list("pk", flat=True)
    return deciders(_standing(event), every_line, everyone=event.type == "precheck.stopped")


def _question_page(event) -> str:
    return reverse("prechecks:precheck_detail", args=[event.object_ref])


def _standing_page(event) -> str:
    return reverse("prechecks:standing_detail", args=[event.object_ref])


def _list_page(event) -> str:
    return reverse("prechecks:precheck_list")


register(
    Kind(
        code="precheck_answered",
        label=_("A pre-check was answered by a person"),
        about=QUESTION,
        event_types=("precheck.answered", "precheck.unanswered"),
        recipients=_asker,
        context=_about_question,
        url=_question_page,
        side="partner",
        permission="registrations.view",
    )
)
register(
    Kind(
        code="precheck_paused",
        label=_("Pre-checks of your company are slowed down, paused or open again"),
        about=STANDING,
        event_types=("precheck.slowed", "precheck.stopped", "precheck.lifted"),
        recipients=_team,
        context=_about_standing,
        url=_list_page,
        side="partner",
        permission="registrations.file",
    )
)
register(
    Kind(
        code="precheck_waiting",
        label=_("A pre-check waits for your answer"),
        about=QUESTION,
        event_types=("precheck.queued",),
        recipients=_who_answers,
        context=_about_question,
        url=_question_page,
        side="staff",
        permission="registrations.decide",
    )
)
register(
    Kind(
        code="precheck_probing",
        label=_("A partner's pre-checks look like probing"),
        about=STANDING,
        event_types=("precheck.slowed", "precheck.stopped"),
        recipients=_who_watches,
        context=_about_standing,
        url=_standing_page,
        side="staff",
        permission="registrations.decide",
    )
)
