"""Opportunities in the global search."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import search

from .models import Opportunity
from .services.terms import OBJECT_TYPE


def find(actor, query: str, limit: int) -> list[search.Hit]:
    """Return the visible opportunities that ``query`` is found in, newest first."""
    if not actor.may("opportunities.view"):
        return []
    rows = (
        Opportunity.objects.visible_to(actor)
        .filter(pk__in=search.matching_ids(OBJECT_TYPE, query))
        .select_related("account")
        .order_by("-created_at", "-pk")[:limit]
    )
    return [
        search.Hit(
            title=row.name,
            subtitle=row.account.name,
            url=row.get_absolute_url(),
            status=(row.state, str(row.get_state_display())),
        )
        for row in rows
    ]


def _list_url(query: str) -> str:
    return f"{reverse('opportunities:opportunity_list')}?{urlencode({'q': query})}"


search.register(
    search.SearchSource("opportunities", _("Opportunities"), "target", find, list_url=_list_url, order=30)
)
