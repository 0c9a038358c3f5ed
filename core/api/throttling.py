"""How often a key may be used: counted in one row a key, so that it holds on every machine and without a cache."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Case, F, Q, Value, When
from rest_framework.throttling import BaseThrottle

from core import clock

from .models import KeyUse

WINDOW = timedelta(minutes=1)


class KeyThrottle(BaseThrottle):
    """So many requests a minute and key; also notes when the key was last used."""

    left = 0.0

    def allow_request(self, request, view) -> bool:
        """Count this request by one statement; False beyond the limit."""
        key = request.auth
        if key is None:
            return True
        at = clock.now()
        window = at.replace(second=0, microsecond=0)
        is_full = Q(window_at=window, window_count__gte=settings.API_REQUESTS_PER_MINUTE)
        counted = (
            KeyUse.objects.filter(key_id=key.pk)
            .exclude(is_full)
            .update(
                window_count=Case(When(window_at=window, then=F("window_count") + 1), default=Value(1)),
                window_at=window,
                last_used_at=at,
            )
        )
        self.left = (window + WINDOW - at).total_seconds()
        return bool(counted)

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return max(self.left, 1.0)
