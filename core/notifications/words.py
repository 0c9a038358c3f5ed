"""The words of a notice, in the language and zone of whoever reads it."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from core.access.actor import Actor

from .registry import Kind


@dataclass(frozen=True, slots=True)
class Words:
    """Title and text (paragraphs parted by empty lines), plain."""

    title: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        """The text's paragraphs."""
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


def words_of(kind: Kind, context: dict, *, actor: Actor, event_type: str, event_at: datetime) -> Words:
    """Render a kind's template with the language and zone in force; see ``reading_as``."""
    template = get_template(kind.template).template
    values = {**context, "event_type": event_type, "event_at": event_at, "actor": actor}
    # Plain text: pages and mails escape it where they show it.
    lines = template.render(Context(values, autoescape=False)).strip().split("\n")
    return Words(" ".join(lines[0].split()), "\n".join(line.rstrip() for line in lines[1:]).strip())


@contextmanager
def reading_as(actor: Actor) -> Iterator[None]:
    """Use the language and time zone of ``actor``."""
    try:
        zone = zoneinfo.ZoneInfo(actor.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    with translation.override(actor.language), timezone.override(zone):
        yield
