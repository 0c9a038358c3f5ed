"""Serving pages in the reader's language, and the images that editors put on them."""

import posixpath

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.models import PageViewRestriction
from wagtail.views import serve_chain

from .routing import route

IMAGE_FOLDERS = ("images/", "original_images/")
IMAGE_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


@login_not_required
def serve(request, path: str) -> HttpResponse:
    """Serve a page. Restrictions set on it in any language hold for all its languages."""
    page, args, kwargs = result = route(request, path)
    request._wagtail_route_for_request = result
    for check in hooks.get_hooks("before_serve_page"):
        answer = check(page, request, args, kwargs)
        if isinstance(answer, HttpResponse):
            return answer
    if _is_kept_from(request, page):
        if request.actor.is_anonymous:
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
        raise Http404
    chain = serve_chain
    for hook in reversed(hooks.get_hooks("on_serve_page")):
        chain = hook(chain)
    return chain(page, request, args, kwargs)


def _is_kept_from(request, page) -> bool:
    """Tell whether a restriction on any language of the page, or above one, keeps the reader out."""
    above = Q()
    for version in [page, *page.get_translations()]:
        steps = range(version.steplen, len(version.path) + 1, version.steplen)
        above |= Q(page__path__in=[version.path[:end] for end in steps])
    restrictions = PageViewRestriction.objects.filter(above).prefetch_related("groups")
    return any(not restriction.accept_request(request) for restriction in restrictions)


@login_not_required
@require_safe
def sign_in(request) -> HttpResponse:
    """Lead to the portal's one sign-in page; Wagtail wants a name of its own for it."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(resolve_url(settings.LOGIN_URL) + (f"?{query}" if query else ""))


@login_not_required
@require_safe
def image(request, path: str) -> HttpResponse:
    """Serve an editors' image from the media folder. Documents have a door of their own, with checks."""
    name = posixpath.normpath(path)
    kind = IMAGE_TYPES.get(posixpath.splitext(name)[1].lower())
    if name != path or ".." in name or not name.startswith(IMAGE_FOLDERS) or kind is None:
        raise Http404
    if not default_storage.exists(name):
        raise Http404
    response = FileResponse(default_storage.open(name), content_type=kind)
    patch_cache_control(response, public=True, max_age=86_400)
    return response
