"""What staff do with pre-checks: answer what waits, look at signs of probing, lift a pause."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.guards import allows, require
from core.ledger import timeline
from core.workflow import TransitionRefused
from partners.selectors import terms_at

from ...asking import Judged
from ...wording import CLASS_WORDS, CODE_WORDS
from .. import services
from ..enums import Level
from ..forms import LiftForm, MessageForm
from ..models import Precheck, Standing
from ..selectors import position_of, precheck_rows
from ..wording import signs_in_words

SHOWN_QUESTIONS = 50


def check_in_words(judged: Judged) -> list[tuple]:
    """Return (line, class, its words, what was found in words) of a judged question: for staff who answer it."""
    return [
        (
            row.line.line,
            row.verdict.class_.name.lower(),
            CLASS_WORDS[row.verdict.class_.name.lower()],
            [CODE_WORDS.get(hit.code, hit.code) for hit in row.verdict.hits],
        )
        for row in judged.lines
    ]


@require_POST
def precheck_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer a question that waits with what the check says now, or say that it is not answered."""
    actor, now = request.actor, timezone.now()
    require(actor, "registrations.decide")
    question = Precheck.objects.get_visible(actor, ref=ref)
    is_left = request.POST.get("action") == "leave"
    form = MessageForm(request.POST, prefix="leave" if is_left else "answer", is_needed=is_left)
    if not form.is_valid():
        messages.error(request, _("Say in a few words why it is not answered: the dealer reads it."))
        return redirect("prechecks:precheck_detail", ref=question.ref)
    message = form.cleaned_data["message"]
    try:
        if is_left:
            services.leave_unanswered(question.pk, actor=actor, at=now, message=message)
            messages.success(request, _("The dealer is told that this is not answered, and why."))
        else:
            services.answer(question.pk, actor=actor, at=now, message=message)
            messages.success(request, _("Answered. The dealer is told."))
    except TransitionRefused as refusal:
        messages.warning(request, str(refusal.message))
    return redirect("prechecks:precheck_detail", ref=question.ref)


@require_GET
def standing_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how a partner asks: the signs, the budget, the questions behind them."""
    require(request.actor, "registrations.decide")
    return _show(request, _standing(request.actor, ref), LiftForm())


@require_http_methods(["POST"])
def standing_lift(request: HttpRequest, ref: str) -> HttpResponse:
    """Lift a pause for a reason."""
    actor = request.actor
    require(actor, "registrations.decide")
    standing = _standing(actor, ref)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _show(request, standing, form, status=422)
    try:
        services.lift(standing.pk, actor=actor, at=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("Lifted. The partner is told, and may ask again."))
    except TransitionRefused as refusal:
        messages.warning(request, str(refusal.message))
    return redirect("prechecks:standing_detail", ref=standing.ref)


def _standing(actor, ref: str) -> Standing:
    """Return a standing that the actor watches over, or raise ``Http404``."""
    return Standing.objects.select_related(
        "partner__account__territory", "partner__programme", "partner__calendar"
    ).get_visible(actor, ref=ref)


def _show(request, standing: Standing, form: LiftForm, *, status: int = 200) -> HttpResponse:
    """Render the page of one partner's pre-checks."""
    actor, now = request.actor, timezone.now()
    terms = terms_at(standing.partner, now)
    questions = precheck_rows(actor).filter(partner_id=standing.partner_id).order_by("-asked_at", "-pk")
    return render(
        request,
        "prechecks/standing_detail.html",
        {
            "standing": standing,
            "terms": terms,
            "position": position_of(standing.partner, terms, now),
            "signs": signs_in_words(standing.reasons),
            "questions": list(questions[:SHOWN_QUESTIONS]),
            "may_lift": standing.level != Level.NORMAL and allows(actor, "registrations.decide", standing),
            "form": form,
            "timeline_entries": timeline(standing, actor),
        },
        status=status,
    )
