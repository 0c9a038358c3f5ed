"""More time: asked on the page of a registration, or from the signed link of a reminder; decided by a reviewer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from core.access.actor import ORGANISATION_KEY, Actor, actor_for
from core.access.guards import allows, require
from core.workflow import TransitionRefused

from .. import links, services
from ..enums import LIVE, State
from ..exceptions import ActivityMissing, CannotExtend, RegistrationError
from ..extension_selectors import offer_of, requests_of, undecided_of
from ..forms import DeclineExtensionForm, ExtendForm, GrantExtensionForm
from ..models import Registration
from ..selectors import registration_detail
from .deciding import by_post
from .review import extension_lines, show_review


@require_http_methods(["GET", "POST"])
def registration_extend(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for more time. The page's own button does it in one click; with something to say, here."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.file", registration)
    back = reverse("registrations:registration_detail", args=[registration.ref])
    return _ask(request, actor, registration, back=back, template="registrations/registration_extend.html")


@sensitive_variables("token")
@require_http_methods(["GET", "POST"])
def registration_extend_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a reminder's link is about, with one button; looking at it changes nothing.

    Whoever is signed in acts for the partner that the link names, whichever they act for elsewhere; who does not belong
    to it finds nothing. The link is over when the protection it was sent about has ended.
    """
    try:
        link = links.read(token)
    except links.BadLink as error:
        raise Http404 from error
    actor = _for_partner(request, link.partner_id)
    registration = registration_detail(actor, link.ref)
    if registration.partner_id != link.partner_id or not allows(actor, "registrations.file", registration):
        raise Http404
    acts_elsewhere = request.actor.organisation_id != link.partner_id
    if link.until <= timezone.now() or registration.state == State.DRAFT:
        return render(
            request,
            "registrations/link_over.html",
            {
                "registration": registration,
                "acts_elsewhere": acts_elsewhere,
                "page_title": _("This link is over"),
            },
            status=410,
        )
    return _ask(
        request,
        actor,
        registration,
        back=request.path if acts_elsewhere else "",
        template="registrations/registration_extend.html",
        acts_elsewhere=acts_elsewhere,
    )


def _for_partner(request, partner_id: int) -> Actor:
    """Return the person signed in as they act for a partner, or raise ``Http404``."""
    if request.actor.organisation_id == partner_id:
        return request.actor
    if request.actor.read_only or request.actor.is_staff:
        raise Http404
    actor = actor_for(request.user, {ORGANISATION_KEY: partner_id})
    if actor.organisation_id != partner_id:
        raise Http404
    return actor


def _ask(
    request,
    actor: Actor,
    registration: Registration,
    *,
    back: str,
    template: str,
    acts_elsewhere: bool = False,
) -> HttpResponse:
    """Show the page, or ask and say what came of it."""
    lines = list(registration.lines.all())
    offer = offer_of(registration, lines, timezone.now())
    bound = request.method == "POST"
    form = ExtendForm(request.POST if bound else None, needs_note=offer.needs_note)
    if bound and (form.is_valid() or not offer.is_open):
        try:
            asked = services.ask_extension(
                registration.pk, actor=actor, at=timezone.now(), note=form.cleaned_data.get("note", "")
            )
        except ActivityMissing as refusal:
            form.add_error("note", str(refusal.message))
        except CannotExtend as refusal:
            (messages.info if refusal.asked else messages.error)(request, str(refusal.message))
            return redirect(back or reverse("registrations:registration_detail", args=[registration.ref]))
        except (RegistrationError, TransitionRefused) as refusal:
            messages.error(request, str(refusal.message))
            return redirect(back or reverse("registrations:registration_detail", args=[registration.ref]))
        else:
            words = (
                _("You have asked for more time. The deal stays protected until it is decided.")
                if asked.extension_due_at
                else _("The protection is extended.")
            )
            messages.success(request, words)
            return redirect(back or reverse("registrations:registration_detail", args=[registration.ref]))
    return render(
        request,
        template,
        {
            "form": form,
            "registration": registration,
            "lines": [line for line in lines if line.state in LIVE],
            "offer": offer,
            "is_protected": any(line.state == State.APPROVED for line in lines),
            "may_withdraw": any(line.state in LIVE for line in lines),
            "acts_elsewhere": acts_elsewhere,
            "page_title": _("More time for this deal"),
            "cancel_url": ""
            if acts_elsewhere
            else reverse("registrations:registration_detail", args=[registration.ref]),
        },
        status=422 if form.errors else 200,
    )


def _opened(request, ref: str) -> tuple[Registration, list]:
    """Return a registration the actor decides on, and its lines for which more time is undecided and theirs."""
    registration = registration_detail(request.actor, ref)
    require(request.actor, "registrations.decide", registration)
    requests = undecided_of(requests_of(registration))
    return registration, extension_lines(registration, requests, request.actor)


@by_post
def review_extension_grant(request: HttpRequest, ref: str) -> HttpResponse:
    """Grant more time on the chosen lines."""
    registration, lines = _opened(request, ref)
    form = GrantExtensionForm(request.POST, lines=lines)
    return _decide(
        request,
        registration,
        form,
        "grant",
        lambda line_ids: services.grant_extension(
            registration.pk, actor=request.actor, at=timezone.now(), line_ids=line_ids
        ),
        _("Extended: %(customer)s"),
    )


@by_post
def review_extension_decline(request: HttpRequest, ref: str) -> HttpResponse:
    """Decline more time on the chosen lines, with a reason."""
    registration, lines = _opened(request, ref)
    form = DeclineExtensionForm(request.POST, lines=lines)
    return _decide(
        request,
        registration,
        form,
        "decline",
        lambda line_ids: services.decline_extension(
            registration.pk,
            actor=request.actor,
            at=timezone.now(),
            line_ids=line_ids,
            reason=form.cleaned_data["reason"],
        ),
        _("More time declined: %(customer)s"),
    )


def _decide(request, registration: Registration, form, name: str, act, done: str) -> HttpResponse:
    """Carry out a decision; where it is refused, say why."""
    if not form.fields["line_ids"].choices:
        messages.error(request, str(TransitionRefused().message))
    elif not form.is_valid():
        return show_review(request, registration, opened=name, status=422, **{f"{name}_form": form})
    else:
        try:
            act(form.cleaned_data["line_ids"])
            messages.success(request, done % {"customer": registration.customer_name})
        except (RegistrationError, TransitionRefused) as refusal:
            messages.error(request, str(refusal.message))
    return redirect("registrations:review_detail", ref=registration.ref)
