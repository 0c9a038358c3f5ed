"""What a registration shows for its lines, and who decides by when."""

from datetime import datetime, timedelta

from core.calendars.business_time import add_business_days, add_business_time, business_seconds_between
from crm.territories.selectors import calendar_for

from .contested import contested_among
from .enums import ENDED, SUMMARY_ORDER, WAITING_FOR_DECISION, ExtensionState, State
from .in_force import terms_of
from .models import ExtensionRequest, Registration, RegistrationLine


def summary_state(states: set[str]) -> str:
    """Return the state a registration shows for the states of its lines."""
    for state in SUMMARY_ORDER:
        if state in states:
            return state
    return State.DRAFT


def refresh(registration: Registration, lines: list[RegistrationLine], at: datetime) -> None:
    """Save the registration's shown state and run or stop its review clock, after its lines changed.

    The clock runs while a line waits for a decision, counted in the business hours of the territory's calendar; it
    stops while an answer is awaited, or while all that waits is contested, and starts again with what was left. On
    the wait-list there is nothing to decide.
    """
    registration.state = summary_state({line.state for line in lines})
    registration.closed_at = None
    if registration.state in ENDED:
        registration.closed_at = max((line.ended_at for line in lines if line.ended_at), default=at)
    undecided = {
        line.pk for line in lines if line.state in WAITING_FOR_DECISION and not line.is_waiting_for_release
    }
    stopped = contested_among(undecided)
    waiting = bool(undecided - stopped)
    running = registration.review_due_at is not None
    if waiting and not running:
        calendar = calendar_for(registration.territory)
        terms = terms_of(registration)
        if registration.review_left_seconds is not None:
            registration.review_due_at = add_business_time(
                at, timedelta(seconds=registration.review_left_seconds), calendar
            )
        else:
            registration.review_started_at = at
            registration.review_noticed_percent = 0
            registration.review_due_at = add_business_days(at, terms.review_target_business_days, calendar)
        registration.review_left_seconds = None
        # The ceiling lies its business days beyond the target, wherever that has moved to.
        beyond = max(terms.review_ceiling_business_days - terms.review_target_business_days, 0)
        registration.review_ceiling_at = add_business_days(registration.review_due_at, beyond, calendar)
    elif running and not waiting:
        asked = any(line.state in (State.ACTION_REQUIRED, State.SCREENING) for line in lines)
        if asked or stopped:
            left = business_seconds_between(
                at, registration.review_due_at, calendar_for(registration.territory)
            )
            registration.review_left_seconds = max(left, 0)
        else:
            registration.review_left_seconds = None
        registration.review_due_at = registration.review_ceiling_at = None
    if registration.extension_due_at is not None:
        registration.extension_due_at = _undecided_extension(lines, at)
    registration.save(
        update_fields=[
            "state",
            "closed_at",
            "review_started_at",
            "review_due_at",
            "review_ceiling_at",
            "review_left_seconds",
            "extension_due_at",
            "review_noticed_percent",
            "updated_at",
        ]
    )


def _undecided_extension(lines: list[RegistrationLine], at: datetime) -> datetime | None:
    """Return the earliest promise of an undecided extension; those of lines that have ended are void."""
    undecided = ExtensionRequest.objects.filter(
        registration_line__in=[line.pk for line in lines], state=ExtensionState.ASKED
    )
    over = [line.pk for line in lines if line.state != State.APPROVED]
    undecided.filter(registration_line__in=over).update(state=ExtensionState.VOID, decided_at=at)
    return undecided.order_by("due_at").values_list("due_at", flat=True).first()
