"""Logging what was done with a customer, planning what is to be done, ticking it off."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from core import ledger
from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.workflow import lock
from crm.accounts.models import Account
from crm.opportunities.models import Opportunity

from .exceptions import AlreadyDone
from .models import Activity, ActivityKind


@transaction.atomic
def log_activity(
    *,
    account: Account,
    kind: str,
    subject: str,
    actor: Actor,
    at: datetime,
    text: str = "",
    opportunity: Opportunity | None = None,
    done_at: datetime | None = None,
) -> Activity:
    """Log what was done (``done_at`` None: now) with an account or one of its opportunities that the actor sees.

    The account and the opportunity remember when the last activity was. Raises ``NotAllowed``, ``ValidationError``,
    ``DoesNotExist`` for what the actor does not see.
    """
    activity = _new(account, opportunity, kind, subject, text, actor, at)
    activity.done_at = min(done_at or at, at)
    _save(activity, "activity.logged", actor, at)
    _touch(activity)
    return activity


@transaction.atomic
def plan_activity(
    *,
    account: Account,
    kind: str,
    subject: str,
    due_at: datetime,
    actor: Actor,
    at: datetime,
    text: str = "",
    opportunity: Opportunity | None = None,
) -> Activity:
    """Plan something to do, with a time by which it is due."""
    activity = _new(account, opportunity, kind, subject, text, actor, at)
    activity.due_at = due_at
    _save(activity, "activity.planned", actor, at, due_at=due_at.isoformat())
    return activity


@transaction.atomic
def complete_activity(pk: int, *, actor: Actor, at: datetime, text: str = "") -> Activity:
    """Tick off what was planned, with what came of it; raises ``AlreadyDone``."""
    activity = _planned(pk, actor)
    activity.done_at = at
    if text.strip():
        activity.text = "\n\n".join(part for part in (activity.text, text.strip()) if part)[:4000]
    activity.save(update_fields=["done_at", "text"])
    _record("activity.completed", activity, actor, at)
    _touch(activity)
    return activity


@transaction.atomic
def drop_activity(pk: int, *, actor: Actor, at: datetime) -> None:
    """Take away what was planned and will not be done."""
    activity = _planned(pk, actor)
    _record("activity.dropped", activity, actor, at)
    activity.delete()


def _planned(pk: int, actor: Actor) -> Activity:
    """Return one's own planned activity, locked.

    The account is locked first, as a transfer does that hands its reminders on: the two wait for one another. Raises
    ``NotAllowed`` for another's, ``AlreadyDone``, ``Activity.DoesNotExist``.
    """
    require(actor, "activities.log")
    lock(Account.objects, pk=Activity.objects.values_list("account_id", flat=True).get(pk=pk))
    activity = lock(Activity.objects.select_related("account", "opportunity"), pk=pk)
    if activity.done_by_id != actor.user_id and not actor.sees_everything:
        raise NotAllowed
    if activity.done_at is not None:
        raise AlreadyDone
    return activity


def _new(
    account: Account,
    opportunity: Opportunity | None,
    kind: str,
    subject: str,
    text: str,
    actor: Actor,
    at: datetime,
) -> Activity:
    """Return the unsaved activity after asking whether the actor may see what it is about."""
    require(actor, "activities.log")
    if opportunity is not None:
        opportunity = Opportunity.objects.visible_to(actor).select_related("account").get(pk=opportunity.pk)
        account = opportunity.account
    else:
        account = Account.objects.visible_to(actor).get(pk=account.pk)
    activity = Activity(
        kind=kind,
        account=account,
        opportunity=opportunity,
        organisation_id=actor.organisation_id,
        subject=subject.strip() or str(ActivityKind(kind).label),
        text=text.strip(),
        done_by_id=actor.user_id,
        created_at=at,
    )
    activity.clean_fields(exclude={"account", "opportunity", "organisation", "done_by"})
    return activity


def _save(activity: Activity, event: str, actor: Actor, at: datetime, **facts: Any) -> None:
    activity.save(force_insert=True)
    _record(event, activity, actor, at, **facts)


def _record(event: str, activity: Activity, actor: Actor, at: datetime, **facts: Any) -> None:
    """Write the event on the opportunity, else the account; the partner sees those of its own people."""
    ledger.record(
        event,
        activity.opportunity or activity.account,
        actor=actor,
        at=at,
        partner_id=activity.organisation_id,
        facts={"activity": activity.ref, "kind": activity.kind, "subject": activity.subject, **facts},
    )


def _touch(activity: Activity) -> None:
    """Move the last activity of the account and opportunity forward, never back."""
    later = Q(last_activity_at__isnull=True) | Q(last_activity_at__lt=activity.done_at)
    Account.objects.filter(later, pk=activity.account_id).update(last_activity_at=activity.done_at)
    if activity.opportunity_id is not None:
        Opportunity.objects.filter(later, pk=activity.opportunity_id).update(
            last_activity_at=activity.done_at
        )
