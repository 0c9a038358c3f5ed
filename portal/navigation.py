"""The navigation as data: what stands where, and which permission opens it. Grouped by job."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from core.access.defaults import ADMIN_PERMISSIONS
from deal_registration.disputes.models import heads_the_channel


@dataclass(frozen=True, slots=True)
class Item:
    """One place. ``opens`` says who sees it; ``bar`` puts it on the phone's bottom bar too."""

    label: str
    icon: str
    url_name: str
    opens: Callable[[Actor], bool]
    bar: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one job under a heading."""

    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An item as shown to one person on one page."""

    label: str
    bar_label: str
    icon: str
    url: str
    is_here: bool


def _any(*permissions: str) -> Callable[[Actor], bool]:
    return lambda actor: any(actor.may(permission) for permission in permissions)


def _staff(*permissions: str) -> Callable[[Actor], bool]:
    return lambda actor: not actor.is_dealer and _any(*permissions)(actor)


def _dealer(*permissions: str) -> Callable[[Actor], bool]:
    return lambda actor: actor.is_dealer and _any(*permissions)(actor)


def _everyone(actor: Actor) -> bool:
    return not actor.is_anonymous


GROUPS = (
    Group("", (Item(_("Dashboard"), "layout-dashboard", "portal:dashboard", _everyone, bar=_("Home")),)),
    Group(
        _("Deals"),
        (
            Item(
                _("Review queue"),
                "clipboard-check",
                "registrations:review_queue",
                _staff("registrations.decide"),
                bar=_("Review"),
            ),
            Item(
                _("My registrations"),
                "shield-check",
                "registrations:registration_list",
                _dealer("registrations.view"),
                bar=_("Deals"),
            ),
            Item(
                _("Register a deal"),
                "circle-plus",
                "registrations:registration_new",
                _dealer("registrations.file"),
                bar=_("Register"),
            ),
            Item(_("Is it free?"), "help-circle", "prechecks:precheck_new", _dealer("registrations.file")),
            Item(_("Pre-checks"), "history", "prechecks:precheck_list", _any("registrations.view")),
            Item(
                _("Registrations"),
                "shield-check",
                "registrations:registration_list",
                _staff("registrations.view"),
                bar=_("Deals"),
            ),
            Item(_("Disputes"), "scale", "disputes:dispute_list", _any("registrations.view")),
            Item(_("Precedents"), "book", "disputes:precedent_list", _any("registrations.view")),
            Item(_("Proposed rule changes"), "flag", "disputes:proposal_list", heads_the_channel),
        ),
    ),
    Group(
        _("Customers"),
        (
            Item(
                _("Accounts"), "building", "accounts:account_list", _any("accounts.view"), bar=_("Accounts")
            ),
            Item(
                _("Opportunities"),
                "target",
                "opportunities:opportunity_list",
                _any("opportunities.view"),
                bar=_("Sales"),
            ),
            Item(_("Duplicates"), "arrows-diff", "accounts:duplicate_list", _staff("accounts.merge")),
            Item(_("Projects"), "map-pin", "projects:project_list", _staff("accounts.view")),
            Item(_("Activities"), "activity", "activities:activity_list", _staff("activities.log")),
        ),
    ),
    Group(
        _("Partners"),
        (
            Item(_("Partners"), "affiliate", "partners:partner_list", _staff("partners.view")),
            Item(_("Our company"), "building-store", "partners:company", _dealer("partners.view")),
            Item(_("Our team"), "users-group", "partners:team", _dealer("team.manage"), bar=_("Team")),
            Item(_("Honour"), "heart-handshake", "honour:figures", _everyone),
        ),
    ),
    Group(
        _("Administration"),
        (
            Item(
                _("Content and settings"),
                "settings",
                "wagtailadmin_home",
                _staff(*ADMIN_PERMISSIONS),
                bar=_("Settings"),
            ),
        ),
    ),
)
BAR_PLACES = 4  # beside "More"


@lru_cache(maxsize=64)
def address_of(url_name: str) -> str:
    """Return the address of a place, or "" where the portal has none of that name."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _here(path: str, items: Iterable[Item]) -> str:
    """Return the address among ``items`` that the page at ``path`` belongs to: the longest that it begins with."""
    candidates = [address_of(item.url_name) for item in items]
    return max((url for url in candidates if url and path.startswith(url)), key=len, default="")


def places_for(actor: Actor, path: str) -> list[tuple[str, list[Place]]]:
    """Return the navigation of ``actor`` on the page at ``path``: (heading, places), empty groups left out."""
    seen = [(group, [item for item in group.items if item.opens(actor)]) for group in GROUPS]
    here = _here(path, [item for _group, items in seen for item in items])
    result = []
    for group, items in seen:
        places = [
            Place(item.label, item.bar or "", item.icon, url, url == here)
            for item in items
            if (url := address_of(item.url_name))
        ]
        if places:
            result.append((group.label, places))
    return result
