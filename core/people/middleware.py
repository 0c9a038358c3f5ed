"""Activates the signed-in person's language and time zone for one request."""

import zoneinfo

from django.utils import timezone, translation


class PreferencesMiddleware:
    """Language and zone of the signed-in person; of a visitor, what LocaleMiddleware found."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
            try:
                timezone.activate(zoneinfo.ZoneInfo(user.time_zone))
            except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                timezone.deactivate()
        else:
            timezone.deactivate()
        return self.get_response(request)
