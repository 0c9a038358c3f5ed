"""The base of every endpoint, and the pages that explain the API."""

import json
from collections.abc import Callable
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from core.access.exceptions import NotAllowed
from core.jobs.idempotency import fingerprint, once

from .authentication import KeyAuthentication
from .problems import handle
from .schema import pages_of, whole_schema
from .throttling import KeyThrottle

LONGEST_KEY = 80


class KeyView(APIView):
    """An endpoint for holders of a key. ``needs``: the permission by method; what is not named needs a key only."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = ()
    throttle_classes = (KeyThrottle,)
    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    needs: ClassVar[dict[str, str]] = {}

    def get_exception_handler(self) -> Callable:
        """Answer errors as problem JSON."""
        return handle

    def check_permissions(self, request: Request) -> None:
        """Refuse whoever has no key, or one that may not do this."""
        if request.auth is None:
            raise exceptions.NotAuthenticated(_("Send an API key: “Authorization: Bearer dpk_…”."))
        needed = self.needs.get(request.method, "")
        if needed and not request.actor.may(needed):
            raise NotAllowed

    def finalize_response(self, request, response, *args, **kwargs):
        """Let nobody keep an answer."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def once(self, request: Request, what: str, create: Callable[[], str]) -> tuple[str, bool]:
        """Run ``create`` once for the request's ``Idempotency-Key``; return what it returned, and whether it ran now.

        The same key with other content raises ``KeyReused``; a missing or malformed one is a validation error.
        """
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
            message = _("Send an Idempotency-Key: 1 to 80 letters, digits and signs, new for every filing.")
            raise exceptions.ParseError(message)
        body = json.dumps(request.data, sort_keys=True, ensure_ascii=True)
        owner = f"api:{request.actor.organisation_id}"
        return once(owner, key, fingerprint([what, body]), create)


class SchemaView(SpectacularAPIView):
    """The OpenAPI schema as JSON; it says nothing about anybody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)
    versioning_class = None

    def get(self, request, *args, **kwargs):
        """Send the schema."""
        from rest_framework.response import Response

        return Response(whole_schema())


@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """Explain every endpoint to whoever is signed in, from the schema."""
    example = f'curl {request.build_absolute_uri("/api/v1/me")} -H "Authorization: Bearer dpk_…"'
    return render(request, "api/documentation.html", {"groups": pages_of(whole_schema()), "example": example})
