"""Typing a registration and filing it: nothing typed is lost, and a double click files once."""

import hashlib

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access.guards import require
from core.documents import UploadRefused, files_of
from core.jobs.idempotency import once
from core.workflow import TransitionRefused
from partners.selectors import BAR_MESSAGES, may_file

from .. import services
from ..enums import State
from ..exceptions import NotComplete, RegistrationError
from ..forms import ContactFormSet, RegistrationForm
from ..models import Registration
from .outcomes import refusals_as_messages

FIELD_OF_ERROR = {"lines": "line_ids"}


@require_http_methods(["GET", "POST"])
def registration_new(request: HttpRequest) -> HttpResponse:
    """Show an empty form; save what was typed as a draft, and file it when asked to."""
    require(request.actor, "registrations.file")
    if request.method == "POST":
        return _receive(request, Registration())
    return _page(request, *_fresh_forms(request, Registration()))


@require_http_methods(["GET", "POST"])
def registration_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a draft's form; save it, and file it when asked to."""
    require(request.actor, "registrations.file")
    registration = _own(request, ref)
    if registration.state != State.DRAFT:
        return redirect("registrations:registration_detail", ref=registration.ref)
    if request.method == "POST":
        return _receive(request, registration)
    return _page(request, *_fresh_forms(request, registration))


@require_POST
def registration_delete(request: HttpRequest, ref: str) -> HttpResponse:
    """Delete a draft."""
    registration = _own(request, ref)
    with refusals_as_messages(request):
        services.delete_draft(registration.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("The draft is deleted."))
    return redirect("registrations:registration_list")


@require_POST
def file_remove(request: HttpRequest, ref: str, file_ref: str) -> HttpResponse:
    """Remove a document from a draft."""
    registration = _own(request, ref)
    files_of(registration).get_visible(request.actor, ref=file_ref)
    with refusals_as_messages(request):
        services.detach(registration.pk, file_ref, actor=request.actor, at=timezone.now())
    return redirect("registrations:registration_edit", ref=registration.ref)


def _own(request, ref: str) -> Registration:
    """Return a registration of the actor's own organisation, or raise ``Http404``."""
    return (
        Registration.objects.filter(partner_id=request.actor.organisation_id)
        .select_related("customer_account", "territory")
        .get_visible(request.actor, ref=ref)
    )


def _fresh_forms(request, registration: Registration):
    """Return the forms as they are first shown."""
    contacts = ContactFormSet(registration=registration)
    return RegistrationForm(
        instance=registration,
        actor=request.actor,
        contact_formset=contacts,
        stored_files=_files(registration),
    ), contacts


def _files(registration: Registration) -> list:
    """Return the documents of a saved registration."""
    return list(files_of(registration)) if registration.pk else []


def _page(request, form, contacts, *, status: int = 200) -> HttpResponse:
    """Render the form."""
    saved = form.instance if form.instance.pk else None
    return render(
        request,
        "registrations/registration_form.html",
        {
            "form": form,
            "contacts": contacts,
            "registration": saved,
            "bars": [BAR_MESSAGES[bar] for bar in may_file(form.partner, timezone.now())],
            "page_title": _("Continue your registration") if saved else _("Register a deal"),
        },
        status=status,
    )


