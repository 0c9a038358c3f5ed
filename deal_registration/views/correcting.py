"""Staff revoke a protection; an administrator takes a mistaken decision back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access.guards import require

from .. import services
from ..enums import State
from ..forms import RevertForm, RevokeForm
from ..models import Registration
from ..review_selectors import lines_in_scope
from ..selectors import registration_detail
from ..services.correcting import lapsed_codes
from ..workflow import LINE_WORKFLOW
from .outcomes import refusals_as_messages


@require_http_methods(["GET", "POST"])
def review_revoke(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a protection away, with reason and explanation."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.decide", registration)
    lines = [
        row
        for row in lines_in_scope(registration, actor)
        if row.state == State.APPROVED and row.protected_until > timezone.now()
    ]
    return _page(
        request,
        registration,
        lines,
        RevokeForm,
        lambda data: services.revoke(
            registration.pk,
            actor=actor,
            at=timezone.now(),
            line_ids=data["line_ids"],
            reason=data["reason"],
            text=data["text"],
        ),
        title=_("Revoke the protection"),
        text=_(
            "The customer is free at once for whoever is next. The partner is told, with what you write here."
        ),
        label=_("Revoke"),
        icon="shield-x",
        done=_("Revoked: %(customer)s"),
    )


@require_http_methods(["GET", "POST"])
def review_revert(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a decision back that was a mistake."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.revert")
    return _page(
        request,
        registration,
        revertible(registration),
        RevertForm,
        lambda data: services.revert(
            registration.pk,
            actor=actor,
            at=timezone.now(),
            line_ids=data["line_ids"],
            reason=data["reason"],
        ),
        title=_("Take back a mistake"),
        text=_(
            "The lines wait for a decision again, each at the place it had. A line that was approved protects"
            " nothing until it is approved again."
        ),
        label=_("Take back"),
        icon="refresh",
        done=_("Taken back: %(customer)s"),
    )


def revertible(registration: Registration) -> list:
    """Return the lines whose decision may be taken back, as far as their state goes."""
    lapsed = lapsed_codes(registration)
    return [
        row
        for row in registration.lines.all()
        if row.state in LINE_WORKFLOW["revert"].sources
        and (row.state != State.WITHDRAWN or row.line.code in lapsed)
    ]


def _page(request, registration, lines, form_class, act, *, done: str, **words) -> HttpResponse:
    """Ask which lines and why, and do it."""
    back = reverse("registrations:review_detail", args=[registration.ref])
    if not lines:
        messages.info(request, _("This can no longer be done: its status has changed meanwhile."))
        return redirect(back)
    form = form_class(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            act(form.cleaned_data)
            messages.success(request, done % {"customer": registration.customer_name})
        return redirect(back)
    return render(
        request,
        "registrations/registration_end.html",
        {
            "form": form,
            "registration": registration,
            "ending": {**words, "tone": "danger"},
            "page_title": words["title"],
            "cancel_url": back,
        },
        status=422 if form.is_bound else 200,
    )
