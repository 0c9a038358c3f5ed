"""Views that a list brings along."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor

ALL = "all"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A view declared with its list: a key for the address (lower case), words, what it asks for, and for whom."""

    key: str
    label: str | Promise
    query: str = ""
    opens: Callable[[Actor], bool] = lambda actor: True


EVERYTHING = BuiltIn(ALL, _("All"))
