"""Customers of a dealer's own registrations, offered while they type the next one: always in their own words."""

from django.utils.translation import gettext as _

from core import search
from crm.accounts.suggestions import Suggestion, register

from .models import Registration

FILLS = (
    "customer_country",
    "customer_city",
    "customer_address",
    "customer_registry_id",
    "customer_website",
    "customer_phone",
)
LOOKED_AT = 60


def own_customers(actor, query: str, limit: int) -> list[Suggestion]:
    """Return customers as the actor's organisation typed them before, the newest spelling first."""
    if not actor.is_dealer or not actor.may("registrations.view"):
        return []
    rows = (
        Registration.objects.visible_to(actor)
        .filter(partner_id=actor.organisation_id)
        .exclude(customer_name="")
        .filter(pk__in=search.matching_ids(Registration._meta.label_lower, query))
        .order_by("-pk")[:LOOKED_AT]
    )
    words = search.fold(query).split()
    found: dict[str, Suggestion] = {}
    for row in rows:
        folded = search.fold(row.customer_name)
        if row.customer_name in found or not all(word in folded for word in words):
            continue
        fill = {"customer_account": "", **{name: getattr(row, name) for name in FILLS}}
        found[row.customer_name] = Suggestion(
            row.customer_name, row.customer_city, _("from your registrations"), fill
        )
    return list(found.values())[:limit]


register("registrations", own_customers)
