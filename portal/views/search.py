"""The global search: one box, what the reader may see, grouped by kind; answers while one types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from core.search import search_everything

PAGE_LIMIT = 8
SHORTEST = 1


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show what is found for ``?q=``; only the results when htmx asks for them."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    groups = search_everything(request.actor, query, limit=PAGE_LIMIT) if len(query) >= SHORTEST else []
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    template = "search/_results.html" if is_part else "search/search.html"
    response = render(
        request,
        template,
        {"query": query, "groups": groups, "total": sum(len(group.hits) for group in groups)},
    )
    patch_vary_headers(response, ["HX-Request"])
    return response
