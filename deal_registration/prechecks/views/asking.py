"""A dealer asks, reads the answer, and goes on to register the deal without typing again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.guards import allows, require
from core.jobs.idempotency import KeyReused
from core.ledger import timeline
from partners.selectors import BAR_MESSAGES, may_file, terms_at

from ...exceptions import NotComplete, RegistrationError
from ...models import Registration
from ...services.drafts import save_draft
from ...views.drafting import FIELD_OF_ERROR
from .. import services
from ..enums import QuestionState
from ..exceptions import BudgetSpent, Paused
from ..forms import MessageForm, PrecheckForm
from ..models import Precheck
from ..selectors import position_of, precheck_detail
from ..services.answering import judged_anew
from ..wording import free_without, shown_lines
from .watching import check_in_words


@require_http_methods(["GET", "POST"])
def precheck_new(request: HttpRequest) -> HttpResponse:
    """Show the form with what is left of the budget; ask, or register what was typed instead."""
    require(request.actor, "registrations.file")
    if request.method == "GET":
        return _page(request, PrecheckForm(actor=request.actor))
    form = PrecheckForm(request.POST, actor=request.actor)
    is_well_formed = form.is_valid()
    if "one_time_key" not in form.cleaned_data:
        return _page(request, form, status=422)
    if request.POST.get("action") == "register":
        return _register_instead(request, form)
    if not is_well_formed:
        return _page(request, form, status=422)
    try:
        question = services.ask(
            actor=request.actor,
            at=timezone.now(),
            data=form.data_for_service(),
            line_ids=form.line_ids_for_service() or (),
            idempotency_key=form.cleaned_data["one_time_key"],
        )
    except NotComplete as refusal:
        for field, message in refusal.errors.items():
            form.add_error(FIELD_OF_ERROR.get(field, field), message)
        return _page(request, form, status=422)
    except KeyReused:  # the form was changed after its answer came: a new question, with a new key
        return _page(request, form, status=422, is_stale=True)
    except (BudgetSpent, Paused):
        return _page(request, form, status=429)
    except RegistrationError as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, form, status=422)
    return redirect("prechecks:precheck_detail", ref=question.ref)


def _page(request, form, *, status: int = 200, is_stale: bool = False) -> HttpResponse:
    """Render the form, or what to do where nothing can be asked."""
    now = timezone.now()
    position = position_of(form.partner, terms_at(form.partner, now), now)
    if is_stale:
        form.data = form.data.copy()
        form.data["one_time_key"] = form.fields["one_time_key"].initial
        messages.warning(
            request, _("This form was already sent with other content. Press once more to ask this.")
        )
    return render(
        request,
        "prechecks/precheck_form.html",
        {
            "form": form,
            "position": position,
            "bars": [BAR_MESSAGES[bar] for bar in may_file(form.partner, now)],
            "page_title": _("Is this customer free?"),
        },
        status=status,
    )


def _register_instead(request, form) -> HttpResponse:
    """Keep what was typed as a draft, without asking."""
    if not form.says_anything:
        return redirect("registrations:registration_new")
    draft = save_draft(
        actor=request.actor,
        at=timezone.now(),
        data=form.data_for_service(),
        line_ids=form.line_ids_for_service() or (),
    )
    messages.success(request, _("Saved as a draft with everything you typed. Nothing is filed yet."))
    return redirect("registrations:registration_edit", ref=draft.ref)


@require_GET
def precheck_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one question and its answer, line by line; to staff also the means to answer one that waits."""
    actor, now = request.actor, timezone.now()
    require(actor, "registrations.view")
    question = precheck_detail(actor, ref)
    lines = shown_lines(question, actor)
    is_own = actor.is_dealer and actor.organisation_id == question.partner_id
    may_answer = question.state == QuestionState.WAITING and allows(actor, "registrations.decide", question)
    position = position_of(question.partner, terms_at(question.partner, now), now) if is_own else None
    return render(
        request,
        "prechecks/precheck_detail.html",
        {
            "question": question,
            "lines": lines,
            "free_without": free_without(lines),
            "has_free": any(line.told and line.told.class_ == "clear" for line in lines),
            "may_register": is_own and allows(actor, "registrations.file"),
            "draft": _visible_registration(question, actor),
            "position": position,
            "may_answer": may_answer,
            "check": check_in_words(judged_anew(question, at=now)) if may_answer else None,
            "answer_form": MessageForm(prefix="answer"),
            "leave_form": MessageForm(prefix="leave", is_needed=True),
            "timeline_entries": timeline(question, actor),
        },
    )


def _visible_registration(question: Precheck, actor) -> Registration | None:
    """Return the registration made of the question, where the reader sees it."""
    if question.registration_id is None:
        return None
    return Registration.objects.visible_to(actor).filter(pk=question.registration_id).first()


@require_POST
def precheck_register(request: HttpRequest, ref: str) -> HttpResponse:
    """Make a draft of a question and open it: everything is filled in."""
    actor = request.actor
    require(actor, "registrations.file")
    question = Precheck.objects.filter(partner_id=actor.organisation_id).get_visible(actor, ref=ref)
    draft = services.begin_registration(
        question.pk, actor=actor, at=timezone.now(), only_free=request.POST.get("lines") == "free"
    )
    messages.success(request, _("Everything you asked is filled in. Nothing is filed yet."))
    return redirect(reverse("registrations:registration_edit", args=[draft.ref]))
