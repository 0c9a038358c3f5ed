"""The dashboard: what needs this person, by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ..dashboards import sections_for


@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the sections of every role the person holds."""
    return render(
        request,
        "dashboard/dashboard.html",
        {"page_title": _("Dashboard"), "sections": sections_for(request.actor, at=timezone.now())},
    )
