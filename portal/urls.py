"""Addresses of the whole portal."""

from django.urls import include, path

from portal.views.language import set_language
from portal.views.partner_switch import switch_partner

portal_patterns = [
    path("language/", set_language, name="language"),
    path("profile/partner/", switch_partner, name="partner_switch"),
]

urlpatterns = [
    path("", include((portal_patterns, "portal"))),
    path("profile/", include("core.people.urls")),
    path("auth/", include("allauth.urls")),
]
