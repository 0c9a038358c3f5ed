"""What the staff's admin shows beside Wagtail's own: the viewsets of ``portal.cms``; and what of Wagtail's it hides."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup

from .cms import calendars, catalog, houses, jobs, partners, people, programmes, roles, territories
from .cms.fields import CHOOSERS

HIDDEN_MENU_ITEMS = frozenset(
    {"help", "users", "groups", "redirects", "sites", "locales", "workflows", "workflow-tasks"}
)


class BusinessGroup(ModelViewSetGroup):
    """What deals are judged by."""

    menu_label = _("Business")
    menu_icon = "sliders"
    menu_order = 300
    items = (
        territories.TerritoryViewSet,
        catalog.FamilyViewSet,
        catalog.LineViewSet,
        catalog.ProductViewSet,
        programmes.ProgrammeViewSet,
        programmes.VersionViewSet,
        programmes.TierViewSet,
        programmes.AgreementTemplateViewSet,
        houses.HouseListingViewSet,
        calendars.CalendarViewSet,
    )


class PartnerGroup(ModelViewSetGroup):
    """Partner organisations."""

    menu_label = _("Partners")
    menu_icon = "group"
    menu_order = 310
    items = (partners.PartnerViewSet, partners.AuthorisationViewSet)


class PeopleGroup(ModelViewSetGroup):
    """Who signs in, and what they may do."""

    menu_label = _("People")
    menu_icon = "user"
    menu_order = 320
    items = (
        people.UserViewSet,
        people.ScopeViewSet,
        people.MembershipViewSet,
        roles.RoleViewSet,
        roles.FieldPermissionViewSet,
    )


class JobsViewSet(jobs.JobViewSet):
    """Jobs, with a place of their own in the menu."""

    add_to_admin_menu = True
    menu_order = 330


@hooks.register("register_admin_viewset")
def register_viewsets() -> list:
    """Register all that administrators keep."""
    return [BusinessGroup(), PartnerGroup(), PeopleGroup(), JobsViewSet(), *CHOOSERS]


@hooks.register("register_admin_menu_item")
def register_way_back() -> MenuItem:
    """Lead back to the portal."""
    return MenuItem(_("To the portal"), reverse_lazy("portal:dashboard"), icon_name="home", order=10_000)


@hooks.register("construct_main_menu")
def hide_main_items(request, items: list) -> None:
    """Leave out what is not for us."""
    items[:] = [item for item in items if item.name not in HIDDEN_MENU_ITEMS]


@hooks.register("construct_settings_menu")
def hide_settings_items(request, items: list) -> None:
    """Leave out Wagtail's own users and groups: ours follow from roles."""
    items[:] = [item for item in items if item.name not in HIDDEN_MENU_ITEMS]


@hooks.register("construct_homepage_panels")
def choose_panels(request, panels: list) -> None:
    """Keep the home of the admin to what concerns pages."""
    panels[:] = [panel for panel in panels if type(panel).__name__ != "UpgradeNotificationPanel"]
