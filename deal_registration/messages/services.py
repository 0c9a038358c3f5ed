"""Sending, reading and taking back messages: one function per use case, one transaction each."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core.access.actor import Actor
from core.access.exceptions import NotAllowed, ReadOnlyActor
from core.documents import files_of, store
from core.jobs.idempotency import fingerprint, once
from core.ledger import record
from core.ledger.commitments import new_salt
from core.retries import retry_on_collision
from core.workflow import lock

from ..models import Registration
from .exceptions import NothingToSend, TooLate, TooLong, TooManyFiles
from .models import LONGEST_TEXT, Message, MessageRead
from .threads import may_retract, side_of

MOST_FILES = 5
MOST_READ_AT_ONCE = 500


@retry_on_collision
def send(
    registration_ref: str,
    *,
    actor: Actor,
    at: datetime,
    text: str,
    uploads: Sequence = (),
    idempotency_key: str | None = None,
) -> Message:
    """Send a message to the other side of a registration; return it.

    With ``idempotency_key`` a second call with the same key returns the first one's message.

    Raises ``Http404`` for a registration one does not see, ``NotAllowed`` for who only looks on, ``NothingToSend``,
    ``TooLong``, ``TooManyFiles``, ``core.documents.UploadRefused``, ``KeyReused`` for a key spent on other words.
    """
    registration = Registration.objects.get_visible(actor, ref=registration_ref)
    text = text.strip()
    _check(actor, registration, text, uploads)

    def create() -> str:
        return _send(registration, actor=actor, at=at, text=text, uploads=uploads).ref

    with transaction.atomic():
        if idempotency_key is None:
            ref = create()
        else:
            print_ = fingerprint(
                ["messages.send", registration.pk, text, [upload.name for upload in uploads]]
            )
            ref, _is_new = once(f"user:{actor.user_id}", idempotency_key, print_, create)
        return Message.objects.get_visible(actor, ref=ref)


def _check(actor: Actor, registration: Registration, text: str, uploads: Sequence) -> None:
    """Raise what keeps the message from being sent."""
    if actor.read_only:
        raise ReadOnlyActor(ReadOnlyActor.message)
    if side_of(actor, registration) is None:
        raise NotAllowed
    if not text and not uploads:
        raise NothingToSend
    if len(text) > LONGEST_TEXT:
        raise TooLong
    if len(uploads) > MOST_FILES:
        raise TooManyFiles


def _send(registration: Registration, *, actor: Actor, at: datetime, text: str, uploads: Sequence) -> Message:
    """Write the message, its files and its event in the transaction at hand."""
    message = Message(
        registration=registration,
        side=side_of(actor, registration),
        author_id=actor.user_id,
        text=text,
        seal=new_salt(),
        sent_at=at,
    )
    message.save(force_insert=True)
    files = [store(upload, obj=message, actor=actor, at=at) for upload in uploads]
    record(
        "message.sent",
        message,
        actor=actor,
        at=at,
        partner_id=registration.partner_id,
        facts={
            "registration": registration.ref,
            "side": str(message.side),
            "digest": digest_of(message),
            "files": [stored.sha256 for stored in files],
        },
    )
    return message


def digest_of(message: Message) -> str:
    """Return the hash that the ledger keeps of a message: only who has its text and seal can open it."""
    return hashlib.sha256(f"{message.seal}\n{message.text}".encode()).hexdigest()


def mark_read(registration_ref: str, *, actor: Actor, at: datetime, upto: str) -> int:
    """Mark what the other side wrote, up to the message ``upto``, as read by ``actor``; return how many were not.

    Raises ``Http404`` for what one does not see, ``NotAllowed`` for who only looks on.
    """
    registration = Registration.objects.get_visible(actor, ref=registration_ref)
    if actor.read_only:
        raise ReadOnlyActor(ReadOnlyActor.message)
    side = side_of(actor, registration)
    if side is None:
        raise NotAllowed
    with transaction.atomic():
        last = Message.objects.filter(registration=registration).get_visible(actor, ref=upto)
        unread = list(
            Message.objects.filter(registration=registration, side=side.other, pk__lte=last.pk)
            .exclude(reads__user_id=actor.user_id)
            .order_by("-pk")
            .values_list("pk", flat=True)[:MOST_READ_AT_ONCE]
        )
        MessageRead.objects.bulk_create(
            [MessageRead(message_id=pk, user_id=actor.user_id, read_at=at) for pk in unread],
            ignore_conflicts=True,
        )
    return len(unread)


@retry_on_collision
def retract(message_ref: str, *, actor: Actor, at: datetime) -> Message:
    """Take back a message of one's own: its words and files are gone for good, that there was one stays.

    Raises ``Http404`` for one not visible, ``NotAllowed`` for one of somebody else, ``TooLate`` afterwards.
    """
    if actor.read_only:
        raise ReadOnlyActor(ReadOnlyActor.message)
    seen = Message.objects.get_visible(actor, ref=message_ref)
    with transaction.atomic():
        message = lock(Message.objects.select_related("registration__partner"), pk=seen.pk)
        if message.author_id != actor.user_id or side_of(actor, message.registration) is None:
            raise NotAllowed
        if not may_retract(message, actor, at=at):
            raise TooLate
        message.text, message.seal, message.retracted_at = "", "", at
        message.save(update_fields=["text", "seal", "retracted_at"])
        for stored in list(files_of(message)):
            stored.delete()
            transaction.on_commit(lambda gone=stored: gone.content.delete(save=False), robust=True)
        record(
            "message.retracted",
            message,
            actor=actor,
            at=at,
            partner_id=message.registration.partner_id,
            facts={"registration": message.registration.ref},
        )
    return message
