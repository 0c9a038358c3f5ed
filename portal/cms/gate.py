"""The door of the staff's admin: for whoever edits content or keeps settings, people or jobs; nobody else sees it."""

from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import urlencode

from core.access.defaults import ADMIN_PERMISSIONS

ADMIN_PREFIX = "/cms/"
# Wagtail's own pages about users, groups and the signed-in person: ours stand in their place.
REPLACED = ("/cms/users/", "/cms/groups/", "/cms/bulk/people/", "/cms/sites/", "/cms/locales/")
OWN_ACCOUNT = "/cms/account/"


def is_admin_path(path: str) -> bool:
    """Tell whether ``path`` lies in the staff's admin."""
    return path.startswith(ADMIN_PREFIX) or path == ADMIN_PREFIX.rstrip("/")


def may_enter(actor) -> bool:
    """Tell whether ``actor`` has anything to do in the admin."""
    return actor.is_staff and not actor.read_only and any(actor.may(item) for item in ADMIN_PERMISSIONS)


class AdminGateMiddleware:
    """Sends visitors to sign in; for everybody else who has no business there, the admin does not exist."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Stand before every view of the admin: pages, choosers, previews and its own API."""
        if not is_admin_path(request.path_info):
            return None
        if request.actor.is_anonymous:
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")
        if not may_enter(request.actor) or request.path_info.startswith(REPLACED):
            raise Http404
        if request.path_info.startswith(OWN_ACCOUNT):
            return HttpResponseRedirect(reverse("people:profile"))
        return None
