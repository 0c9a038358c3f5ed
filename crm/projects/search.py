"""Projects in the global search, for staff."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import search

from .models import Project
from .services import OBJECT_TYPE


def find(actor, query: str, limit: int) -> list[search.Hit]:
    """Return the visible projects that ``query`` is found in."""
    if actor.is_dealer or not actor.may("accounts.view"):
        return []
    rows = (
        Project.objects.visible_to(actor)
        .filter(pk__in=search.matching_ids(OBJECT_TYPE, query))
        .select_related("account")
        .order_by("name", "pk")[:limit]
    )
    return [search.Hit(title=row.name, subtitle=row.account.name, url=row.get_absolute_url()) for row in rows]


def _list_url(query: str) -> str:
    return f"{reverse('projects:project_list')}?{urlencode({'q': query})}"


search.register(search.SearchSource("projects", _("Projects"), "map-pin", find, list_url=_list_url, order=40))
