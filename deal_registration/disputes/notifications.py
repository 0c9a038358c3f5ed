"""What people are told about disputes, read from the ledger: each party of its own side, deciders of what waits."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ledger import facts_of
from core.notifications import Kind, register
from crm.territories.models import StaffScope
from deal_registration.audience import partner_people

from .models import Decider, Dispute, DisputeParty, RuleProposal

ABOUT = Dispute._meta.label_lower
PROPOSAL = RuleProposal._meta.label_lower


def _party(event) -> DisputeParty | None:
    """Return the party an event was written for."""
    return (
        DisputeParty.objects.filter(dispute_id=event.object_id, partner_id=event.partner_id)
        .select_related("registration__partner")
        .first()
    )


def _people(event) -> set[int]:
    """Return the people of the party concerned."""
    party = _party(event)
    return partner_people(party.registration) if party else set()


def _party_context(event) -> dict[str, Any]:
    """Return what the templates for a party get: its own words for the customer, and what it was told."""
    party, facts = _party(event), facts_of(event)
    return {
        "customer": party.registration.customer_name if party else "",
        "due_at": facts.get("due_at", "") or "",
        "result": facts.get("result", "") or "",
        "text": facts.get("text", "") or "",
        "remedy": facts.get("remedy", "") or "",
        "remedy_text": facts.get("remedy_text", "") or "",
    }


def _deciders(event) -> set[int]:
    """Return who is named on the dispute's present rung."""
    dispute = Dispute.objects.get(pk=event.object_id)
    return set(
        Decider.objects.filter(dispute=dispute, rung=dispute.rung).values_list("user_id", flat=True)
        if dispute.rung is not None
        else ()
    )


def _heads(event) -> set[int]:
    """Return who keeps the settings, or decides on registrations everywhere."""
    return {
        scope.user_id
        for scope in StaffScope.objects.filter(user__is_active=True, territory__isnull=True).select_related(
            "role"
        )
        if {"settings.manage", "registrations.decide"} & set(scope.role.permissions)
    }


def _staff_context(event) -> dict[str, Any]:
    """Return what the templates for staff get."""
    dispute = Dispute.objects.select_related("registration", "partner__account").get(pk=event.object_id)
    return {
        "customer": dispute.registration.customer_name,
        "partner": dispute.partner.account.name,
        "due_at": facts_of(event).get("due_at", "") or "",
    }


def _page(event) -> str:
    return reverse("disputes:dispute_detail", args=[event.object_ref])


def _party_kind(code: str, label, *event_types: str, mail: bool = True) -> None:
    register(
        Kind(
            code=code,
            label=label,
            about=ABOUT,
            event_types=event_types,
            recipients=_people,
            context=_party_context,
            url=_page,
            side="partner",
            permission="registrations.view",
            default_mail=mail,
        )
    )


def _staff_kind(
    code: str, label, recipients, *event_types: str, permission: str = "registrations.view"
) -> None:
    register(
        Kind(
            code=code,
            label=label,
            about=ABOUT,
            event_types=event_types,
            recipients=recipients,
            context=_staff_context,
            url=_page,
            side="staff",
            permission=permission,
        )
    )


_party_kind("dispute_concerns", _("A dispute concerns your registration"), "dispute.told_concerned")
_party_kind("dispute_reminder", _("The time for statements ends soon"), "dispute.told_reminder")
_party_kind("dispute_ruled", _("A dispute was ruled on"), "dispute.told_ruling")
_party_kind("dispute_appealed", _("A ruling was appealed against"), "dispute.told_appeal")
_party_kind(
    "dispute_moves",
    _("A dispute moves on"),
    "dispute.told_deliberation",
    "dispute.told_escalated",
    "dispute.told_closed",
    "dispute.told_withdrawn",
    mail=False,
)
_staff_kind("dispute_decide", _("A dispute waits for your ruling"), _deciders, "dispute.escalated")
_staff_kind(
    "dispute_due", _("A ruling is due or overdue"), _deciders, "dispute.decider_reminded", "dispute.overdue"
)
_staff_kind("dispute_no_decider", _("Nobody is left to decide a dispute"), _heads, "dispute.no_decider")


def _proposal_context(event) -> dict[str, Any]:
    """Return the figures of a proposal."""
    facts = facts_of(event)
    return {name: facts.get(name, "") for name in ("code", "overturned", "considered")}


register(
    Kind(
        code="rule_proposed",
        label=_("A change of a rule is proposed"),
        about=PROPOSAL,
        event_types=("rule_proposal.opened",),
        recipients=_heads,
        context=_proposal_context,
        url=lambda event: reverse("disputes:proposal_detail", args=[event.object_ref]),
        side="staff",
    )
)
