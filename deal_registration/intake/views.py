"""Where a sheet of filings begins; everything after it is ``core.imports``."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_http_methods

from core.access.exceptions import NotAllowed
from core.imports.views.pages import template_page
from core.imports.views.steps import start_page

RESOURCE = "filings"


def _require_company(request: HttpRequest) -> None:
    """Refuse whoever acts for no company: nobody files for another."""
    if not request.actor.is_dealer:
        raise NotAllowed


@require_http_methods(["GET", "POST"])
def sheet_new(request: HttpRequest) -> HttpResponse:
    """Take a sheet of deals to register."""
    _require_company(request)
    return start_page(request, RESOURCE)


@require_GET
def sheet_template(request: HttpRequest) -> HttpResponseBase:
    """Send the signed template of the actor's company, or the same columns as CSV."""
    _require_company(request)
    return template_page(request, RESOURCE)
