"""Typing a registration: drafts, contacts, lines, documents."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.documents import files_of, store
from core.documents.models import StoredFile
from core.ledger import record
from core.workflow import TransitionRefused, lock
from crm.accounts.models import Account

from ..enums import LIVE, State
from ..models import Registration, RegistrationContact, RegistrationLine

# What the dealer types; nothing else is ever taken from a form or an import.
TYPED_FIELDS = (
    "own_reference",
    "customer_account",
    "customer_name",
    "customer_registry_id",
    "customer_country",
    "customer_city",
    "customer_address",
    "customer_website",
    "customer_phone",
    "purchasing_name",
    "specifying_name",
    "project_name",
    "tender_number",
    "tender_published_on",
    "opportunity_type",
    "territory",
    "value",
    "expected_close_on",
    "description",
)
CONTACT_FIELDS = ("name", "job_title", "email", "phone")


def set_typed(registration: Registration, data: dict[str, Any], actor: Actor) -> list[str]:
    """Put typed values on ``registration`` (unsaved); return the names of fields that changed.

    Raises ``NotAllowed`` for a known customer that the actor may not see, ``ValueError`` for a field nobody types.
    """
    strangers = set(data) - set(TYPED_FIELDS)
    if strangers:
        raise ValueError(f"not typed by a dealer: {sorted(strangers)}")
    account = data.get("customer_account")
    if account is not None and not Account.objects.visible_to(actor).filter(pk=account.pk).exists():
        raise NotAllowed
    changed = []
    for field, value in data.items():
        if getattr(registration, field) != value:
            setattr(registration, field, value)
            changed.append(field)
    return changed


def set_contacts(
    registration: Registration, contacts: Iterable[dict[str, str]], *, is_new: bool = False
) -> None:
    """Replace the contacts of a saved registration by ``contacts``; rows without a name are left out.

    ``is_new``: it was saved just now and has none yet.
    """
    if not is_new:
        registration.contacts.all().delete()
    RegistrationContact.objects.bulk_create(
        RegistrationContact(
            registration=registration, **{field: contact.get(field, "") for field in CONTACT_FIELDS}
        )
        for contact in contacts
        if contact.get("name", "").strip()
    )


def set_lines(registration: Registration, line_ids: Iterable[int], *, is_new: bool = False) -> None:
    """Make the draft's product lines exactly ``line_ids``. ``is_new``: it was saved just now and has none yet."""
    wanted = set(line_ids)
    present = set() if is_new else set(registration.lines.values_list("line_id", flat=True))
    if present - wanted:
        registration.lines.exclude(line_id__in=wanted).delete()
    RegistrationLine.objects.bulk_create(
        RegistrationLine(registration=registration, line_id=line_id) for line_id in sorted(wanted - present)
    )


def save_draft(
    *,
    actor: Actor,
    at: datetime,
    registration: Registration | None = None,
    data: dict[str, Any],
    contacts: Iterable[dict[str, str]] = (),
    line_ids: Iterable[int] = (),
) -> Registration:
    """Create or change a draft of the actor's own organisation; return it.

    Raises ``NotAllowed`` for someone who may not file, ``TransitionRefused`` for one that is filed already.
    """
    require(actor, "registrations.file")
    if actor.organisation_id is None or actor.user_id is None:
        raise NotAllowed
    with transaction.atomic():
        if registration is None:
            row = Registration(partner_id=actor.organisation_id, created_by_id=actor.user_id, created_at=at)
        else:
            row = lock(Registration.objects.filter(partner_id=actor.organisation_id), pk=registration.pk)
            if row.state != State.DRAFT:
                raise TransitionRefused(state=row.state)
        set_typed(row, data, actor)
        row.save()
        set_contacts(row, contacts, is_new=registration is None)
        set_lines(row, line_ids, is_new=registration is None)
    return row


def delete_draft(registration_pk: int, *, actor: Actor, at: datetime) -> None:
    """Delete a draft with its documents. Raises ``TransitionRefused`` for one that is filed."""
    require(actor, "registrations.file")
    with transaction.atomic():
        row = lock(Registration.objects.filter(partner_id=actor.organisation_id), pk=registration_pk)
        if row.state != State.DRAFT:
            raise TransitionRefused(state=row.state)
        files = list(files_of(row))
        for stored in files:
            stored.delete()
        row.delete()
    for stored in files:
        stored.content.delete(save=False)


def attach(registration_pk: int, upload, *, actor: Actor, at: datetime, kind: str = "") -> StoredFile:
    """Attach an uploaded document to a draft or a live registration of the actor's own organisation.

    Raises ``core.documents.UploadRefused`` for a wrong type or size, ``TransitionRefused`` for an ended one.
    """
    require(actor, "registrations.file")
    with transaction.atomic():
        row = lock(Registration.objects.filter(partner_id=actor.organisation_id), pk=registration_pk)
        if row.state not in LIVE | {State.DRAFT}:
            raise TransitionRefused(state=row.state)
        stored = store(upload, obj=row, kind=kind, actor=actor, at=at)
        if row.state == State.DRAFT:
            row.save(
                update_fields=["updated_at"]
            )  # what was prepared to be filed is told that it is outdated
        else:
            row.last_activity_at = at
            row.save(update_fields=["last_activity_at", "updated_at"])
            record(
                "registration.file_added",
                row,
                actor=actor,
                at=at,
                partner_id=row.partner_id,
                facts={"file_name": stored.name, "sha256": stored.sha256},
            )
    return stored


def detach(registration_pk: int, file_ref: str, *, actor: Actor, at: datetime) -> None:
    """Remove a document from a draft. What was filed stays filed: raises ``TransitionRefused``."""
    require(actor, "registrations.file")
    with transaction.atomic():
        row = lock(Registration.objects.filter(partner_id=actor.organisation_id), pk=registration_pk)
        if row.state != State.DRAFT:
            raise TransitionRefused(state=row.state)
        stored = files_of(row).get(ref=file_ref)
        stored.delete()
        row.save(update_fields=["updated_at"])
        transaction.on_commit(lambda: stored.content.delete(save=False), robust=True)
