"""Writing, reading and taking back messages; the thread itself stands on the pages of the registration."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.documents import UploadRefused
from core.jobs.idempotency import KeyReused

from ..enums import State
from ..exceptions import RegistrationError
from ..models import Registration
from ..selectors import registration_detail
from . import services
from .forms import MessageForm
from .models import Message
from .panels import context_of
from .threads import side_of


def _registration(request, ref: str) -> Registration:
    """Return a filed registration the actor sees, or raise ``Http404``; a draft has no thread."""
    require(request.actor, "registrations.view")
    registration = registration_detail(request.actor, ref)
    if registration.state == State.DRAFT:
        raise Http404
    return registration


def _back(request, registration: Registration, query: str = "") -> HttpResponse:
    """Go back to the thread on the page that this person works on."""
    name = "registration_detail" if request.actor.is_dealer else "review_detail"
    return redirect(f"{reverse(f'registrations:{name}', args=[registration.ref])}{query}#messages")


@require_GET
def thread(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer the page's question "is there anything new?": the messages, or 204 where nothing has changed."""
    registration = _registration(request, ref)
    if not request.htmx:
        return _back(request, registration)
    data = context_of(registration, request)
    if request.GET.get("state") == data["thread"].state:
        return HttpResponse(status=204)
    return render(request, "deal_messages/_thread.html", {"data": data})


@require_POST
def message_send(request: HttpRequest, ref: str) -> HttpResponse:
    """Send what was typed; what cannot be sent comes back with everything typed."""
    registration = _registration(request, ref)
    if side_of(request.actor, registration) is None:
        raise NotAllowed
    form = MessageForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.send(
                registration.ref,
                actor=request.actor,
                at=timezone.now(),
                text=form.cleaned_data["text"],
                uploads=form.cleaned_data["files"] or (),
                idempotency_key=form.cleaned_data["one_time_key"],
            )
            return _back(request, registration, "?sent=1")
        except (RegistrationError, UploadRefused, KeyReused) as refusal:
            form.add_error(None, str(refusal.message))
    return render(
        request,
        "deal_messages/message_form.html",
        {
            "form": form,
            "registration": registration,
            "page_title": _("Your message was not sent"),
            "submit_label": _("Send"),
            "cancel_url": _back(request, registration).url,
        },
        status=422,
    )


@require_POST
def message_read(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark what was shown as read."""
    registration = _registration(request, ref)
    services.mark_read(
        registration.ref, actor=request.actor, at=timezone.now(), upto=request.POST.get("upto", "")[:20]
    )
    return HttpResponse(status=204) if request.htmx else _back(request, registration)


@require_POST
def message_retract(request: HttpRequest, ref: str, message_ref: str) -> HttpResponse:
    """Take back a message of one's own."""
    registration = _registration(request, ref)
    message = Message.objects.filter(registration=registration).get_visible(request.actor, ref=message_ref)
    try:
        services.retract(message.ref, actor=request.actor, at=timezone.now())
        messages.success(request, _("Taken back. Its words and files are gone."))
    except RegistrationError as refusal:
        messages.warning(request, str(refusal.message))
    return _back(request, registration)