def _receive(request, registration: Registration) -> HttpResponse:
    """Save what is well formed as a draft; file it if asked to and possible; else show the form with its errors."""
    actor, now = request.actor, timezone.now()
    contacts = ContactFormSet(request.POST, registration=registration)
    form = RegistrationForm(
        request.POST,
        request.FILES,
        instance=registration,
        actor=actor,
        contact_formset=contacts,
        stored_files=_files(registration),
    )
    is_well_formed = all([form.is_valid(), contacts.is_valid()])
    if "one_time_key" not in form.cleaned_data:
        return _page(request, form, contacts, status=422)

    is_autosave = request.POST.get("action") == "autosave"
    if registration.pk is None and not form.says_anything and not contacts.contacts():
        if is_autosave:
            return HttpResponse(status=422)
        form.add_error(None, _("Nothing is filled in yet. Begin with the end customer."))
        return _page(request, form, contacts, status=422)
    saved = _save(form, contacts, actor=actor, at=now)
    if is_autosave:
        return HttpResponse(status=204)
    if saved.state != State.DRAFT:
        return redirect("registrations:registration_detail", ref=saved.ref)
    attach_files(form, saved, actor=actor, at=now)
    if request.POST.get("action") != "submit":
        if is_well_formed:
            messages.success(request, _("Saved as a draft. Nothing is filed yet."))
            return redirect("registrations:registration_edit", ref=saved.ref)
        return _again(request, form, contacts, saved)
    if not is_well_formed:
        for field, message in services.missing_fields(saved).items():
            _complain(form, field, message)
        return _again(request, form, contacts, saved)
    try:
        services.submit(saved.pk, actor=actor, at=now)
    except NotComplete as refusal:
        for field, message in refusal.errors.items():
            _complain(form, field, message)
        return _again(request, form, contacts, saved)
    except TransitionRefused:  # the other click of a double click was faster
        pass
    except RegistrationError as refusal:
        form.add_error(None, str(refusal.message))
        return _again(request, form, contacts, saved)
    return redirect("registrations:registration_detail", ref=saved.ref)


def _save(form, contacts, *, actor, at) -> Registration:
    """Save the well-formed part as a draft and return it; the same key never makes a second draft.

    A key already spent on a draft brings that draft back and saves into it; on something filed, that filing.
    """
    known = form.instance if form.instance.pk else None

    def write(draft: Registration | None) -> Registration:
        lines = form.line_ids_for_service()
        if lines is None:
            lines = [row.line_id for row in draft.lines.all()] if draft else []
        return services.save_draft(
            actor=actor,
            at=at,
            registration=draft,
            data=form.data_for_service(),
            contacts=contacts.contacts(),
            line_ids=lines,
        )

    try:
        if known is not None:
            return write(known)
        with transaction.atomic():
            ref, is_new = once(
                f"user:{actor.user_id}",
                form.cleaned_data["one_time_key"],
                _fingerprint(),
                lambda: write(None).ref,
            )
        draft = Registration.objects.get_visible(actor, ref=ref)
        return draft if is_new or draft.state != State.DRAFT else write(draft)
    except TransitionRefused:
        return Registration.objects.get_visible(actor, pk=known.pk if known else draft.pk)


def _fingerprint() -> str:
    """Return what the key of a draft stands for: the form, not its contents, which a person may correct."""
    return hashlib.sha256(b"registrations: a new draft").hexdigest()


def attach_files(form, saved: Registration, *, actor, at) -> None:
    """Attach what was uploaded, each file once however often it is sent."""
    uploads = form.cleaned_data.get("documents") or ()
    known = set(files_of(saved).values_list("name", "sha256")) if uploads else set()
    kind = form.cleaned_data.get("document_kind", "")
    for upload in uploads:
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
        if (upload.name, digest.hexdigest()) in known:
            continue
        try:
            stored = services.attach(saved.pk, upload, actor=actor, at=at, kind=kind)
        except UploadRefused as refusal:
            form.add_error("documents", str(refusal.message))
        except TransitionRefused:
            return
        else:
            known.add((stored.name, stored.sha256))


def _complain(form, field: str, message) -> None:
    """Put a service's complaint at its field, or on top where the form has no such field."""
    field = FIELD_OF_ERROR.get(field, field)
    if field == "contacts":
        form.contact_error = message
        form.add_error(None, message)
    elif field in form.fields:
        if field not in form.errors:
            form.add_error(field, message)
    else:
        form.add_error(None, message)


def _again(request, form, contacts, saved: Registration) -> HttpResponse:
    """Show the form with its errors and everything typed, on the draft that now holds the well-formed part."""
    form.instance = saved
    form.stored_files = _files(saved)
    form.draft_saved = True
    return _page(request, form, contacts, status=422)
