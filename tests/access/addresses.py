"""Every address of the portal, walked from the resolver: a new one cannot be forgotten."""

import re
from dataclasses import dataclass, field
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
REGEX_PARAMETER = re.compile(r"\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)")
REGEX_GROUP = re.compile(r"\((?!\?)((?:[^()]|\([^()]*\))*)\)")


@dataclass(frozen=True)
class Address:
    """One URL pattern: its view's full name, its route as written, the parameters in it."""

    name: str
    route: str
    parameters: tuple[str, ...] = field(default=())

    def url(self, **values) -> str:
        """Return the address with its parameters filled; one not given is ``1``."""
        filled = PARAMETER.sub(lambda match: str(values.get(match["name"], 1)), self.route)
        return "/" + filled

    def __str__(self) -> str:
        return self.name or f"/{self.route}"


def _plain(pattern) -> str:
    """Return a pattern as a route: of a regular expression, its named groups as parameters."""
    if isinstance(pattern, RoutePattern):
        return str(pattern._route)
    text = str(pattern.regex.pattern) if isinstance(pattern, RegexPattern) else str(pattern)
    text = REGEX_PARAMETER.sub(lambda match: f"<{match[1]}>", text)
    text = REGEX_GROUP.sub("<path>", text)
    return text.lstrip("^").rstrip("$").replace("\\Z", "").replace("\\", "").replace("/?", "/")


def _walk(patterns, route: str, spaces: tuple[str, ...]):
    for entry in patterns:
        here = route + _plain(entry.pattern)
        if isinstance(entry, URLResolver):
            inside = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _walk(entry.url_patterns, here, inside)
        elif isinstance(entry, URLPattern):
            name = ":".join((*spaces, entry.name)) if entry.name else ""
            parameters = tuple(match["name"] for match in PARAMETER.finditer(here))
            yield Address(name, here, parameters)


@cache
def addresses() -> tuple[Address, ...]:
    """Return every address, in the order the resolver tries them."""
    return tuple(_walk(get_resolver().url_patterns, "", ()))


def is_cms(address: Address) -> bool:
    """Tell whether the address lies in Wagtail's admin."""
    return address.route.startswith("cms/")
