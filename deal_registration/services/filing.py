"""Submitting a registration, and answering a request for information."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import clock, jobs
from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.documents import files_of
from core.jobs.idempotency import fingerprint, once
from core.retries import retry_on_collision
from core.search import index
from core.workflow import TransitionRefused, lock, lock_all, move_all
from partners.selectors import may_file

from ..claims import expire_lapsed, release_behind
from ..enums import LIVE, State
from ..exceptions import NotComplete, PartnerMayNotFile
from ..models import InformationRequest, Registration, RegistrationLine
from ..sequence import lock_lines, take_places
from ..summary import refresh
from ..texts import search_texts
from ..workflow import LINE_WORKFLOW
from .drafts import TYPED_FIELDS, set_contacts, set_typed

REQUIRED = {
    "customer_name": _("Name the end customer."),
    "customer_country": _("Say in which country the end customer is."),
    "territory": _("Choose the territory of the site."),
    "value": _("Give the expected value."),
    "expected_close_on": _("Give the day you expect to close the deal."),
}
# Changing one of these asks for a new place in the sequence; anything else keeps the place.
MATERIAL = frozenset(
    {"customer_account", "customer_name", "customer_registry_id", "project_name", "tender_number"}
)


def missing_fields(registration: Registration) -> dict[str, str]:
    """Return what submit would refuse, as messages by field; empty when the registration is complete."""
    errors = {
        field: message for field, message in REQUIRED.items() if getattr(registration, field) in (None, "")
    }
    if not registration.customer_name.strip():
        errors["customer_name"] = REQUIRED["customer_name"]
    if registration.pk is None or not registration.lines.exists():
        errors["lines"] = _("Choose at least one product line.")
    elif registration.lines.filter(line__is_active=False).exists():
        errors["lines"] = _("A chosen product line is no longer sold.")
    return errors


@retry_on_collision
def submit(
    registration_pk: int, *, actor: Actor, at: datetime, idempotency_key: str | None = None
) -> Registration:
    """File a draft: a place in each line's sequence, the time it was received, the event, the job that screens it.

    With ``idempotency_key`` a second call with the same key and content returns the first one's registration.

    Raises ``PartnerMayNotFile`` (not active, no agreement), ``NotComplete`` with errors by field,
    ``TransitionRefused`` for one that is filed already, ``KeyReused`` for a key spent on other content.
    """
    require(actor, "registrations.file")
    if idempotency_key is None:
        with transaction.atomic():
            return _submit(registration_pk, actor=actor)
    owner = f"user:{actor.user_id}"
    print_ = fingerprint(["registrations.submit", registration_pk])

    def create() -> str:
        return str(_submit(registration_pk, actor=actor).pk)

    result, _created = once(owner, idempotency_key, print_, create)
    return Registration.objects.get(pk=int(result))


def _submit(registration_pk: int, *, actor: Actor) -> Registration:
    """Do ``submit`` in the transaction at hand: lines locked first, then the rows, read again after."""
    seen = list(
        RegistrationLine.objects.filter(registration_id=registration_pk).values_list("line_id", flat=True)
    )
    sequences = lock_lines(seen)
    expire_lapsed(sequences, at=clock.deciding_time())
    registration = lock(
        Registration.objects.filter(partner_id=actor.organisation_id).select_related(
            "partner__account", "territory", "partner__programme"
        ),
        pk=registration_pk,
    )
    lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
    if registration.state != State.DRAFT or {line.line_id for line in lines} != set(seen):
        raise TransitionRefused(state=registration.state)
    reasons = may_file(registration.partner, clock.now())
    if reasons:
        raise PartnerMayNotFile
    errors = missing_fields(registration)
    if errors:
        raise NotComplete(errors)
    places = {place.line_id: place for place in take_places(sequences)}
    received_at = next(iter(places.values())).at
    registration.received_at = received_at
    registration.state = State.SCREENING
    registration.save(update_fields=["received_at", "state", "updated_at"])
    facts, personal = submitted_facts(registration, lines)
    event = move_all(
        LINE_WORKFLOW,
        lines,
        "submit",
        actor=actor,
        at=received_at,
        changes=lambda line: {
            "sequence_number": places[line.line_id].number,
            "received_at": received_at,
        },
        event_obj=registration,
        permission_obj=registration,
        partner_id=registration.partner_id,
        facts=facts | {"sequence": {line.line.code: places[line.line_id].number for line in lines}},
        personal=personal,
    )
    index("deal_registration.registration", registration.pk, search_texts(registration))
    for line in lines:
        enqueue_screening(line.pk, event.pk)
    return registration


def enqueue_screening(registration_line_pk: int, event_pk: int) -> None:
    """Write the job that screens one line; once per event that asks for it."""
    jobs.enqueue(
        "registrations.screen",
        f"screen:{registration_line_pk}:{event_pk}",
        {"registration_line": registration_line_pk},
    )


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
    skipped = {"customer_account", "territory", "value", "expected_close_on"}
    for field in TYPED_FIELDS:
        if field not in skipped:
            facts[field] = getattr(registration, field)
    contacts = [
        {"name": contact.name, "job_title": contact.job_title, "email": contact.email, "phone": contact.phone}
        for contact in registration.contacts.all()
    ]
    return facts, {f"registration-contacts:{registration.pk}": {"contacts": contacts}} if contacts else {}


@retry_on_collision
def answer_request(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
    contacts: Iterable[dict[str, str]] | None = None,
) -> Registration:
    """Mend the fields that were asked for and send the answer; the lines are screened again.

    Only fields the open request names are taken; another raises ``NotAllowed``. A material change (customer, project)
    takes a new place in the sequence of every line concerned; anything else keeps the place.
    """
    require(actor, "registrations.file")
    with transaction.atomic():
        seen = RegistrationLine.objects.filter(
            registration_id=registration_pk, state=State.ACTION_REQUIRED
        ).values_list("line_id", flat=True)
        sequences = lock_lines(list(seen))
        registration = lock(
            Registration.objects.filter(partner_id=actor.organisation_id).select_related(
                "partner__account", "territory"
            ),
            pk=registration_pk,
        )
        lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
        asked = [line for line in lines if line.state == State.ACTION_REQUIRED]
        request = InformationRequest.objects.filter(
            registration=registration, answered_at__isnull=True
        ).first()
        if request is None or not asked or {line.line_id for line in asked} - set(sequences):
            raise TransitionRefused(state=registration.state)
        allowed = set(request.fields)
        if set(data) - allowed or (contacts is not None and "contacts" not in allowed):
            raise NotAllowed
        changed = set_typed(registration, data, actor)
        registration.save(
            update_fields=[*data, *(["value_currency"] if "value" in data else []), "updated_at"]
        )
        if contacts is not None:
            set_contacts(registration, contacts)
        errors = missing_fields(registration)
        if errors:
            raise NotComplete(errors)
        request.answered_at = at
        request.save(update_fields=["answered_at"])
        left = [(line.line_id, line.sequence_number) for line in asked]
        moved = _new_places(registration, asked, changed, sequences)
        facts, personal = submitted_facts(registration, lines)
        event = move_all(
            LINE_WORKFLOW,
            asked,
            "answer",
            actor=actor,
            at=at,
            changes=lambda line: moved.get(line.pk, {}),
            event_obj=registration,
            permission_obj=registration,
            partner_id=registration.partner_id,
            facts=facts
            | {"lines": [line.line.code for line in asked], "changed": changed, "new_places": bool(moved)},
            personal=personal,
        )
        refresh(registration, lines, at)
        index("deal_registration.registration", registration.pk, search_texts(registration))
        for line in asked:
            enqueue_screening(line.pk, event.pk)
        if moved:  # whoever was held behind the old place has nobody before them there any more
            for line_id, place in left:
                release_behind(line_id, place, event.pk)
    return registration


def _new_places(registration, asked, changed: list[str], sequences) -> dict[int, dict]:
    """Return, by line, the new place that a material change takes; nothing where the place is kept.

    The customer and project found before are forgotten, unless another line that goes on rests on them.
    """
    if not MATERIAL & set(changed):
        return {}
    wanted = {line.line_id for line in asked}
    places = {
        place.line_id: place
        for place in take_places({line_id: row for line_id, row in sequences.items() if line_id in wanted})
    }
    for line in asked:
        claim = getattr(line, "claim", None)
        if claim is not None:
            claim.delete()
    others_live = (
        registration.lines.exclude(pk__in=[line.pk for line in asked]).filter(state__in=LIVE).exists()
    )
    if not others_live:
        registration.customer = registration.project = None
        registration.save(update_fields=["customer", "project"])
    return {
        line.pk: {
            "sequence_number": places[line.line_id].number,
            "received_at": places[line.line_id].at,
            "screened_at": None,
        }
        for line in asked
    }
