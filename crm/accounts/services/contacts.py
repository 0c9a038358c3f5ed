"""People at an account. What is about a person lies in the erasable part of the event."""

from datetime import datetime
from typing import Any

from django.db import transaction

from core import ledger, search
from core.access.actor import Actor
from core.access.guards import require
from core.workflow import lock

from ..models import Account, Contact

FIELDS = ("name", "job_title", "email", "phone")
OBJECT_TYPE = "accounts.contact"


def contact_texts(contact: Contact) -> list[str]:
    """Return the texts a contact is found by."""
    return [contact.name, contact.email, contact.phone]


def _personal(contact: Contact) -> dict[str, dict[str, str]]:
    return {f"contact:{contact.pk}": {field: getattr(contact, field) for field in FIELDS}}


@transaction.atomic
def add_contact(account_pk: int, *, data: dict[str, Any], actor: Actor, at: datetime) -> Contact:
    """Add a person to an account the actor may edit; raises ``ValidationError`` by field."""
    account = lock(Account.objects.select_related("territory"), pk=account_pk)
    require(actor, "accounts.edit", account)
    contact = Contact(account=account, created_at=at, **{field: data.get(field, "") for field in FIELDS})
    contact.clean_fields(exclude={"account"})
    contact.save(force_insert=True)
    search.index(OBJECT_TYPE, contact.pk, contact_texts(contact))
    ledger.record("contact.added", account, actor=actor, at=at, personal=_personal(contact))
    return contact


@transaction.atomic
def update_contact(pk: int, *, data: dict[str, Any], actor: Actor, at: datetime) -> Contact:
    """Change a person's fields; nothing happens where nothing differs."""
    contact = lock(Contact.objects.select_related("account__territory"), pk=pk)
    require(actor, "accounts.edit", contact.account)
    changed = [field for field in FIELDS if field in data and data[field] != getattr(contact, field)]
    if not changed:
        return contact
    for field in changed:
        setattr(contact, field, data[field])
    contact.clean_fields(exclude={"account"})
    contact.save(update_fields=changed)
    search.index(OBJECT_TYPE, contact.pk, contact_texts(contact))
    ledger.record("contact.changed", contact.account, actor=actor, at=at, personal=_personal(contact))
    return contact


@transaction.atomic
def remove_contact(pk: int, *, actor: Actor, at: datetime) -> None:
    """Take a person off an account."""
    contact = lock(Contact.objects.select_related("account__territory"), pk=pk)
    require(actor, "accounts.edit", contact.account)
    search.unindex(OBJECT_TYPE, contact.pk)
    ledger.record("contact.removed", contact.account, actor=actor, at=at, personal=_personal(contact))
    contact.delete()
