"""Timelines of the CRM in readers' words: instants as days, codes by their names."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from core.access.actor import Actor
from core.ledger import facts_of, timeline
from core.ledger.timelines import TimelineEntry
from core.ui.wording import listed

Words = Mapping[str, Callable[[Any], str]]


def story_of(
    obj, actor: Actor, *, words: Words, limit: int = 30, also: Collection[int] = ()
) -> list[TimelineEntry]:
    """Return what happened to ``obj``, newest first; ``words`` turns a fact's value into text, by its name.

    ``also``: ids of others of its kind whose story is part of this one.
    Facts without words are shown as they are; one whose words are empty is left out.
    """
    entries = timeline(obj, actor, limit=limit, also=also)
    return [replace(entry, facts=_told(entry, actor, words)) for entry in entries]


def _told(entry: TimelineEntry, actor: Actor, words: Words) -> list[tuple[str, str]]:
    told = []
    for name, value in facts_of(entry.event).items():
        label = entry.type.labels.get(name)
        if label is None or (actor.is_dealer and name not in entry.type.partner_facts):
            continue
        text = words.get(name, str)(value) if value not in (None, "", []) else ""
        if text:
            told.append((str(label), text))
    return told


def day(value: Any) -> str:
    """Return a stored instant or day as a day in the reader's zone."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    return date_format(localtime(moment) if moment.tzinfo else moment, "DATE_FORMAT")


def names_of(model) -> Callable[[Any], str]:
    """Return a function from a list of field names to their words, for ``changed``."""

    def words(value: Any) -> str:
        fields = {field.name: field for field in model._meta.get_fields()}
        names = value if isinstance(value, list) else [value]
        found = [
            str(getattr(fields[name], "verbose_name", name))
            for name in names
            if isinstance(name, str) and name in fields
        ]
        return listed(found)

    return words
