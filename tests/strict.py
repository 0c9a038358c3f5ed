"""What makes tests stricter than production: undefined template variables and writing GETs are errors."""

import re
import sys
from pathlib import Path

from django.db import connection
from django.template.base import FilterExpression, Node
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = str(ROOT / "templates")

# What a GET may write: sessions, limits, and what Wagtail and allauth remember about their own pages.
WRITABLE_BY_GET = frozenset(
    {
        "django_session",
        "portal_cache",
        "api_keyuse",
        "usersessions_usersession",
        "account_emailaddress",
        "wagtailusers_userprofile",
        "wagtailadmin_editingsession",
        "wagtailimages_rendition",
        "wagtailcore_pagesubscription",
    }
)
_WRITE = re.compile(
    r'^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.I
)


class UndefinedVariable(AssertionError):
    """A template of ours prints a variable nobody gave it."""


class Undefined(str):
    """An empty string for ``string_if_invalid`` that sees where it is asked for.

    Django's engine tests its truth in ``FilterExpression.resolve`` just before using it; there it raises when
    the template is one of ours and no ``default`` filter follows. Elsewhere it is what production has: "".
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        expression = frame.f_locals.get("self")
        if frame.f_code.co_name == "resolve" and isinstance(expression, FilterExpression):
            named = {getattr(function, "__name__", "") for function, _arguments in expression.filters}
            if not any(name.startswith("default") for name in named):
                origin = _origin(frame)
                if origin.startswith(TEMPLATES):
                    where = origin.removeprefix(TEMPLATES)
                    raise UndefinedVariable(f"templates{where}: {{{{ {expression.token} }}}} is undefined")
        return False


def _origin(frame) -> str:
    """Return the file of the node being rendered."""
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin.name)
        frame = frame.f_back
    return ""


def refuse_writes(execute, sql, params, many, context):
    """Let a statement through unless it writes a business row."""
    match = _WRITE.match(sql)
    if match and match[1].lower() not in WRITABLE_BY_GET:
        raise AssertionError(f"a GET wrote to {match[1]}: {sql[:200]}")
    return execute(sql, params, many, context)


class StrictClient(Client):
    """Django's test client, for which a GET that writes a business row is an error."""

    def request(self, **request):
        """Send the request; see ``django.test.Client.request``."""
        if request.get("REQUEST_METHOD", "GET") in ("GET", "HEAD", "OPTIONS"):
            with connection.execute_wrapper(refuse_writes):
                return super().request(**request)
        return super().request(**request)
