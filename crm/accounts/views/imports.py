"""Where the import of accounts begins; everything after it is ``core.imports``."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from core.imports.views.pages import template_page
from core.imports.views.steps import start_page

RESOURCE = "accounts"


@require_http_methods(["GET", "POST"])
def account_import(request: HttpRequest) -> HttpResponse:
    """Take a file of accounts."""
    return start_page(request, RESOURCE)


@require_GET
def account_import_template(request: HttpRequest) -> HttpResponse:
    """Send an empty sheet of accounts."""
    return template_page(request, RESOURCE)
