"""Withdrawing a registration, and reporting it as won or lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from core.access.guards import require

from .. import services
from ..enums import LIVE, State
from ..forms import LostForm, WithdrawForm, WonForm
from ..selectors import registration_detail
from .outcomes import refusals_as_messages


@dataclass(frozen=True, slots=True)
class Ending:
    """One way to end a registration: its form, the lines it is offered for, the service, and its words."""

    form: type
    states: frozenset[str]
    act: Callable[..., Any]
    title: Promise
    text: Promise
    label: Promise
    tone: str
    icon: str
    done: Promise


def _withdraw(registration, form, **common) -> None:
    services.withdraw(registration.pk, reason=form.cleaned_data["reason"], **common)


def _win(registration, form, **common) -> None:
    data = form.cleaned_data
    services.mark_won(
        registration.pk, order_number=data["order_number"], value_won=data["value_won"], **common
    )


def _lose(registration, form, **common) -> None:
    data = form.cleaned_data
    services.mark_lost(registration.pk, reason=data["reason"], text=data["text"], **common)


WITHDRAWING = Ending(
    WithdrawForm,
    frozenset(LIVE),
    _withdraw,
    _("Withdraw"),
    _("What is withdrawn is no longer protected and loses its place. Other dealers may then be protected."),
    _("Withdraw"),
    "danger",
    "arrow-back-up",
    _("Withdrawn."),
)
WINNING = Ending(
    WonForm,
    frozenset({State.APPROVED}),
    _win,
    _("Report as won"),
    _("The deal ends as won, and the order is remembered as yours."),
    _("Report as won"),
    "success",
    "trophy",
    _("Congratulations! Reported as won."),
)
LOSING = Ending(
    LostForm,
    frozenset({State.APPROVED}),
    _lose,
    _("Report as lost"),
    _("Protection ends at once. What you tell us helps the next deal."),
    _("Report as lost"),
    "danger",
    "circle-x",
    _("Reported as lost."),
)


@require_http_methods(["GET", "POST"])
def registration_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Withdraw some lines or all."""
    return _end(request, ref, WITHDRAWING)


@require_http_methods(["GET", "POST"])
def registration_won(request: HttpRequest, ref: str) -> HttpResponse:
    """Report some lines or all as won."""
    return _end(request, ref, WINNING)


@require_http_methods(["GET", "POST"])
def registration_lost(request: HttpRequest, ref: str) -> HttpResponse:
    """Report some lines or all as lost."""
    return _end(request, ref, LOSING)


def _end(request, ref: str, ending: Ending) -> HttpResponse:
    """Ask which lines, and end them."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.file", registration)
    back = reverse("registrations:registration_detail", args=[registration.ref])
    lines = [row for row in registration.lines.all() if row.state in ending.states]
    if not lines:
        messages.info(request, _("This can no longer be done: its status has changed meanwhile."))
        return redirect(back)
    form = ending.form(request.POST or None, lines=lines, initial={"value_won": registration.value})
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            ending.act(
                registration, form, actor=actor, at=timezone.now(), line_ids=form.cleaned_data["line_ids"]
            )
            messages.success(request, ending.done)
        return redirect(back)
    return render(
        request,
        "registrations/registration_end.html",
        {
            "form": form,
            "registration": registration,
            "ending": ending,
            "page_title": ending.title,
            "cancel_url": back,
        },
        status=422 if form.is_bound else 200,
    )
