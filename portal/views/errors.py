"""Error pages: what happened, and what to do."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render


def _page(request, status: int, template: str):
    """Render one error page with its status."""
    return render(request, f"errors/{template}.html", status=status)


@login_not_required
def bad_request(request, exception=None):
    """400: the request could not be understood."""
    return _page(request, 400, "400")


@login_not_required
def forbidden(request, exception=None):
    """403: the person may not do this here."""
    return render(request, "errors/403.html", {"message": getattr(exception, "message", "")}, status=403)


@login_not_required
def not_found(request, exception=None):
    """404: absent, foreign and malformed look the same."""
    return _page(request, 404, "404")


@login_not_required
def server_error(request):
    """500: our fault; nothing that needs the database is rendered."""
    return _page(request, 500, "500")


@login_not_required
def csrf_failure(request, reason=""):
    """403 for a form without a valid token: the page stood open too long, or cookies are off."""
    return _page(request, 403, "csrf")
