"""What people are told about registrations, read from the ledger.

The context kept with a notice is free of language: codes, instants, names in each language; the templates word it.
"""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.ledger import facts_of
from core.ledger.models import Event
from core.notifications import Kind, register
from core.ui.names import SUFFIXES, local_name
from core.ui.wording import listed
from crm.catalog.models import ProductLine

from .audience import deciders, partner_people
from .enums import LIVE, WAITING_FOR_DECISION, State
from .links import extend_url
from .models import Registration
from .story import FIELD_LABELS

ABOUT = Registration._meta.label_lower
SCREENED = "registration.screened"


def _registration(event) -> Registration:
    """Return the registration of an event."""
    return Registration.objects.select_related("partner__account", "territory").get(pk=event.object_id)


def _lines(codes) -> list[ProductLine]:
    """Return the product lines of the codes in an event's facts."""
    return list(ProductLine.objects.filter(code__in=[code for code in codes or () if isinstance(code, str)]))


def _named(lines: list[ProductLine]) -> dict[str, str]:
    """Return the lines' names in each language."""
    named = {}
    for language in SUFFIXES:
        with translation.override(language):
            named[language] = listed(local_name(line, language) for line in lines)
    return named


def _outcome(event) -> str:
    """Return the state an event led to; "" where it led to none."""
    return facts_of(event).get("to_state", "")


def _context(event) -> dict[str, Any]:
    """Return what every template of a registration gets."""
    registration, facts = _registration(event), facts_of(event)
    return {
        "reference": registration.ref,
        "customer": registration.customer_name,
        "project": registration.project_name,
        "partner": registration.partner.account.name,
        "territory": {language: local_name(registration.territory, language) for language in SUFFIXES}
        if registration.territory
        else {},
        "lines": _named(_lines(facts.get("lines"))),
        "outcome": facts.get("to_state", ""),
        "was": facts.get("from_state", ""),
        "reason": facts.get("reason", "") or _reason_of(registration, facts),
        "explanation": facts.get("explanation", "") or "",
        "message": facts.get("message", "") or "",
        "protected_until": facts.get("protected_until", "") or "",
        "received_at": registration.received_at.isoformat() if registration.received_at else "",
        "due_at": facts.get("due_at", "") or "",
        "waits": facts.get("waits") is True,
        "ends_before": facts.get("ends_before", "") or "",
        "is_extension": bool(facts.get("extension")),
        "changed": _changed(facts),
        "added": _named(_lines(facts.get("added"))),
    }


def _changed(facts: dict[str, Any]) -> dict[str, str]:
    """Return what an amendment changed, in each language."""
    named = {}
    for language in SUFFIXES:
        with translation.override(language):
            fields = facts.get("changed") or ()
            named[language] = listed(str(FIELD_LABELS[name]) for name in fields if name in FIELD_LABELS)
    return named


def _reason_of(registration: Registration, facts: dict[str, Any]) -> str:
    """Return the reason of a rejection by rule, which stands on the line and not in the event."""
    if facts.get("to_state") != State.REJECTED:
        return ""
    row = registration.lines.filter(line__code__in=facts.get("lines") or ()).exclude(reason="").first()
    return row.reason if row else ""


def _for_partner(*outcomes: str):
    """Return the recipients at the partner, for events that led to one of ``outcomes`` (none: any)."""

    def recipients(event) -> set[int]:
        if outcomes and _outcome(event) not in outcomes:
            return set()
        return partner_people(_registration(event))

    return recipients


def _held(event) -> set[int]:
    """Return the partner's people for a line put on hold, or let go from it into a person's hands."""
    facts = facts_of(event)
    before, after = facts.get("from_state"), facts.get("to_state")
    concerns = after == State.CONFLICT_HOLD != before or (
        before == State.CONFLICT_HOLD and after == State.IN_REVIEW
    )
    return partner_people(_registration(event)) if concerns else set()


def _for_deciders(*, everyone: bool = False):
    """Return the staff who decide on the lines concerned: those of the event, else all that wait."""

    def recipients(event) -> set[int]:
        registration = _registration(event)
        concerned = {line.pk for line in _lines(facts_of(event).get("lines"))} or set(
            registration.lines.filter(state__in=WAITING_FOR_DECISION).values_list("line_id", flat=True)
        )
        return deciders(registration, concerned, everyone=everyone)

    return recipients


def _puts_before_a_person(facts: dict[str, Any]) -> bool:
    """Tell whether a check put a line before a person that was not there yet; on the wait-list nobody has to decide."""
    if facts.get("to_state") not in WAITING_FOR_DECISION or facts.get("waits"):
        return False
    return facts.get("from_state") not in WAITING_FOR_DECISION or bool(facts.get("waited"))


def _newly_asked(event) -> set[int]:
    """Return the staff who have to decide on a filing and were not told of it yet for another of its lines."""
    facts = facts_of(event)
    if not _puts_before_a_person(facts):
        return set()
    registration = _registration(event)
    told: set[int] = set()
    if not facts.get("waited"):
        for earlier in _checks_of_the_same_filing(event):
            if _puts_before_a_person(earlier) and not earlier.get("waited"):
                told |= deciders(registration, {line.pk for line in _lines(earlier.get("lines"))})
    return deciders(registration, {line.pk for line in _lines(facts.get("lines"))}) - told


