"""Customers of a dealer's own registrations, offered while they type the next one: always in their own words.

Compared are the dealer's own words with each other; what is kept of the customer, or what others call it, plays no
part in it.
"""

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from core import search
from core.search.folding import letters_of
from core.ui.wording import listed
from crm.accounts.suggestions import Suggestion, register
from crm.identity.words import explain_code

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
REMEMBERED = 400  # own filings looked through for a misspelling
ALIKE = 82  # per cent of signs in common, in order
LONG_ENOUGH = 4  # fewer signs are alike by chance


def own_customers(actor, query: str, limit: int) -> list[Suggestion]:
    """Return customers as the actor's organisation typed them before, the newest spelling first.

    First those that have the words typed, then those spelt nearly so. At most three queries.
    """
    if not actor.is_dealer or not actor.may("registrations.view"):
        return []
    own = (
        Registration.objects.visible_to(actor)
        .filter(partner_id=actor.organisation_id)
        .exclude(customer_name="")
        .order_by("-pk")
    )
    rows = own.filter(pk__in=search.matching_ids(Registration._meta.label_lower, query))[:LOOKED_AT]
    words = search.fold(query).split()
    found: dict[str, Suggestion] = {}
    for row in rows:
        folded = search.fold(row.customer_name)
        if row.customer_name not in found and all(word in folded for word in words):
            found[row.customer_name] = _suggestion(row, _("from your registrations"))
    if len(found) < limit:
        names: dict[str, int] = {}
        for name, pk in own.values_list("customer_name", "pk")[:REMEMBERED]:
            names.setdefault(name, pk)
        alike = _alike(query, names, found)
        for row in own.filter(pk__in=alike) if alike else ():
            reason = listed((explain_code("name.similar"), _("from your registrations")))
            found.setdefault(row.customer_name, _suggestion(row, reason))
    return list(found.values())[:limit]


def _suggestion(row: Registration, reason: str) -> Suggestion:
    """Return a registration's customer as it was typed."""
    fill = {"customer_account": "", **{name: getattr(row, name) for name in FILLS}}
    return Suggestion(row.customer_name, row.customer_city, reason, fill)


def _alike(query: str, names: dict[str, int], found) -> list[int]:
    """Return the registrations whose customer is spelt nearly as typed: whole, or as far as one has come."""
    typed = letters_of(search.fold(query))
    if len(typed) < LONG_ENOUGH:
        return []
    alike = []
    for name, pk in names.items():
        folded = letters_of(search.fold(name))
        likeness = max(fuzz.ratio(typed, folded), fuzz.ratio(typed, folded[: len(typed)]))
        if name not in found and likeness >= ALIKE:
            alike.append(pk)
    return alike


register("registrations", own_customers)
