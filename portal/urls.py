"""Addresses of the whole portal."""

from importlib.util import find_spec

from django.urls import include, path, register_converter

from core.ui.references import ReferenceConverter

register_converter(ReferenceConverter, "ref")

from portal.views import demo_mails, health  # noqa: E402
from portal.views.language import set_language  # noqa: E402
from portal.views.partner_switch import switch_partner  # noqa: E402

portal_patterns = [
    path("language/", set_language, name="language"),
    path("profile/partner/", switch_partner, name="partner_switch"),
    path("health/live/", health.live, name="health_live"),
    path("health/ready/", health.ready, name="health_ready"),
    path("demo/mails/", demo_mails.demo_mails, name="demo_mails"),
    path("demo/mails/<str:name>/", demo_mails.demo_mail, name="demo_mail"),
]
if find_spec("portal.views.dashboard"):
    from portal.views.dashboard import dashboard

    portal_patterns.append(path("dashboard/", dashboard, name="dashboard"))
if find_spec("portal.views.search"):
    from portal.views.search import search

    portal_patterns.append(path("search/", search, name="search"))

urlpatterns = [
    path("", include((portal_patterns, "portal"))),
    path("profile/", include("core.people.urls")),
    path("auth/", include("allauth.urls")),
    path("cms/", include("wagtail.admin.urls")),
]
for prefix, module in (
    ("verify/", "core.ledger.urls"),
    ("files/", "core.documents.urls"),
    ("", "core.notifications.urls"),
    ("accounts/", "crm.accounts.urls"),
    ("projects/", "crm.projects.urls"),
    ("opportunities/", "crm.opportunities.urls"),
    ("activities/", "crm.activities.urls"),
    ("", "partners.urls"),
    ("", "deal_registration.urls"),
    ("", "content.urls"),
):
    try:
        urlpatterns.append(path(prefix, include(module)))
    except ImportError:
        continue

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
