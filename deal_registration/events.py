"""Events about registrations, and which of their facts the partner concerned may see."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

from .fact_words import FILED_WORDS

_LABELS = {
    "partner": _("Partner"),
    "lines": _("Product lines"),
    "customer_name": _("End customer"),
    "customer_country": _("Country"),
    "customer_city": _("City"),
    "customer_address": _("Address"),
    "customer_registry_id": _("Registry id"),
    "customer_website": _("Website or e-mail domain"),
    "customer_phone": _("Phone"),
    "purchasing_name": _("Purchasing customer"),
    "specifying_name": _("Specifying party (designer)"),
    "project_name": _("Project or site"),
    "tender_number": _("Tender number"),
    "tender_published_on": _("Tender published on"),
    "territory": _("Territory"),
    "opportunity_type": _("Type of business"),
    "value": _("Expected value"),
    "expected_close_on": _("Expected close"),
    "own_reference": _("Your own reference"),
    "description": _("What is needed"),
    "contacts": _("Contacts"),
    "documents": _("Documents"),
    "fields": _("To be mended"),
    "message": _("Message"),
    "reason": _("Reason"),
    "explanation": _("Explanation"),
    "protected_until": _("Protected until"),
    "order_number": _("Order number"),
    "value_won": _("Value won"),
    "ends_before": _("Protected until then"),
    "last_activity_at": _("Last activity"),
    "added": _("Added product lines"),
    "was": _("Before"),
    "now": _("After"),
    "successor": _("Replaced by"),
    "predecessor": _("Replaces"),
    "changed": _("Changed"),
    "verdict_class": _("Verdict"),
    "codes": _("Codes"),
    "subject": _("About"),
    "decision": _("Decision"),
    "file_name": _("File"),
}

SUBMITTED_FACTS = (
    "reference",
    "partner",
    "lines",
    "customer_name",
    "customer_country",
    "customer_city",
    "customer_address",
    "customer_registry_id",
    "customer_website",
    "customer_phone",
    "purchasing_name",
    "specifying_name",
    "project_name",
    "tender_number",
    "tender_published_on",
    "territory",
    "opportunity_type",
    "value",
    "expected_close_on",
    "own_reference",
    "description",
    "contacts",
    "documents",
)

declare(
    "registration.submitted",
    label=_("Filed"),
    partner_facts=(*SUBMITTED_FACTS, "predecessor", "changed"),
    tone="info",
    icon="send",
    labels={name: _LABELS[name] for name in SUBMITTED_FACTS if name in _LABELS},
    words=FILED_WORDS,
)
declare(
    "registration.screened",
    label=_("Checked"),
    partner_facts={"lines"},
    icon="search",
    labels={name: _LABELS[name] for name in ("lines", "codes")},
)
declare(
    "registration.information_requested",
    label=_("More information asked for"),
    partner_facts={"lines", "fields", "message"},
    tone="warning",
    icon="help-circle",
    labels={name: _LABELS[name] for name in ("lines", "message")},
)
declare(
    "registration.answered",
    label=_("Answer sent"),
    partner_facts={"lines", "changed"},
    icon="message",
    labels={"lines": _LABELS["lines"]},
)
declare(
    "registration.approved",
    label=_("Approved"),
    partner_facts={"lines", "protected_until"},
    tone="success",
    icon="shield-check",
    labels={name: _LABELS[name] for name in ("lines", "protected_until")},
)
declare(
    "registration.rejected",
    label=_("Rejected"),
    partner_facts={"lines", "reason", "explanation"},
    tone="danger",
    icon="circle-x",
    labels={name: _LABELS[name] for name in ("lines", "explanation")},
)
declare(
    "registration.withdrawn",
    label=_("Withdrawn"),
    partner_facts={"lines", "explanation"},
    icon="arrow-back-up",
    labels={name: _LABELS[name] for name in ("lines", "explanation")},
)
declare(
    "registration.lapsed",
    label=_("Withdrawn: no answer in time"),
    partner_facts={"lines"},
    tone="warning",
    icon="hourglass",
    labels={"lines": _LABELS["lines"]},
)
declare(
    "registration.expired",
    label=_("Protection ended"),
    partner_facts={"lines"},
    tone="warning",
    icon="hourglass",
    labels={"lines": _LABELS["lines"]},
)
declare(
    "registration.expiring",
    label=_("Protection ends soon"),
    partner_facts={"lines", "protected_until"},
    tone="warning",
    icon="clock",
    labels={name: _LABELS[name] for name in ("lines", "protected_until")},
)
declare(
    "registration.won",
    label=_("Won"),
    partner_facts={"lines", "order_number", "value_won"},
    tone="success",
    icon="trophy",
    labels={name: _LABELS[name] for name in ("lines", "order_number", "value_won")},
)
declare(
    "registration.lost",
    label=_("Lost"),
    partner_facts={"lines", "explanation"},
    tone="danger",
    icon="circle-x",
    labels={name: _LABELS[name] for name in ("lines", "explanation")},
)
declare(
    "registration.extension_asked",
    label=_("More time asked for"),
    partner_facts={"lines", "ends_before", "protected_until", "explanation", "due_at"},
    tone="info",
    icon="calendar-time",
    labels={name: _LABELS[name] for name in ("lines", "ends_before", "explanation", "last_activity_at")},
)
declare(
    "registration.extended",
    label=_("Protection extended"),
    partner_facts={"lines", "ends_before", "protected_until"},
    tone="success",
    icon="calendar-time",
    labels={name: _LABELS[name] for name in ("lines", "protected_until")},
)
declare(
    "registration.extension_declined",
    label=_("More time declined"),
    partner_facts={"lines", "protected_until", "explanation"},
    tone="warning",
    icon="circle-x",
    labels={name: _LABELS[name] for name in ("lines", "protected_until", "explanation")},
)
declare(
    "registration.amended",
    label=_("Changed by its dealer"),
    partner_facts={"changed", "was", "now", "added", "contacts", "contacts_was"},
    icon="edit",
    labels={name: _LABELS[name] for name in ("changed", "added")},
)
declare(
    "registration.superseded",
    label=_("Replaced by a changed registration"),
    partner_facts={"lines", "successor"},
    icon="replace",
    labels={name: _LABELS[name] for name in ("lines", "successor")},
)
declare(
    "registration.revoked",
    label=_("Protection revoked"),
    partner_facts={"lines", "reason", "explanation"},
    tone="danger",
    icon="shield-x",
    labels={name: _LABELS[name] for name in ("lines", "explanation")},
)
declare(
    "registration.reverted",
    label=_("Decision taken back"),
    partner_facts={"lines", "explanation"},
    tone="warning",
    icon="refresh",
    labels={name: _LABELS[name] for name in ("lines", "explanation")},
)
declare(
    "registration.match_decided",
    label=_("Customer or project compared"),
    partner_sees=False,
    icon="git-merge",
    labels={name: _LABELS[name] for name in ("subject",)},
)
declare("registration.note_added", label=_("Internal note added"), partner_sees=False, icon="note")
declare(
    "registration.file_added",
    label=_("Document added"),
    partner_facts={"file_name"},
    icon="paperclip",
    labels={"file_name": _LABELS["file_name"]},
)
declare(
    "registration.file_removed",
    label=_("Document removed"),
    partner_facts={"file_name"},
    icon="trash",
    labels={"file_name": _LABELS["file_name"]},
)
declare(
    "registration.promise_at_risk",
    label=_("Decision due soon"),
    partner_sees=False,
    tone="warning",
    icon="clock",
)
declare(
    "registration.promise_missed",
    label=_("Decision overdue"),
    partner_sees=False,
    tone="danger",
    icon="clock",
)
declare("registration.escalated", label=_("Escalated"), partner_sees=False, tone="danger", icon="flag")
declare(
    "registration.awarded",
    label=_("Protected by a ruling"),
    partner_facts={"lines", "protected_until"},
    tone="success",
    icon="shield-check",
    labels={name: _LABELS[name] for name in ("lines", "protected_until")},
)
declare(
    "registration.overruled",
    label=_("Replaced by a ruling"),
    partner_facts={"lines"},
    tone="warning",
    icon="replace",
    labels={"lines": _LABELS["lines"]},
)
