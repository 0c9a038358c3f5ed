"""More time for a protection: asked by its dealer, granted by rule or by who decides, or declined.

While a request is undecided the window stays open. So that nobody else gets the scope meanwhile, the line and its
claim run at once to the end that would be granted: expiry, the database's constraint and the release date that rivals
are told follow the window as ever, without a case of their own. Declined, the window goes back to its end before, or
to the present where that is over. An undecided request is void when its line ends otherwise: won, withdrawn, revoked,
or at the end of the longer window, after which granting could give no more than the dealer has had.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.access.actor import Actor, system_actor
from core.access.guards import require
from core.calendars.business_time import add_business_days
from core.ledger import record
from core.retries import retry_on_collision
from core.workflow import TransitionRefused, lock, lock_all
from crm.opportunities.services import extend_protection
from crm.territories.selectors import calendar_for
from partners.terms import ProgrammeTerms

from .. import claims
from ..enums import ExtensionState, State
from ..exceptions import ActivityMissing, CannotExtend, NothingChosen, RegistrationError, StillBlocked
from ..extension_policy import NoExtension, Term, end_after_decline, is_recent, opens_at, why_not_extend
from ..guards import CONSTRAINT
from ..in_force import terms_of
from ..models import Claim, ExtensionRequest, Registration, RegistrationLine
from ..sequence import lock_lines
from ..summary import refresh
from .deciding import choose, open_for, refuse_own_interest
from .protection import shorten_in_crm

CRM = system_actor("registration")


def last_activity(registration: Registration) -> datetime | None:
    """Return when the deal was last worked on: by its dealer here, or as logged on its opportunity."""
    logged = registration.opportunity.last_activity_at if registration.opportunity_id else None
    return max((at for at in (registration.last_activity_at, logged) if at is not None), default=None)


def term_of(line: RegistrationLine, requests: Iterable[ExtensionRequest]) -> Term:
    """Return what decides about a line, from its requests so far."""
    states = [request.state for request in requests]
    return Term(
        line.state,
        line.protected_until,
        granted=states.count(ExtensionState.GRANTED),
        is_asked=ExtensionState.ASKED in states,
    )


@retry_on_collision
def ask_extension(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    line_ids: Iterable[int] | None = None,
) -> Registration:
    """Ask for more time on every protected line that may have it (``line_ids``: on these only).

    Granted at once where the programme says so and the deal was worked on lately; else who decides is asked, and the
    window stays open meanwhile. Whether it is in time is judged by the time taken under the lines' locks.

    Raises ``CannotExtend`` (with the reason in words), ``ActivityMissing`` where nothing was logged lately and ``note``
    does not say what happened, ``Registration.DoesNotExist`` for another partner's, ``StillBlocked`` where the database
    refuses the longer window.
    """
    require(actor, "registrations.file")
    with transaction.atomic():
        seen = set(
            RegistrationLine.objects.filter(registration_id=registration_pk).values_list("line_id", flat=True)
        )
        sequences = lock_lines(seen)
        now = clock.deciding_time()
        claims.expire_lapsed(sequences, at=now)
        registration = lock(
            Registration.objects.filter(partner_id=actor.organisation_id).select_related(
                "partner__programme", "territory", "opportunity"
            ),
            pk=registration_pk,
        )
        require(actor, "registrations.file", registration)
        lines = lock_all(
            RegistrationLine.objects.filter(registration=registration)
            .select_related("line")
            .prefetch_related("extensions")
        )
        if registration.state == State.DRAFT or {line.line_id for line in lines} != seen:
            raise TransitionRefused(state=registration.state)
        terms = terms_of(registration)
        chosen = _extendable(lines, line_ids, terms, now)
        worked_at = last_activity(registration)
        recent = is_recent(worked_at, terms, now)
        if not recent and not note.strip():
            raise ActivityMissing
        by_rule = recent and terms.extension_auto
        requests = [
            _open_request(line, registration, terms, note.strip(), worked_at, actor, now) for line in chosen
        ]
        if by_rule:
            _grant(registration, lines, requests, actor=system_actor("extension"), at=now)
        else:
            registration.extension_due_at = requests[0].due_at
            registration.save(update_fields=["extension_due_at", "updated_at"])
            record(
                "registration.extension_asked",
                registration,
                actor=actor,
                at=now,
                partner_id=registration.partner_id,
                facts={
                    "lines": [line.line.code for line in chosen],
                    "ends_before": min(request.ends_before for request in requests).isoformat(),
                    "protected_until": max(request.ends_after for request in requests).isoformat(),
                    "explanation": note.strip(),
                    "last_activity_at": worked_at.isoformat() if worked_at else "",
                    "due_at": requests[0].due_at.isoformat(),
                },
            )
    return registration


def _extendable(
    lines: list[RegistrationLine], line_ids: Iterable[int] | None, terms: ProgrammeTerms, now: datetime
) -> list[RegistrationLine]:
    """Return the lines to extend. Raises ``CannotExtend`` where none, or one that was named, can be."""
    wanted = set(line_ids) if line_ids is not None else None
    named = [line for line in lines if wanted is None or line.line_id in wanted]
    reasons = {line.pk: why_not_extend(term_of(line, line.extensions.all()), terms, now) for line in named}
    chosen = [line for line in named if reasons[line.pk] is None]
    if chosen and (wanted is None or len(chosen) == len(named) == len(wanted)):
        return chosen
    raise refusal_of([(line, reason) for line in named if (reason := reasons[line.pk])], terms)


def refusal_of(reasons: list[tuple[RegistrationLine, NoExtension]], terms: ProgrammeTerms) -> CannotExtend:
    """Return the refusal in words: the reason that most is to be done about."""
    found = {reason: line for line, reason in reasons}
    if NoExtension.ASKED_ALREADY in found:
        return CannotExtend(
            _("More time is asked for already. You are told as soon as it is decided."), asked=True
        )
    if NoExtension.TOO_EARLY in found:
        line = found[NoExtension.TOO_EARLY]
        return CannotExtend(
            _("It is too early: more time can be asked for in the last %(days)s days of the protection.")
            % {"days": terms.extension_open_days},
            opens_at=opens_at(line.protected_until, terms),
        )
    if NoExtension.USED_UP in found:
        return CannotExtend(_("This protection cannot be extended again."))
    return CannotExtend()


def _open_request(
    line: RegistrationLine,
    registration: Registration,
    terms: ProgrammeTerms,
    note: str,
    worked_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> ExtensionRequest:
    """Write one line's request and let its window run to the end that would be granted."""
    request = ExtensionRequest.objects.create(
        registration_line=line,
        ends_before=line.protected_until,
        ends_after=line.protected_until + timedelta(days=terms.extension_days),
        note=note[:600],
        last_activity_at=worked_at,
        asked_at=now,
        asked_by_id=actor.user_id,
        due_at=add_business_days(
            now, terms.review_target_business_days, calendar_for(registration.territory)
        ),
    )
    request.registration_line = line
    _move_end(line, request.ends_after)
    return request


