"""Serving pages in the reader's language, and the images that editors put on them."""

import posixpath

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from wagtail import hooks
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
    for version in [page, *page.get_translations().specific()]:
        for check in hooks.get_hooks("before_serve_page"):
            answer = check(version, request, args, kwargs)
            if isinstance(answer, HttpResponse):
                return answer
    chain = serve_chain
    for hook in reversed(hooks.get_hooks("on_serve_page")):
        chain = hook(chain)
    return chain(page, request, args, kwargs)


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
