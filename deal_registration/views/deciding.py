"""What a reviewer does to a registration. Each action is a POST; afterwards the queue moves to the next."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access.guards import require
from core.workflow import TransitionRefused

from .. import services
from ..exceptions import RegistrationError
from ..forms import ApproveForm, AskForm, MatchForm, NoteForm, RejectForm
from ..forms.answer import fields_to_request
from ..models import Registration
from ..review_selectors import decidable_line_ids, review_facts
from ..selectors import next_in_queue, registration_detail
from .review import show_review


def by_post(view):
    """Let a POST act. A GET (an address reloaded after a refusal) leads back to the page, for whoever sees it."""

    @wraps(view)
    def wrapped(request: HttpRequest, ref: str) -> HttpResponse:
        if request.method == "POST":
            return view(request, ref)
        registration = registration_detail(request.actor, ref)
        return redirect("registrations:review_detail", ref=registration.ref)

    return require_http_methods(["GET", "POST"])(wrapped)


def _opened(request, ref: str) -> Registration:
    """Return a registration that the actor may decide on somewhere, or raise (404, 403)."""
    registration = registration_detail(request.actor, ref)
    require(request.actor, "registrations.decide", registration)
    return registration


def _decidable(request, registration: Registration) -> list:
    """Return the lines that wait and lie in the actor's scope."""
    lines = list(registration.lines.all())
    ids = decidable_line_ids(registration, lines, request.actor)
    return [row for row in lines if row.line_id in ids]


def _carry_out(request, registration: Registration, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and move to the next in the queue; where it is refused, say why and stay."""
    successor = next_in_queue(request.actor, registration)
    try:
        act()
    except (RegistrationError, TransitionRefused) as refusal:
        messages.error(request, str(refusal.message))
        return redirect("registrations:review_detail", ref=registration.ref)
    still_waits = bool(_decidable(request, registration_detail(request.actor, registration.ref)))
    messages.success(request, done)
    if still_waits:
        return redirect("registrations:review_detail", ref=registration.ref)
    if successor is None:
        return redirect("registrations:review_queue")
    return redirect("registrations:review_detail", ref=successor.ref)


@by_post
def review_approve(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve the chosen lines."""
    registration = _opened(request, ref)
    form = ApproveForm(request.POST, lines=_decidable(request, registration))
    if not form.is_valid():
        return _refused(request, registration, form, "approve")
    return _carry_out(
        request,
        registration,
        lambda: services.approve(
            registration.pk, actor=request.actor, at=timezone.now(), line_ids=form.cleaned_data["line_ids"]
        ),
        _("Approved: %(customer)s") % {"customer": registration.customer_name},
    )


@by_post
def review_reject(request: HttpRequest, ref: str) -> HttpResponse:
    """Reject the chosen lines with a reason."""
    registration = _opened(request, ref)
    form = RejectForm(request.POST, lines=_decidable(request, registration))
    if not form.is_valid():
        return _refused(request, registration, form, "reject")
    data = form.cleaned_data
    return _carry_out(
        request,
        registration,
        lambda: services.reject(
            registration.pk,
            actor=request.actor,
            at=timezone.now(),
            line_ids=data["line_ids"],
            reason=data["reason"],
            text=data["text"],
        ),
        _("Rejected: %(customer)s") % {"customer": registration.customer_name},
    )


@by_post
def review_ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask the dealer to mend named fields."""
    registration = _opened(request, ref)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _refused(request, registration, form, "ask")
    data = form.cleaned_data
    return _carry_out(
        request,
        registration,
        lambda: services.request_information(
            registration.pk,
            actor=request.actor,
            at=timezone.now(),
            fields=fields_to_request(data["fields_asked"]),
            message=data["message"],
        ),
        _("Asked: %(customer)s") % {"customer": registration.customer_name},
    )


@by_post
def review_match(request: HttpRequest, ref: str) -> HttpResponse:
    """Say of a customer or project offered for comparison: the same, or another."""
    registration = _opened(request, ref)
    form = MatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This cannot be done."))
        return redirect("registrations:review_detail", ref=registration.ref)
    facts, data = review_facts(registration, request.actor), form.cleaned_data
    customers = {row.account.ref: row.account.pk for row in facts.customers}
    projects = {row.project.ref: row.project.pk for row in facts.projects}
    customer_id, project_id = customers.get(data["customer"]), projects.get(data["project"])
    if customer_id is None and project_id is None:
        raise Http404
    try:
        services.decide_match(
            registration.pk,
            actor=request.actor,
            at=timezone.now(),
            customer_id=customer_id,
            project_id=project_id,
            verdict=data["verdict"],
        )
        messages.success(request, _("Noted. The registration was checked again."))
    except (RegistrationError, TransitionRefused) as refusal:
        messages.error(request, str(refusal.message))
    return redirect("registrations:review_detail", ref=registration.ref)


@by_post
def review_note(request: HttpRequest, ref: str) -> HttpResponse:
    """Add an internal note."""
    registration = registration_detail(request.actor, ref)
    require(request.actor, "registrations.view")
    if request.actor.is_dealer:
        raise Http404
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, registration, form, "note")
    services.add_note(registration.pk, actor=request.actor, at=timezone.now(), text=form.cleaned_data["text"])
    messages.success(request, _("Note added."))
    return redirect("registrations:review_detail", ref=registration.ref)


def _refused(request, registration: Registration, form, name: str) -> HttpResponse:
    """Show the page again with the refused form open, everything typed kept; or say that nothing waits any more."""
    if name in ("approve", "reject") and not form.fields["line_ids"].choices:
        messages.error(request, str(TransitionRefused().message))
        return redirect("registrations:review_detail", ref=registration.ref)
    return show_review(request, registration, opened=name, status=422, **{f"{name}_form": form})