def _move_end(line: RegistrationLine, ends_at: datetime) -> None:
    """Let a line and its claim end at ``ends_at``. Raises ``StillBlocked`` where the database refuses it."""
    line.protected_until, line.reminded_days = ends_at, None
    line.save(update_fields=["protected_until", "reminded_days"])
    try:
        with transaction.atomic():
            Claim.objects.filter(registration_line=line).update(ends_at=ends_at)
    except IntegrityError as error:
        if CONSTRAINT in str(error):
            raise StillBlocked from error
        raise


def _decide(
    registration_pk: int, actor: Actor, line_ids: Iterable[int] | None
) -> tuple[Registration, list[RegistrationLine], list[ExtensionRequest], datetime]:
    """Lock everything and return the undecided requests on the lines chosen (None: all in the decider's scope).

    Raises ``NothingChosen`` where none is undecided, ``NotAllowed`` outside the scope, ``MayNotDecide`` for an
    interested decider.
    """
    registration, lines = open_for(registration_pk, actor, "registrations.decide")
    now = clock.deciding_time()
    undecided = {
        request.registration_line_id: request
        for request in ExtensionRequest.objects.filter(
            registration_line__in=lines, state=ExtensionState.ASKED
        )
    }
    asked = [
        line
        for line in lines
        if line.pk in undecided and line.state == State.APPROVED and line.protected_until > now
    ]
    if line_ids is None:
        line_ids = [line.line_id for line in asked]
    chosen = choose(actor, registration, lines, line_ids)
    if not all(line in asked for line in chosen):
        raise NothingChosen
    refuse_own_interest(actor, registration, chosen)
    requests = [undecided[line.pk] for line in chosen]
    for request, line in zip(requests, chosen, strict=True):
        request.registration_line = line
    return registration, lines, requests, now


