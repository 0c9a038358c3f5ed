"""Reads: on which side somebody stands, a thread as its reader sees it, what is unread."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from core.access.actor import Actor
from core.access.guards import allows
from core.documents.models import StoredFile

from ..enums import State
from ..in_force import terms_of
from ..models import Registration
from .enums import Side
from .models import Message, MessageRead

SHOWN = 200  # the newest of a thread


def side_of(actor: Actor, registration: Registration) -> Side | None:
    """Return the side on which ``actor`` writes and reads; None for who only looks on, or for a draft.

    Dealers write for their own company alone (a distributor above looks on), staff where they decide.
    """
    if registration.state == State.DRAFT or actor.user_id is None:
        return None
    if actor.is_dealer:
        return Side.PARTNER if allows(actor, "registrations.file", registration) else None
    return Side.STAFF if allows(actor, "registrations.decide", registration) else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as its reader sees it. ``read_by`` says when the other side read it, on one's own side only."""

    message: Message
    by: str
    is_own_side: bool
    files: list[StoredFile]
    read_by: list[tuple[str, datetime]]
    is_unread: bool
    may_retract: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages of a registration. ``state`` changes whenever anything shown does; ``newest`` is marked as read."""

    entries: list[Entry]
    state: str
    unread: int
    newest: str


def thread_of(registration: Registration, actor: Actor, *, at: datetime) -> Thread:
    """Return the newest messages of ``registration``, oldest first, as ``actor`` sees them; three queries.

    The caller has asked for the registration through ``visible_to``.
    """
    side = side_of(actor, registration)
    own_side = Side.PARTNER if actor.is_dealer else Side.STAFF
    messages = list(
        Message.objects.filter(registration_id=registration.pk)
        .select_related("author")
        .order_by("-pk")[:SHOWN]
    )[::-1]
    ids = [message.pk for message in messages]
    files: dict[int, list[StoredFile]] = {}
    for stored in StoredFile.objects.filter(
        object_type=Message._meta.label_lower, object_id__in=ids or [0]
    ).order_by("pk"):
        files.setdefault(stored.object_id, []).append(stored)
    reads: dict[int, list[MessageRead]] = {}
    for read in (
        MessageRead.objects.filter(message_id__in=ids or [0]).select_related("user").order_by("read_at", "pk")
    ):
        reads.setdefault(read.message_id, []).append(read)
    until = _retractable_from(registration, at)
    entries = []
    for message in messages:
        is_ours = message.side == own_side
        seen = reads.get(message.pk, [])
        entries.append(
            Entry(
                message=message,
                by=_name(message.author, actor),
                is_own_side=is_ours,
                files=[] if message.retracted_at else files.get(message.pk, []),
                read_by=_readers(seen, actor) if is_ours and not message.retracted_at else [],
                is_unread=side is not None
                and not is_ours
                and message.retracted_at is None
                and all(read.user_id != actor.user_id for read in seen),
                may_retract=side is not None and _is_retractable(message, actor, until),
            )
        )
    shown = [
        (entry.message.pk, entry.message.retracted_at, entry.may_retract, entry.read_by) for entry in entries
    ]
    return Thread(
        entries,
        hashlib.sha256(repr(shown).encode()).hexdigest()[:16],
        sum(entry.is_unread for entry in entries),
        entries[-1].message.ref if entries else "",
    )


def _retractable_from(registration: Registration, at: datetime) -> datetime:
    """Return since when a message must have been sent to be taken back at ``at``."""
    return at - timedelta(minutes=terms_of(registration, at).message_retract_minutes)


def _is_retractable(message: Message, actor: Actor, since: datetime) -> bool:
    return message.author_id == actor.user_id and message.retracted_at is None and message.sent_at > since


def may_retract(message: Message, actor: Actor, *, at: datetime) -> bool:
    """Tell whether ``actor`` wrote ``message``, so lately that it can be taken back."""
    return _is_retractable(message, actor, _retractable_from(message.registration, at))


def _name(person, actor: Actor) -> str:
    """Return a person as the reader may know them: to dealers, staff are a team."""
    if actor.is_dealer and person.is_staff:
        return _("The manufacturer's team")
    return person.full_name or person.email


def _readers(reads: Iterable[MessageRead], actor: Actor) -> list[tuple[str, datetime]]:
    """Return who read a message and when first, each name once."""
    named: dict[str, datetime] = {}
    for read in reads:
        named.setdefault(_name(read.user, actor), read.read_at)
    return list(named.items())


def unread_counts(registrations: Iterable[Registration], actor: Actor) -> dict[int, int]:
    """Return how many messages of the other side ``actor`` has not read, by registration with any; one query."""
    sides = {row.pk: side_of(actor, row) for row in registrations}
    mine = [pk for pk, side in sides.items() if side is not None]
    if not mine:
        return {}
    theirs = Side.STAFF if actor.is_dealer else Side.PARTNER
    rows = (
        Message.objects.filter(registration_id__in=mine, side=theirs, retracted_at__isnull=True)
        .exclude(
            pk__in=MessageRead.objects.filter(
                user_id=actor.user_id, message__registration_id__in=mine
            ).values("message_id")
        )
        .order_by()
        .values_list("registration_id")
        .annotate(count=Count("pk"))
    )
    return dict(rows)
