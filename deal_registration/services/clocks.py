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
from partners.terms import ProgrammeTerms

from .. import claims
from ..contested import contested_among
from ..enums import ExtensionState, State
from ..in_force import terms_of
from ..models import ExtensionRequest, InformationRequest, Registration, RegistrationLine
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
        "extension_promises": watch_extensions(at),
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
                RegistrationLine.objects.filter(registration=registration, state=State.APPROVED)
                .exclude(extensions__state=ExtensionState.ASKED)  # has been reminded, and has answered
                .select_related("line")
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
    percent = _percent_used(
        registration.review_started_at, registration.review_due_at, registration, terms, at
    )
    count = 0
    for mark, event in _marks(terms):
        if registration.review_noticed_percent < mark <= percent:
            registration.review_noticed_percent = mark
            registration.save(update_fields=["review_noticed_percent"])
            _record_notice(event, registration, registration.review_due_at, percent, at)
            count += 1
    return count


def _percent_used(
    started_at: datetime, due_at: datetime, registration: Registration, terms: ProgrammeTerms, at: datetime
) -> int:
    """Return how much of the promised business time is used up; over 100 once the promise has passed."""
    calendar = calendar_for(registration.territory)
    promised = business_seconds_between(
        started_at, add_business_days(started_at, terms.review_target_business_days, calendar), calendar
    )
    if at <= due_at:
        used = promised - business_seconds_between(at, due_at, calendar)
    else:
        used = promised + business_seconds_between(due_at, at, calendar)
    return int(100 * used // max(promised, 1))


def _marks(terms: ProgrammeTerms) -> list[tuple[int, str]]:
    """Return the percentages at which somebody is told, with the event of each, in order."""
    notices = [
        (mark, "registration.promise_at_risk" if mark < 100 else "registration.promise_missed")
        for mark in terms.review_notice_percents
    ]
    return sorted([*notices, (terms.review_escalation_percent, "registration.escalated")])


def _record_notice(
    event: str, registration: Registration, due_at: datetime, percent: int, at: datetime, **facts
) -> None:
    """Write one notice of a promise."""
    record(
        event,
        registration,
        actor=CLOCK,
        at=at,
        partner_id=registration.partner_id,
        facts={"due_at": due_at.isoformat(), "percent": percent, **facts},
    )


def watch_extensions(at: datetime) -> int:
    """Write the same notices for extensions that wait for a decision; return how many.

    The requests of one registration asked together are noticed together, by the earliest of them.
    """
    count = 0
    near = Registration.objects.filter(extension_due_at__lte=at + timedelta(days=2)).order_by(
        "extension_due_at"
    )
    for pk in list(near.values_list("pk", flat=True)[: BATCH * 10]):
        with transaction.atomic():
            registration = lock(Registration.objects.select_related("partner__programme", "territory"), pk=pk)
            undecided = lock_all(
                ExtensionRequest.objects.filter(
                    registration_line__registration=registration, state=ExtensionState.ASKED
                ).select_related("registration_line__line")
            )
            if undecided:
                count += _notice_extension(registration, undecided, at)
    return count


def _notice_extension(registration: Registration, undecided: list[ExtensionRequest], at: datetime) -> int:
    """Write the notices that the earliest undecided request has come to since the last time."""
    first = min(undecided, key=lambda request: (request.due_at, request.pk))
    terms = terms_of(registration)
    percent = _percent_used(first.asked_at, first.due_at, registration, terms, at)
    count = 0
    for mark, event in _marks(terms):
        if first.noticed_percent < mark <= percent:
            first.noticed_percent = mark
            first.save(update_fields=["noticed_percent"])
            codes = [request.registration_line.line.code for request in undecided]
            _record_notice(event, registration, first.due_at, percent, at, lines=codes, extension=True)
            count += 1
    return count
