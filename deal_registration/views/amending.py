"""Its dealer changes a filed registration, or files an ended one again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access.guards import require
from core.documents import files_of
from core.jobs.idempotency import KeyReused
from core.workflow import TransitionRefused

from .. import services
from ..enums import LIVE
from ..exceptions import NewPlaceNotAccepted, NotComplete, RegistrationError
from ..forms import AmendForm, ContactFormSet, ExtendForm
from ..models import Registration
from ..selectors import registration_detail
from .drafting import FIELD_OF_ERROR, attach_files
from .outcomes import refusals_as_messages


@require_http_methods(["GET", "POST"])
def registration_amend(request: HttpRequest, ref: str) -> HttpResponse:
    """Change what was filed; what takes a new place is said before it does."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.file", registration)
    back = reverse("registrations:registration_detail", args=[registration.ref])
    if not any(row.state in LIVE for row in registration.lines.all()):
        messages.info(request, _("This registration has ended. File it again instead."))
        return redirect(back)
    bound = request.method == "POST"
    contacts = ContactFormSet(request.POST if bound else None, registration=registration)
    form = AmendForm(
        request.POST if bound else None,
        request.FILES if bound else None,
        instance=registration,
        actor=actor,
        contact_formset=contacts,
        stored_files=list(files_of(registration)),
    )
    if bound and all([form.is_valid(), contacts.is_valid()]):
        attach_files(form, registration, actor=actor, at=timezone.now())
        amended = _amend(form, contacts, registration, actor) if not form.errors else None
        if amended is not None:
            replaced = amended.pk != registration.pk
            messages.success(
                request,
                _("Filed anew with your changes. It is checked again.") if replaced else _("Changed."),
            )
            return redirect("registrations:registration_detail", ref=amended.ref)
    return render(
        request,
        "registrations/registration_amend.html",
        {
            "form": form,
            "contacts": contacts,
            "registration": registration,
            "page_title": _("Change the registration"),
            "cancel_url": back,
        },
        status=422 if bound else 200,
    )


def _amend(form, contacts, registration: Registration, actor) -> Registration | None:
    """Do it; None where it is refused: the complaint stands in the form then."""
    try:
        return services.amend(
            registration.pk,
            actor=actor,
            at=timezone.now(),
            data=form.data_for_service(),
            contacts=contacts.contacts(),
            added_line_ids=form.added_line_ids(),
            accepts_new_place=form.cleaned_data.get("accepts_new_place", False),
            idempotency_key=form.cleaned_data["one_time_key"],
        )
    except NotComplete as refusal:
        for field, message in refusal.errors.items():
            name = FIELD_OF_ERROR.get(field, field)
            form.add_error(name if name in form.fields else None, message)
    except NewPlaceNotAccepted as refusal:
        form.add_error("accepts_new_place", str(refusal.message))
    except (RegistrationError, TransitionRefused, KeyReused) as refusal:
        form.add_error(None, str(refusal.message))
    return None


@require_POST
def registration_again(request: HttpRequest, ref: str) -> HttpResponse:
    """Make a draft of an ended registration and open it."""
    actor = request.actor
    registration = registration_detail(actor, ref)
    require(actor, "registrations.file", registration)
    key = ExtendForm(request.POST)
    with refusals_as_messages(request):
        draft = services.file_again(
            registration.pk,
            actor=actor,
            at=timezone.now(),
            idempotency_key=key.data.get("one_time_key", "")[:64] or None,
        )
        messages.success(request, _("Everything is carried over. Look through it, then submit."))
        return redirect("registrations:registration_edit", ref=draft.ref)
    return redirect("registrations:registration_detail", ref=registration.ref)
