"""Reminders go along with their account when it is transferred. What was done stays with whoever did it."""

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from core.access.actor import Actor
from crm.accounts.transferring import ChangedSince, Companion, Handover, Moved, register

from .models import Activity


def _count(accounts: QuerySet, actor: Actor) -> int:
    return (
        Activity.objects.visible_to(actor)
        .filter(
            account__in=accounts.order_by().values("pk"),
            done_at__isnull=True,
            done_by_id=F("account__owner_id"),
        )
        .count()
    )


def _move(handover: Handover) -> Moved:
    """Give what the old owner planned with the account to the new one; nobody's hands can take nothing.

    One that somebody is about to tick off has been waited for with the account: it is done, or still planned.
    """
    if not handover.has_new_owner or handover.new_owner_id is None or handover.old_owner_id is None:
        return []
    planned = Activity.objects.filter(
        account_id=handover.account_id, done_at__isnull=True, done_by_id=handover.old_owner_id
    ).order_by("pk")
    ids = list(planned.select_for_update().values_list("pk", flat=True))
    Activity.objects.filter(pk__in=ids).update(done_by_id=handover.new_owner_id)
    return ids


def _put_back(handover: Handover, moved: Moved) -> None:
    """Give reminders back; one that is done or dropped by now stays as it is. Raises ``ChangedSince``."""
    rows = list(
        Activity.objects.filter(pk__in=moved, done_at__isnull=True).select_for_update().order_by("pk")
    )
    if any(row.done_by_id != handover.old_owner_id for row in rows):
        raise ChangedSince
    Activity.objects.filter(pk__in=[row.pk for row in rows]).update(done_by_id=handover.new_owner_id)


register(
    Companion(
        "reminders",
        _("Reminders and planned activities of the present owner"),
        _count,
        _move,
        _put_back,
        text=_("What was done stays with whoever did it."),
        order=20,
    )
)
