"""The language switch: a cookie for visitors, the profile of whoever is signed in."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.views.decorators.http import require_POST

from core.people import services
from core.people.views import came_from


@require_POST
def set_language(request):
    """Keep the chosen language and go back to the page; a language the portal does not speak changes nothing."""
    response = HttpResponseRedirect(came_from(request, "/"))
    language = request.POST.get("language", "")
    if services.set_language(actor=request.actor, language=language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        )
    return response
