"""Once only: a key is spent by the transaction that creates, and answers the same ever after."""

import hashlib
from collections.abc import Callable

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from core.ledger.commitments import canonical

from .models import IdempotencyKey


class KeyReused(Exception):
    """The same key came with another body (HTTP 422)."""

    message = _("This was already sent with other content. Reload the page and try again.")


def fingerprint(body) -> str:
    """Return the fingerprint of a request's body (exact JSON)."""
    return hashlib.sha256(canonical(body)).hexdigest()


def once(owner: str, key: str, print_: str, create: Callable[[], str]) -> tuple[str, bool]:
    """Run ``create`` unless ``owner`` spent ``key`` before; return (its result, whether it ran now).

    ``owner`` is who sent it (``user:12``). ``create`` runs in the transaction that spends the key and returns a short
    text, e.g. a reference. Two at once: the second waits for the first and gets its answer. Raises ``KeyReused``
    if the key was spent for a body with another fingerprint.
    """
    for _attempt in range(2):
        seen = IdempotencyKey.objects.filter(owner=owner, key=key).first()
        if seen is not None:
            if seen.fingerprint != print_:
                raise KeyReused
            return seen.result, False
        try:
            with transaction.atomic():
                _queue_up(owner, key)
                row = IdempotencyKey.objects.create(owner=owner, key=key, fingerprint=print_, result="")
                result = create()
                IdempotencyKey.objects.filter(pk=row.pk).update(result=result)
                return result, True
        except IntegrityError:
            if not IdempotencyKey.objects.filter(owner=owner, key=key).exists():
                raise
    raise KeyReused


def _queue_up(owner: str, key: str) -> None:
    """Let a second sender of the same key wait for the first, on PostgreSQL by an advisory lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{owner}:{key}"])
