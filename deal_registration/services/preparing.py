"""What a filing consists of, read and checked before any product line is locked for it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import clock
from core.access.actor import Actor
from core.documents import files_of
from core.workflow import TransitionRefused
from partners.selectors import may_file

from ..enums import State
from ..exceptions import NotComplete, PartnerMayNotFile
from ..models import Registration, RegistrationLine
from .drafts import TYPED_FIELDS

REQUIRED = {
    "customer_name": _("Name the end customer."),
    "customer_country": _("Say in which country the end customer is."),
    "territory": _("Choose the territory of the site."),
    "value": _("Give the expected value."),
    "expected_close_on": _("Give the day you expect to close the deal."),
}


@dataclass(frozen=True, slots=True)
class Filing:
    """A draft that may be filed: its rows with what they refer to, and the facts of the event to be.

    ``facts`` lack the places in the sequences, which only the lock gives.
    """

    registration: Registration
    lines: list[RegistrationLine]
    facts: dict[str, Any]
    personal: dict[str, dict]

    def with_rows(self, rows: list[RegistrationLine]) -> "Filing":
        """Return this filing over the locked ``rows`` of its lines, which keep what was read with the lines before."""
        known = {line.pk: line for line in self.lines}
        for row in rows:
            row.registration = self.registration
            row.line = known[row.pk].line
        return replace(self, lines=rows)


def prepare(registration_pk: int, *, actor: Actor) -> Filing:
    """Return what is to be filed of a draft of the actor's own organisation.

    Raises ``Registration.DoesNotExist``, ``TransitionRefused`` for one that is filed already, ``PartnerMayNotFile``
    and ``NotComplete`` with errors by field.
    """
    registration = (
        Registration.objects.filter(partner_id=actor.organisation_id)
        .select_related("partner__account", "partner__programme", "territory")
        .get(pk=registration_pk)
    )
    if registration.state != State.DRAFT:
        raise TransitionRefused(state=registration.state)
    if may_file(registration.partner, clock.now()):
        raise PartnerMayNotFile
    lines = list(
        RegistrationLine.objects.filter(registration=registration).select_related("line").order_by("pk")
    )
    errors = missing_fields(registration, lines)
    if errors:
        raise NotComplete(errors)
    return Filing(registration, lines, *submitted_facts(registration, lines))


def missing_fields(registration: Registration, lines: list[RegistrationLine] | None = None) -> dict[str, str]:
    """Return what submit would refuse, as messages by field; empty when the registration is complete.

    ``lines``: its lines with their product lines, where they are at hand; else they are read.
    """
    if lines is None:
        lines = list(registration.lines.select_related("line")) if registration.pk is not None else []
    errors = {
        field: message for field, message in REQUIRED.items() if getattr(registration, field) in (None, "")
    }
    if not registration.customer_name.strip():
        errors["customer_name"] = REQUIRED["customer_name"]
    if not lines:
        errors["lines"] = _("Choose at least one product line.")
    elif not all(line.line.is_active for line in lines):
        errors["lines"] = _("A chosen product line is no longer sold.")
    return errors


def money_text(value) -> str:
    """Return money as the exact text that facts hold, e.g. ``120000.00 CNY``; "" for none."""
    return f"{value.amount.quantize(Decimal('0.01'))} {value.currency.code}" if value is not None else ""


def submitted_facts(registration: Registration, lines: list[RegistrationLine]) -> tuple[dict, dict]:
    """Return the facts of the filing: those of the business, and those about the contacts as persons."""
    territory = registration.territory
    facts: dict[str, Any] = {
        "reference": registration.ref,
        "partner": registration.partner.account.name,
        "lines": [line.line.code for line in lines],
        "territory": territory.code if territory else "",
        "value": money_text(registration.value),
        "expected_close_on": registration.expected_close_on.isoformat()
        if registration.expected_close_on
        else "",
        "documents": [{"name": stored.name, "sha256": stored.sha256} for stored in files_of(registration)],
    }
    skipped = {"customer_account", "territory", "value", "expected_close_on", "tender_published_on"}
    for field in TYPED_FIELDS:
        if field not in skipped:
            facts[field] = getattr(registration, field)
    if registration.tender_published_on:
        facts["tender_published_on"] = registration.tender_published_on.isoformat()
    contacts = [
        {"name": contact.name, "job_title": contact.job_title, "email": contact.email, "phone": contact.phone}
        for contact in registration.contacts.all()
    ]
    return facts, {f"registration-contacts:{registration.pk}": {"contacts": contacts}} if contacts else {}
