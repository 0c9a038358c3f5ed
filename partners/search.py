"""Partners in the global search."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import search

from .models import Partner

ACCOUNT = "accounts.account"  # partners are accounts: found by the words of their organisation


def find_partners(actor, query: str, limit: int) -> list[search.Hit]:
    """Return the partners that staff may see and ``query`` finds."""
    if actor.is_dealer or not actor.may("partners.view"):
        return []
    rows = (
        Partner.objects.visible_to(actor)
        .filter(pk__in=search.matching_ids(ACCOUNT, query))
        .select_related("account")
        .order_by("account__name", "pk")[:limit]
    )
    return [
        search.Hit(
            title=row.account.name,
            subtitle=" · ".join(part for part in (row.account.other_name, row.account.city) if part),
            url=row.get_absolute_url(),
            status=(row.state, str(row.get_state_display())),
        )
        for row in rows
    ]


def list_address(query: str) -> str:
    """Return the address of all partners that ``query`` finds."""
    return f"{reverse('partners:partner_list')}?{urlencode({'q': query})}"


search.register(
    search.SearchSource(
        key="partners",
        label=_("Partners"),
        icon="affiliate",
        find=find_partners,
        list_url=list_address,
        order=40,
    )
)
