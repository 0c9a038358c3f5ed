"""What makes a template ours: a signed note of version, partner, language and last day, kept in a hidden sheet."""

import datetime
from dataclasses import dataclass

from django.core import signing

SALT = "deal_registration.intake.template"
VERSION = 1  # goes up whenever the columns change: older templates are refused then
SHEET = "portal"
HEADINGS = ("version", "signature")


@dataclass(frozen=True, slots=True)
class Note:
    """For which partner (by reference) a template was made, in which language, and until which day it counts."""

    version: int
    partner: str
    language: str
    until: datetime.date


class NotOurs(Exception):
    """The note is missing, or was not signed by this portal."""


def signed(note: Note) -> str:
    """Return the note as signed text."""
    value = [note.version, note.partner, note.language, note.until.isoformat()]
    return signing.dumps(value, salt=SALT, compress=False)


def opened(text: str) -> Note:
    """Return the note of signed text; raises ``NotOurs``."""
    try:
        version, partner, language, until = signing.loads(text[:1000], salt=SALT)
        return Note(int(version), str(partner), str(language), datetime.date.fromisoformat(until))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise NotOurs from error
