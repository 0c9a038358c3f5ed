"""Filters for notices about registrations: what they keep is language-free and put into words when read."""

from datetime import datetime

from django import template
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime

from crm.identity.words import explain, level_words
from deal_registration.enums import LossReason, RejectionReason, RevocationReason

register = template.Library()
REASONS = dict(RejectionReason.choices) | dict(LossReason.choices) | dict(RevocationReason.choices)


@register.filter
def in_language(names) -> str:
    """Return the entry of {language: text} for the reader's language, else the English one."""
    if not isinstance(names, dict):
        return ""
    return names.get((translation.get_language() or "en").lower()) or names.get("en", "")


@register.filter
def reason_words(code) -> str:
    """Return a reason of the closed lists in words; nothing for another."""
    return str(REASONS.get(code, ""))


@register.filter
def as_day(text) -> str:
    """Return a stored ISO instant as a day in the reader's zone."""
    try:
        return date_format(localtime(datetime.fromisoformat(text)), "DATE_FORMAT")
    except (TypeError, ValueError):
        return ""


@register.filter
def as_time(text) -> str:
    """Return a stored ISO instant as day and time in the reader's zone."""
    try:
        return date_format(localtime(datetime.fromisoformat(text)), "DATETIME_FORMAT")
    except (TypeError, ValueError):
        return ""


@register.filter
def match_level(level: str) -> str:
    """Return in words how sure the identity engine is."""
    return level_words(level)


@register.filter
def evidence_words(evidence) -> str:
    """Return one piece of evidence of a likely customer as a sentence."""
    return explain(evidence)


@register.filter
def of_line(found, pk):
    """Return what belongs to a registration line among {line's primary key: …}; None for nothing."""
    return found.get(pk) if isinstance(found, dict) else None
