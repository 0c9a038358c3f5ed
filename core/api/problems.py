"""Errors as problem JSON (RFC 9457), in the caller's language, with a pointer to each field that is wrong."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.access.exceptions import NotAllowed
from core.jobs.idempotency import KeyReused
from core.workflow import TransitionRefused

CONTENT_TYPE = "application/problem+json"
_statuses: dict[type[Exception], int] = {
    NotAllowed: 403,
    PermissionDenied: 403,
    Http404: 404,
    TransitionRefused: 409,
    KeyReused: 422,
}


def register(error: type[Exception], status: int) -> None:
    """Let an app's error with words for people (``message``) be answered with ``status``."""
    _statuses[error] = status


class FieldsRefused(exceptions.APIException):
    """What was sent is well formed, but not what is needed; ``errors`` by field."""

    status_code = 422

    def __init__(self, errors: Mapping[str, Any]):
        super().__init__()
        self.errors = errors


def handle(error: Exception, context: dict) -> Response | None:
    """Return the answer to an error; None for one nobody foresaw, which is answered as 500 and logged."""
    status, detail, pointers, headers = _read(error)
    if status is None:
        return None
    set_rollback()
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(detail),
    }
    if pointers:
        body["errors"] = pointers
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def _read(error: Exception) -> tuple[int | None, Any, list[dict], dict[str, str]]:
    """Return (status, detail, field errors, headers) of an error."""
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.ValidationError):
        return 422, _("Some fields are not right."), list(_pointers(error.detail)), headers
    if isinstance(error, FieldsRefused):
        return 422, _("Some fields are not right."), list(_pointers(error.errors)), headers
    if isinstance(error, exceptions.APIException):
        if isinstance(error, exceptions.Throttled) and error.wait is not None:
            headers["Retry-After"] = str(int(error.wait + 0.999))
            return 429, _("Too many requests. Wait a moment."), [], headers
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
        return error.status_code, error.detail, [], headers
    for kind in type(error).__mro__:
        if kind in _statuses:
            status = _statuses[kind]
            plain = {404: _("There is nothing here."), 403: _("This key may not do this.")}.get(status, "")
            return status, plain or getattr(error, "message", "") or str(error), [], headers
    return None, "", [], headers


def _pointers(detail: Any, path: str = "#") -> Iterator[dict[str, str]]:
    """Yield each complaint with the JSON pointer of what it is about."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = path if name == "non_field_errors" else f"{path}/{_escaped(name)}"
            yield from _pointers(inner, here)
    elif isinstance(detail, list | tuple):
        for at, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from _pointers(inner, f"{path}/{at}" if nested else path)
    else:
        yield {"pointer": path, "detail": str(detail)}


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
