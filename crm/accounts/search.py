"""Accounts and contacts in the global search."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import search

from .filters import found_by_words
from .models import Account, Contact
from .services.contacts import OBJECT_TYPE as CONTACT


def find_accounts(actor, query: str, limit: int) -> list[search.Hit]:
    """Return the visible accounts that ``query`` is found in."""
    if not actor.may("accounts.view"):
        return []
    rows = found_by_words(Account.objects.visible_to(actor).known(), actor, query)
    return [
        search.Hit(
            title=row.name,
            subtitle=" · ".join(part for part in (row.other_name, row.city) if part),
            url=row.get_absolute_url(),
        )
        for row in rows.order_by("name", "pk")[:limit]
    ]


def find_contacts(actor, query: str, limit: int) -> list[search.Hit]:
    """Return the visible contacts that ``query`` is found in; each leads to its account."""
    if not actor.may("accounts.view"):
        return []
    rows = (
        Contact.objects.visible_to(actor)
        .filter(pk__in=search.matching_ids(CONTACT, query))
        .select_related("account")
        .order_by("name", "pk")[:limit]
    )
    return [
        search.Hit(
            title=row.name,
            subtitle=" · ".join(part for part in (row.job_title, row.account.name) if part),
            url=row.account.get_absolute_url(),
        )
        for row in rows
    ]


def _list_url(query: str) -> str:
    return f"{reverse('accounts:account_list')}?{urlencode({'q': query})}"


search.register(
    search.SearchSource("accounts", _("Accounts"), "building", find_accounts, list_url=_list_url, order=20)
)
search.register(search.SearchSource("contacts", _("Contacts"), "address-book", find_contacts, order=50))