def _checks_of_the_same_filing(event) -> list[dict[str, Any]]:
    """Return the facts of the checks before ``event``, since the registration was filed or answered last."""
    before = Event.objects.filter(object_type=ABOUT, object_id=event.object_id, pk__lt=event.pk)
    begun = before.filter(type__in=("registration.submitted", "registration.answered"))
    since = begun.order_by("-pk").values_list("pk", flat=True).first() or 0
    checks = before.filter(type=SCREENED, pk__gt=since).prefetch_related("fact_sets").order_by("pk")
    return [facts_of(check) for check in checks]


def _filing_context(event) -> dict[str, Any]:
    """Return what the notice of a filing that waits gets: all its lines that wait or are still being checked."""
    context = _context(event)
    lines = ProductLine.objects.filter(
        registration_lines__registration_id=event.object_id,
        registration_lines__state__in=WAITING_FOR_DECISION | {State.SCREENING},
        registration_lines__waits_for_release=False,
    ).distinct()
    return context | {"lines": _named(list(lines)) if lines else context["lines"]}


def _for_deciders_of_live():
    """Return the staff who decide on the registration's live lines: who has decided, or is about to."""

    def recipients(event) -> set[int]:
        registration = _registration(event)
        rows = registration.lines.filter(state__in=[*LIVE, State.SUPERSEDED])
        return deciders(registration, set(rows.values_list("line_id", flat=True)))

    return recipients


def _extend_page(event) -> str:
    """Return the signed link that extends or closes the deal; it is over when the protection is."""
    until = datetime.fromisoformat(facts_of(event)["protected_until"])
    return extend_url(event.object_ref, event.partner_id, until)


def _dealers_page(event) -> str:
    return reverse("registrations:registration_detail", args=[event.object_ref])


def _answer_page(event) -> str:
    return reverse("registrations:registration_answer", args=[event.object_ref])


def _review_page(event) -> str:
    return reverse("registrations:review_detail", args=[event.object_ref])


def _partner_kind(
    code: str,
    label,
    event_types: tuple[str, ...],
    recipients,
    *,
    url=_dealers_page,
    mail=True,
    action="",
) -> None:
    register(
        Kind(
            code=code,
            label=label,
            about=ABOUT,
            event_types=event_types,
            recipients=recipients,
            context=_context,
            url=url,
            side="partner",
            permission="registrations.view",
            default_portal=True,
            default_mail=mail,
            action=action,
        )
    )


def _staff_kind(
    code: str, label, event_types: tuple[str, ...], recipients, *, context=_context, mail=True
) -> None:
    register(
        Kind(
            code=code,
            label=label,
            about=ABOUT,
            event_types=event_types,
            recipients=recipients,
            context=context,
            url=_review_page,
            side="staff",
            permission="registrations.decide",
            default_portal=True,
            default_mail=mail,
        )
    )


_partner_kind(
    "registration_filed", _("A registration was filed"), ("registration.submitted",), _for_partner()
)
_partner_kind(
    "registration_decided",
    _("A registration was approved or rejected"),
    ("registration.approved", "registration.rejected", SCREENED),
    _for_partner(State.APPROVED, State.REJECTED),
)
_partner_kind(
    "registration_asked",
    _("Something is asked about a registration"),
    ("registration.information_requested", SCREENED),
    _for_partner(State.ACTION_REQUIRED),
    url=_answer_page,
)
_partner_kind("registration_held", _("A registration is on hold, or no longer"), (SCREENED,), _held)
_partner_kind(
    "registration_expiring",
    _("Protection ends soon"),
    ("registration.expiring",),
    _for_partner(),
    url=_extend_page,
    action=_("Extend or close the deal"),
)
_partner_kind(
    "registration_extended",
    _("More time was granted or declined"),
    ("registration.extended", "registration.extension_declined"),
    _for_partner(),
)
_partner_kind(
    "registration_corrected",
    _("Protection was revoked, or a decision taken back"),
    ("registration.revoked", "registration.reverted"),
    _for_partner(),
)
_staff_kind(
    "registration_extension_asked",
    _("More time is asked for"),
    ("registration.extension_asked",),
    _for_deciders(),
)
_staff_kind(
    "registration_amended",
    _("A registration was changed by its dealer"),
    ("registration.amended", "registration.superseded"),
    _for_deciders_of_live(),
    mail=False,
)
_partner_kind(
    "registration_ended",
    _("Protection ended, or an answer came too late"),
    ("registration.expired", "registration.lapsed"),
    _for_partner(),
)
_staff_kind(
    "registration_waiting",
    _("A registration waits for your decision"),
    (SCREENED,),
    _newly_asked,
    context=_filing_context,
)
_staff_kind(
    "registration_promise",
    _("A promised decision is due or overdue"),
    ("registration.promise_at_risk", "registration.promise_missed"),
    _for_deciders(),
)
_staff_kind(
    "registration_escalated",
    _("An overdue decision was escalated"),
    ("registration.escalated",),
    _for_deciders(everyone=True),
)
