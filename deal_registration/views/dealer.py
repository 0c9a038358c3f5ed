"""One registration as its partner sees it, and the answer to what was asked for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.guards import allows, require
from core.documents import files_of
from core.documents.pdf import unavailable_reason
from core.ledger import timeline
from crm.panels import panels_for

from .. import services
from ..beside import notes_for
from ..disclosure import without_lines
from ..enums import ENDED, LIVE, PENDING, State
from ..exceptions import NotComplete
from ..extension_selectors import offer_of
from ..forms import AnswerForm, ExtendForm, FilesForm
from ..models import Registration
from ..next_step import next_step_of, question_words
from ..selectors import disclosed_verdict, registration_detail
from ..story import readable
from .drafting import FIELD_OF_ERROR, attach_files
from .outcomes import refusals_as_messages

MOST_POLLS = 90


@require_GET
def registration_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one registration: state, the next action, verdict, lines, receipt, timeline."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    if registration.state == State.DRAFT:
        return redirect("registrations:registration_edit", ref=registration.ref)
    lines = list(registration.lines.all())
    rows = told_rows(lines, actor)
    question = open_question(registration)
    now = timezone.now()
    offer = offer_of(registration, lines, now)
    may_act = (
        allows(actor, "registrations.file", registration) and actor.organisation_id == registration.partner_id
    )
    return render(
        request,
        "registrations/registration_detail.html",
        {
            "registration": registration,
            "panels": panels_for("registrations.registration", registration, request),
            "rows": rows,
            "free_without": without_lines([(row, told) for row, told, _hits in rows]),
            "question": question,
            "next_step": next_step_of(registration, lines, question=question, may_act=may_act, offer=offer),
            "step_form": ExtendForm(),
            "undecided": {request.registration_line_id: request for request in offer.undecided},
            "predecessor": registration.predecessor,
            "successors": successors_of(registration, actor),
            "may_amend": may_act and any(row.state in LIVE for row in lines),
            "may_file_again": may_act and any(row.state in ENDED for row in lines),
            "is_checking": any(row.state == State.SCREENING for row in lines),
            "may_act": may_act,
            "may_withdraw": may_act and any(row.state in LIVE for row in lines),
            "may_close": may_act and any(row.state == State.APPROVED for row in lines),
            "files_form": FilesForm(actor=actor)
            if may_act and any(row.state in LIVE for row in lines)
            else None,
            "may_decide": actor.may("registrations.decide"),
            "contacts": list(registration.contacts.all()),
            "files": list(files_of(registration)),
            "timeline_entries": readable(timeline(registration, actor), actor),
            "no_pdf_reason": unavailable_reason(),
        },
    )


def successors_of(registration: Registration, actor) -> list[Registration]:
    """Return the registrations that replaced this one, or filed it again, as far as ``actor`` sees them."""
    return list(Registration.objects.visible_to(actor).filter(predecessor=registration).order_by("pk")[:5])


@require_GET
def registration_progress(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer the page's question "is the check over?": the waiting strip again, or the order to load anew."""
    registration = registration_detail(request.actor, ref)
    try:
        round_number = min(int(request.GET.get("round", "0")), MOST_POLLS)
    except ValueError:
        round_number = 0
    if not any(row.state == State.SCREENING for row in registration.lines.all()):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(
        request,
        "registrations/_checking.html",
        {"registration": registration, "round": round_number + 1, "gives_up": round_number >= MOST_POLLS},
    )


@require_POST
def file_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Attach documents to a live registration."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.file", registration)
    form = FilesForm(request.POST, request.FILES, actor=actor)
    if form.is_valid():
        attach_files(form, registration, actor=actor, at=timezone.now())
    for complaints in form.errors.values():
        for message in complaints:
            messages.error(request, message)
    if not form.errors:
        messages.success(request, _("Added."))
    return redirect(reverse("registrations:registration_detail", args=[registration.ref]) + "#documents")


def told_rows(lines, actor) -> list[tuple]:
    """Return (line, what is told of its check, hits).

    A hit comes with the reference of the own registration it points to and with what is shown beside it.
    """
    told = [(row, told_of(row, actor)) for row in lines]
    pointed_to = {hit.registration_id for _row, words in told if words for hit in words.hits} - {None}
    refs = dict(Registration.objects.visible_to(actor).filter(pk__in=pointed_to).values_list("pk", "ref"))
    cases = {(hit.code, row.line_id) for row, words in told if words for hit in words.hits}
    notes = notes_for(cases, actor)
    return [
        (
            row,
            words,
            [
                (hit, refs.get(hit.registration_id, ""), notes[hit.code, row.line_id])
                for hit in (words.hits if words else ())
            ],
        )
        for row, words in told
    ]


def told_of(row, actor):
    """Return what a reader is told of a line's check while that matters: it is pending, or was refused by the check."""
    told = disclosed_verdict(row, actor)
    if told is None or row.state in PENDING:
        return told
    return told if row.state == State.REJECTED and row.decided_by_id is None else None


def open_question(registration: Registration):
    """Return the information request that waits for an answer, or None; reads prefetched rows."""
    return next((row for row in registration.information_requests.all() if row.answered_at is None), None)


@require_http_methods(["GET", "POST"])
def registration_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Mend the fields that were asked for, and no others."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.file", registration)
    question = open_question(registration)
    if question is None or registration.partner_id != actor.organisation_id:
        messages.info(request, _("There is no open question on this registration."))
        return redirect("registrations:registration_detail", ref=registration.ref)
    files = list(files_of(registration))
    bound = request.method == "POST"
    form = AnswerForm(
        request.POST if bound else None,
        request.FILES if bound else None,
        instance=registration,
        actor=actor,
        fields=question.fields,
        stored_files=files,
    )
    contacts = form.contact_forms(request.POST if bound else None)
    if bound and all([form.is_valid(), contacts is None or contacts.is_valid()]):
        now = timezone.now()
        attach_files(form, registration, actor=actor, at=now)
        if not form.errors:
            try:
                with refusals_as_messages(request):
                    services.answer_request(
                        registration.pk,
                        actor=actor,
                        at=now,
                        data=form.data_for_service(),
                        contacts=contacts.contacts() if contacts is not None else None,
                    )
                    messages.success(request, _("Your answer is sent. The registration is checked again."))
                return redirect("registrations:registration_detail", ref=registration.ref)
            except NotComplete as refusal:
                for field, message in refusal.errors.items():
                    name = FIELD_OF_ERROR.get(field, field)
                    form.add_error(name if name in form.fields else None, message)
    return render(
        request,
        "registrations/registration_answer.html",
        {
            "form": form,
            "contacts": contacts,
            "question": question,
            "question_words": question_words(question),
            "registration": registration,
            "page_title": _("Answer the question"),
            "submit_label": _("Send the answer"),
            "cancel_url": reverse("registrations:registration_detail", args=[registration.ref]),
        },
        status=422 if bound else 200,
    )
