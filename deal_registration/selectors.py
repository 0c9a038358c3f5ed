"""Reads that cross relations; everything a page needs in a constant number of queries.

The reviewer's reads live in ``review_selectors``.
"""

from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.http import Http404

from core.access.actor import Actor
from crm.territories.scopes import within_scopes

from .disclosure import Told, tell
from .enums import WAITING_FOR_DECISION, ExtensionState, State
from .in_force import terms_of
from .models import Registration, RegistrationLine

_LINES = Prefetch(
    "lines", RegistrationLine.objects.select_related("line__family").order_by("line__order", "pk")
)


def registration_rows(actor: Actor):
    """Return the registrations ``actor`` sees, with what a list shows; ``protected_until`` is the nearest end.

    A subquery, not a join: a page of the list then costs the same however many rows there are.
    """
    nearest_end = (
        RegistrationLine.objects.filter(registration=OuterRef("pk"), state=State.APPROVED)
        .order_by("protected_until")
        .values("protected_until")[:1]
    )
    return (
        Registration.objects.visible_to(actor)
        .select_related("partner__account", "territory", "created_by")
        .prefetch_related(_LINES)
        .annotate(protected_until=Subquery(nearest_end))
    )


def registration_detail(actor: Actor, ref: str) -> Registration:
    """Return one registration with its lines, requests and partner; ``Http404`` for one not visible."""
    rows = (
        Registration.objects.visible_to(actor)
        .select_related(
            "partner__account",
            "partner__programme",
            "territory",
            "created_by",
            "customer",
            "project",
            "opportunity",
            "customer_account",
            "predecessor",
        )
        .prefetch_related(_LINES, "information_requests__asked_by", "contacts")
    )
    try:
        return rows.get(ref=ref)
    except (Registration.DoesNotExist, ValueError) as error:
        raise Http404 from error


def disclosed_verdict(line: RegistrationLine, actor: Actor) -> Told | None:
    """Return what ``actor`` may know of a line's verdict, under the terms in force when it was received."""
    if line.received_at is None:
        return None
    return tell(line, terms_of(line.registration, line.received_at), actor)


def review_queue(actor: Actor):
    """Return what waits for ``actor``'s decision, a line or more time for one, oldest promise first.

    ``due_at`` is the nearer of the two promises. On the wait-list there is nothing to decide.
    """
    in_scope = RegistrationLine.objects.filter(
        within_scopes(
            actor, "registrations.decide", territory="registration__territory__path", line="line_id"
        )
    )
    waiting = in_scope.filter(state__in=WAITING_FOR_DECISION).exclude(
        state=State.CONFLICT_HOLD, waits_for_release=True
    )
    asked = in_scope.filter(state=State.APPROVED, extensions__state=ExtensionState.ASKED)
    return (
        Registration.objects.visible_to(actor)
        .filter(
            Q(pk__in=waiting.values("registration_id"))
            | Q(extension_due_at__isnull=False, pk__in=asked.values("registration_id"))
        )
        .select_related("partner__account", "territory", "created_by")
        .prefetch_related(_LINES)
        .order_by(F("due_at").asc(nulls_last=True), "received_at", "pk")
    )


def next_in_queue(actor: Actor, after: Registration) -> Registration | None:
    """Return the registration that comes after ``after`` in the actor's queue, or the first; None when it is empty."""
    queue = review_queue(actor).exclude(pk=after.pk)
    promises = [at for at in (after.review_due_at, after.extension_due_at) if at is not None]
    if promises:
        due_at = min(promises)
        later = queue.filter(
            Q(due_at__gt=due_at)
            | Q(due_at=due_at, received_at__gte=after.received_at)
            | Q(due_at__isnull=True)
        )
        return later.first() or queue.first()
    return queue.first()
