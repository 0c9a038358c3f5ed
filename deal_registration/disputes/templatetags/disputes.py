"""Filters for notices about disputes: what they keep is free of language and put into words when read."""

from django import template

from deal_registration.wording import CODE_WORDS

from ..enums import Remedy
from ..wording import RESULTS

register = template.Library()


@register.filter
def result_words(result: str) -> str:
    """Return one party's result in words; nothing for an unknown one."""
    return str(RESULTS[result][0]) if result in RESULTS else ""


@register.filter
def remedy_words(remedy: str) -> str:
    """Return a remedy in words."""
    return str(Remedy(remedy).label) if remedy in Remedy.values else ""


@register.filter
def code_words(code: str) -> str:
    """Return a rule of the check in words."""
    return str(CODE_WORDS.get(code, code))
