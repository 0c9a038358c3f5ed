"""The signed link of a reminder: names one registration and its partner, and is over when the protection is.

The link alone opens nothing: whoever follows it signs in, and acts for the partner it names or finds nothing there.
It says which page is meant, not who may see it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core import signing
from django.urls import reverse

SALT = "deal_registration.extend"
LONGEST = 400


@dataclass(frozen=True, slots=True)
class ExtendLink:
    """What a link says. ``until``: when the protection it was sent about ends."""

    ref: str
    partner_id: int
    until: datetime


class BadLink(Exception):
    """The link was altered, cut short or made for something else."""


def token_for(ref: str, partner_id: int, until: datetime) -> str:
    """Return the signed text of a link."""
    return signing.dumps([ref, partner_id, int(until.timestamp())], salt=SALT)


def read(token: str) -> ExtendLink:
    """Return what a link says; raises ``BadLink``. Whether it is over is asked apart, and told on the page."""
    if len(token) > LONGEST:
        raise BadLink
    try:
        ref, partner_id, until = signing.loads(token, salt=SALT)
        return ExtendLink(str(ref), int(partner_id), datetime.fromtimestamp(int(until), tz=UTC))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLink from error


def extend_url(ref: str, partner_id: int, until: datetime) -> str:
    """Return the address of the page that the link opens."""
    return reverse("registrations:registration_extend_by_link", args=[token_for(ref, partner_id, until)])
