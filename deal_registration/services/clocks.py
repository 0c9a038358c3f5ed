"""What time does by itself: expiry, reminders, unanswered requests, promises of a decision.

Each run finds what is due by an index and handles every registration in a transaction of its own, so that a crash
loses nothing and two runs at once do nothing twice.
"""

from datetime import datetime, timedelta

from django.db import transaction

from core import clock
from core.access.actor import system_actor
from core.calendars.business_time import add_business_days, business_seconds_between
from core.ledger import record
from core.retries import retry_on_collision
from core.workflow import lock, lock_all, move_all
from crm.territories.selectors import calendar_for
from partners.selectors import terms_at

from .. import claims
from ..contested import contested_among
from ..enums import State
from ..in_force import terms_of
from ..models import InformationRequest, Registration, RegistrationLine
from ..sequence import lock_lines
from ..summary import refresh
from ..workflow import LINE_WORKFLOW

CLOCK = system_actor("clock")
BATCH = 200


def run_clocks(*, at: datetime | None = None) -> dict[str, int]:
    """Do everything that is due at ``at`` (default: now); return how many of each."""
    at = at or clock.now()
    return {
        "expired": expire_protections(at),
        "reminded": remind_of_expiry(at),
        "lapsed": lapse_unanswered(at),
        "promises": watch_promises(at),
    }


@retry_on_collision
def expire_protections(at: datetime) -> int:
    """Expire every protection whose window has passed, line by line under its lock."""
    due = (
        RegistrationLine.objects.filter(state=State.APPROVED, protected_until__lte=at)
        .order_by("line_id")
        .values_list("line_id", flat=True)
        .distinct()
    )
    count = 0
    for line_id in list(due):
        with transaction.atomic():
            lock_lines([line_id])
            count += claims.expire_lapsed([line_id], at=at)
    return count


def remind_of_expiry(at: datetime) -> int:
    """Write one reminder for each mark (30, 14, 7 days) that a protection has come to; return how many."""
    count = 0
    soon = RegistrationLine.objects.filter(
        state=State.APPROVED, protected_until__gt=at, protected_until__lte=at + timedelta(days=60)
    ).order_by("protected_until")
    for pk in list(soon.values_list("registration_id", flat=True).distinct()[: BATCH * 10]):
        with transaction.atomic():
            registration = lock(Registration.objects.select_related("partner__programme"), pk=pk)
            marks = sorted(terms_at(registration.partner, at).protection_reminder_days)
            due = []
            for line in lock_all(
                RegistrationLine.objects.filter(
                    registration=registration, state=State.APPROVED
                ).select_related("line")
            ):
                left = line.protected_until - at
                mark = next((days for days in marks if left <= timedelta(days=days)), None)
                if mark is not None and (line.reminded_days is None or mark < line.reminded_days):
                    line.reminded_days = mark
                    line.save(update_fields=["reminded_days"])
                    due.append(line)
            if due:
                record(
                    "registration.expiring",
                    registration,
                    actor=CLOCK,
                    at=at,
                    partner_id=registration.partner_id,
                    facts={
                        "lines": [line.line.code for line in due],
                        "protected_until": min(line.protected_until for line in due).isoformat(),
                    },
                )
                count += 1
    return count


@retry_on_collision
def lapse_unanswered(at: datetime) -> int:
    """Withdraw the lines whose request for information was not answered in time; return how many requests."""
    count = 0
    due = InformationRequest.objects.filter(answered_at__isnull=True, due_at__lte=at).order_by("due_at")
    for registration_pk in list(due.values_list("registration_id", flat=True)[:BATCH]):
        with transaction.atomic():
            seen = list(
                RegistrationLine.objects.filter(registration_id=registration_pk).values_list(
                    "line_id", flat=True
                )
            )
            lock_lines(seen)
            registration = lock(
                Registration.objects.select_related("partner__programme", "territory"), pk=registration_pk
            )
            lines = lock_all(
                RegistrationLine.objects.filter(registration=registration).select_related("line")
            )
            request = InformationRequest.objects.filter(
                registration=registration, answered_at__isnull=True, due_at__lte=at
            ).first()
            waiting = [line for line in lines if line.state == State.ACTION_REQUIRED]
            if request is None or contested_among(line.pk for line in waiting):
                continue
            request.answered_at = at
            request.save(update_fields=["answered_at"])
            if not waiting:
                continue
            event = move_all(
                LINE_WORKFLOW,
                waiting,
                "lapse",
                actor=CLOCK,
                at=at,
                changes={"ended_at": at},
                event_obj=registration,
                partner_id=registration.partner_id,
                facts={"lines": [line.line.code for line in waiting]},
            )
            for line in waiting:
                claims.end(line, at)
            refresh(registration, lines, at)
            claims.release_held(waiting, event.pk)
            count += 1
    return count


def watch_promises(at: datetime) -> int:
    """Write notices as a promised decision comes near, passes, and passes by far; return how many.

    Percentages are of the promised business time (80 and 100, escalation at 150 by default).
    """
    count = 0
    running = Registration.objects.filter(
        review_due_at__isnull=False, review_noticed_percent__lt=150
    ).order_by("review_due_at")
    near = running.filter(review_due_at__lte=at + timedelta(days=2))
    for pk in list(near.values_list("pk", flat=True)[: BATCH * 10]):
        with transaction.atomic():
            registration = lock(
                Registration.objects.filter(review_due_at__isnull=False).select_related(
                    "partner__programme", "territory"
                ),
                pk=pk,
            )
            count += _notice(registration, at)
    return count


def _notice(registration: Registration, at: datetime) -> int:
    """Write the notices that one promise has come to since the last time."""
    terms = terms_of(registration)
    calendar = calendar_for(registration.territory)
    promised = business_seconds_between(
        registration.review_started_at,
        add_business_days(registration.review_started_at, terms.review_target_business_days, calendar),
        calendar,
    )
    if at <= registration.review_due_at:
        used = promised - business_seconds_between(at, registration.review_due_at, calendar)
    else:
        used = promised + business_seconds_between(registration.review_due_at, at, calendar)
    percent = 100 * used // max(promised, 1)
    marks = [
        *((mark, "registration.promise_at_risk" if mark < 100 else "registration.promise_missed")
          for mark in terms.review_notice_percents),
        (terms.review_escalation_percent, "registration.escalated"),
    ]  # fmt: skip
    count = 0
    for mark, event in sorted(marks):
        if registration.review_noticed_percent < mark <= percent:
            registration.review_noticed_percent = mark
            registration.save(update_fields=["review_noticed_percent"])
            record(
                event,
                registration,
                actor=CLOCK,
                at=at,
                partner_id=registration.partner_id,
                facts={"due_at": registration.review_due_at.isoformat(), "percent": int(percent)},
            )
            count += 1
    return count
