"""What is shown of an account to whom: one list of facts for the page."""

from django.utils.translation import gettext as _

from core.access.fields import field_access
from core.ui.countries import country_name

from .models import Account

STAFF_FIELDS = (
    "other_name",
    "kind",
    "number",
    "registry_id",
    "industry",
    "country",
    "city",
    "address",
    "website",
    "phone",
    "territory",
    "owner",
)
DEALER_FIELDS = ("other_name", "country", "city")


def account_facts(account: Account, actor) -> list[tuple[str, str]]:
    """Return (label, value) of the fields the actor may read; a dealer is shown name and place only."""
    access = field_access(actor, Account)
    names = DEALER_FIELDS if actor.is_dealer else STAFF_FIELDS
    facts = []
    for name in names:
        if not access.readable(name):
            continue
        value = getattr(account, name)
        if name == "kind":
            value = account.get_kind_display()
        elif name == "country":
            value = country_name(value)
        elif name == "territory" and value is not None:
            value = value.name
        elif name == "owner":
            value = (value.full_name or value.email) if value is not None else _("nobody")
        label = Account._meta.get_field(name).verbose_name
        facts.append((str(label)[:1].upper() + str(label)[1:], value or ""))
    return facts


def contact_rows(contacts, actor) -> list[dict]:
    """Return contacts with the fields the actor may read."""
    access = field_access(actor, "accounts.contact")
    return [
        {
            "contact": contact,
            "job_title": contact.job_title if access.readable("job_title") else "",
            "email": contact.email if access.readable("email") else "",
            "phone": contact.phone if access.readable("phone") else "",
        }
        for contact in contacts
    ]
