"""Registrations in the global search: found by the words of their dealer, within the reader's scope."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import search
from core.ui.templatetags.ui import reference

from .enums import State
from .models import Registration

OBJECT_TYPE = Registration._meta.label_lower


def find(actor, query: str, limit: int) -> list[search.Hit]:
    """Return the visible registrations that ``query`` is found in, newest first."""
    rows = (
        Registration.objects.visible_to(actor)
        .filter(pk__in=search.matching_ids(OBJECT_TYPE, query))
        .select_related("partner__account")
        .order_by("-received_at", "-pk")[:limit]
    )
    return [
        search.Hit(
            title=row.customer_name or str(_("No customer yet")),
            subtitle=_subtitle(row, actor),
            url=_url(row, actor),
            status=(row.state, str(row.get_state_display())),
        )
        for row in rows
    ]


def _subtitle(row: Registration, actor) -> str:
    """Return what tells one hit from the next: project, partner (for staff), reference."""
    parts = [row.project_name, "" if actor.is_dealer else row.partner.account.name]
    return " · ".join(str(part) for part in [*parts, reference(row.ref)] if part)


def _url(row: Registration, actor) -> str:
    """Return the page of the side the reader works on."""
    if not actor.is_dealer:
        return reverse("registrations:review_detail", args=[row.ref])
    page = "registration_edit" if row.state == State.DRAFT else "registration_detail"
    return reverse(f"registrations:{page}", args=[row.ref])


def list_url(query: str) -> str:
    """Return the list of registrations with the query."""
    return f"{reverse('registrations:registration_list')}?{urlencode({'q': query})}"


search.register(
    search.SearchSource(
        "registrations", _("Registrations"), "shield-check", find, list_url=list_url, order=10
    )
)