@retry_on_collision
def grant_extension(
    registration_pk: int, *, actor: Actor, at: datetime, line_ids: Iterable[int] | None = None
) -> Registration:
    """Grant what was asked: the longer window stays. See ``_decide`` for what is raised."""
    with transaction.atomic():
        registration, lines, requests, now = _decide(registration_pk, actor, line_ids)
        _grant(registration, lines, requests, actor=actor, at=now)
    return registration


def _grant(registration, lines, requests: list[ExtensionRequest], *, actor: Actor, at: datetime) -> None:
    """Write down that the longer windows stay, and tell the CRM core."""
    _settle(requests, ExtensionState.GRANTED, actor, at)
    rows = [request.registration_line for request in requests]
    ends_at = max(request.ends_after for request in requests)
    record(
        "registration.extended",
        registration,
        actor=actor,
        at=at,
        partner_id=registration.partner_id,
        facts={
            "lines": [line.line.code for line in rows],
            "ends_before": min(request.ends_before for request in requests).isoformat(),
            "protected_until": ends_at.isoformat(),
        },
    )
    if registration.opportunity_id:
        extend_protection(registration.opportunity_id, ends_at=ends_at, actor=CRM, at=at)
    refresh(registration, lines, at)


@retry_on_collision
def decline_extension(
    registration_pk: int, *, actor: Actor, at: datetime, reason: str, line_ids: Iterable[int] | None = None
) -> Registration:
    """Decline what was asked, with a reason for the dealer: the window goes back to its end before, or ends now.

    What is held behind the line is screened again. Raises ``RegistrationError`` without a reason; see ``_decide``.
    """
    if not reason.strip():
        raise RegistrationError(_("Say why; the dealer reads this."))
    with transaction.atomic():
        registration, lines, requests, now = _decide(registration_pk, actor, line_ids)
        for request in requests:
            request.reason = reason.strip()[:600]
        _settle(requests, ExtensionState.DECLINED, actor, now)
        rows = [request.registration_line for request in requests]
        for request in requests:
            _move_end(request.registration_line, end_after_decline(request.ends_before, now))
        event = record(
            "registration.extension_declined",
            registration,
            actor=actor,
            at=now,
            partner_id=registration.partner_id,
            facts={
                "lines": [line.line.code for line in rows],
                "protected_until": min(line.protected_until for line in rows).isoformat(),
                "explanation": reason.strip()[:600],
            },
        )
        refresh(registration, lines, now)
        shorten_in_crm(registration, lines, at=now)
        claims.expire_lapsed([line.line_id for line in rows], at=now)
        claims.release_held(rows, event.pk)
        registration.refresh_from_db()
    return registration


def _settle(requests: list[ExtensionRequest], state: str, actor: Actor, at: datetime) -> None:
    """Save the decision on each request."""
    for request in requests:
        request.state, request.decided_at, request.decided_by_id = state, at, actor.user_id
        request.save(update_fields=["state", "decided_at", "decided_by", "reason"])
