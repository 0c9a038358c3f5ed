"""Who calls: the organisation of an API key. Sessions and cookies count for nothing, so there is no CSRF either."""

from dataclasses import replace

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from core import clock
from core.access.actor import ORGANISATION_KEY, Actor, actor_for

from .keys import MARK, digest_of
from .models import ApiKey

SCHEME = "Bearer"
LONGEST = 200


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer dpk_…``. Wrong, revoked and expired keys all get the same answer."""

    def authenticate(self, request):
        """Return (user, key) and put the key's actor on the request; None where no key was sent."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME.lower().encode():
            return None
        key = self._key_of(parts[1]) if len(parts) == 2 else None
        actor = actor_of(key) if key is not None else None
        if actor is None:
            raise AuthenticationFailed(_("This API key is not valid."))
        request._request.actor = actor
        return key.user, key

    def _key_of(self, raw: bytes) -> ApiKey | None:
        """Return the usable key with this secret."""
        if len(raw) > LONGEST or not raw.isascii():
            return None
        secret = raw.decode("ascii")
        mark, _sep, rest = secret.partition("_")
        prefix = f"{mark}_{rest.partition('_')[0]}"
        if mark != MARK or len(prefix) > 16:
            return None
        key = ApiKey.objects.usable(clock.now()).select_related("user").filter(prefix=prefix).first()
        return key if key is not None and constant_time_compare(key.digest, digest_of(secret)) else None

    def authenticate_header(self, request):
        """Say how to authenticate, so that the answer is 401."""
        return SCHEME


def actor_of(key: ApiKey) -> Actor | None:
    """Return the actor of a key: its person for its organisation, with what both are allowed; None for neither."""
    actor = actor_for(key.user, {ORGANISATION_KEY: key.organisation_id})
    if actor.organisation_id != key.organisation_id:
        return None
    return replace(actor, permissions=actor.permissions & frozenset(key.permissions))


class KeyScheme(OpenApiAuthenticationExtension):
    """How the schema says it."""

    target_class = "core.api.authentication.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        """Return the scheme's description."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, made on the page of your company.",
        }
