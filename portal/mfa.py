"""A second factor for staff: whoever has none sets one up before anything else, where settings require it."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core import checks
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

# Reached without a second factor: setting one up, signing out, reading in one's language.
OPEN_PREFIXES = ("/auth/", "/language/", "/health/", "/static/", "/media/", "/verify/")


class StaffSecondFactorMiddleware:
    """Leads staff without a second factor to the page that sets one up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Redirect instead of calling the view; fetches by scripts are refused likewise."""
        if not settings.STAFF_MFA_REQUIRED or request.path_info.startswith(OPEN_PREFIXES):
            return None
        user = request.user
        if not (user.is_authenticated and user.is_staff) or is_mfa_enabled(user):
            return None
        messages.warning(request, _("Set up a second factor first: staff cannot work here without one."))
        return redirect("mfa_index")


@checks.register(checks.Tags.security, deploy=True)
def check_staff_second_factor(app_configs, **kwargs) -> list:
    """In production staff need a second factor."""
    if settings.STAFF_MFA_REQUIRED:
        return []
    return [
        checks.Warning(
            "Staff may sign in without a second factor.",
            hint="Set PORTAL_STAFF_MFA_REQUIRED=true (the default in production).",
            id="portal.W001",
        )
    ]
