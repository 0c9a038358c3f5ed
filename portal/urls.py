"""Addresses of the whole portal."""

from django.urls import include, path, register_converter

from core.api.views import SchemaView, documentation
from core.ui.references import ReferenceConverter
from portal.views import demo_mails, health
from portal.views.dashboard import dashboard
from portal.views.language import set_language
from portal.views.partner_switch import switch_partner
from portal.views.search import search

register_converter(ReferenceConverter, "ref")

api_patterns = [
    path("", documentation, name="documentation"),
    path("v1/openapi.json", SchemaView.as_view(), name="schema"),
    path("v1/", include("deal_registration.api.urls")),
]

portal_patterns = [
    path("dashboard/", dashboard, name="dashboard"),
    path("search/", search, name="search"),
    path("language/", set_language, name="language"),
    path("profile/partner/", switch_partner, name="partner_switch"),
    path("health/live/", health.live, name="health_live"),
    path("health/ready/", health.ready, name="health_ready"),
    path("demo/mails/", demo_mails.demo_mails, name="demo_mails"),
    path("demo/mails/<str:name>/", demo_mails.demo_mail, name="demo_mail"),
]

urlpatterns = [
    path("", include((portal_patterns, "portal"))),
    path("profile/", include("core.people.urls")),
    path("", include("core.notifications.urls")),
    path("files/", include("core.documents.urls")),
    path("imports/", include("core.imports.urls")),
    path("api/", include((api_patterns, "api"))),
    path("verify/", include("core.ledger.urls")),
    path("", include("core.list_views.urls")),
    path("accounts/", include("crm.accounts.urls")),
    path("projects/", include("crm.projects.urls")),
    path("opportunities/", include("crm.opportunities.urls")),
    path("activities/", include("crm.activities.urls")),
    path("", include("partners.urls")),
    path("registrations/sheets/", include("deal_registration.intake.urls")),
    path("", include("deal_registration.urls")),
    path("", include("deal_registration.prechecks.urls")),
    path("", include("deal_registration.disputes.urls")),
    path("", include("deal_registration.messages.urls")),
    path("", include("deal_registration.honour.urls")),
    path("auth/", include("allauth.urls")),
    path("cms/", include("wagtail.admin.urls")),
    path("", include("content.urls")),  # last: Wagtail's pages answer at the root
]

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"
