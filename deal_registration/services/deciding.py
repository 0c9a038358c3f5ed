"""What reviewers do: approve, reject, ask, say who the customer is, note."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.calendars.business_time import add_business_days
from core.ledger import record
from core.retries import retry_on_collision
from core.workflow import TransitionRefused, lock, lock_all, move_all
from crm.accounts.models import Account, Lifecycle
from crm.accounts.services import keep_apart, remember_alias
from crm.identity import Match, find_matches
from crm.projects.models import Project
from crm.territories.scopes import covers
from crm.territories.selectors import calendar_for

from .. import claims
from ..contested import contested_among
from ..enums import WAITING_FOR_DECISION, MatchVerdict, RejectionReason, State
from ..exceptions import InDispute, MayNotDecide, NothingChosen, RegistrationError
from ..facts import candidate_of
from ..in_force import terms_of
from ..models import Claim, InformationRequest, InternalNote, MatchDecision, Registration, RegistrationLine
from ..sequence import TICK, lock_lines
from ..summary import refresh
from ..workflow import LINE_WORKFLOW
from .drafts import TYPED_FIELDS
from .protection import protect_lines
from .screening import screen_again

ASKABLE = frozenset(TYPED_FIELDS) - {"own_reference"} | {"contacts", "documents"}


def open_for(
    registration_pk: int, actor: Actor, permission: str
) -> tuple[Registration, list[RegistrationLine]]:
    """Lock the lines of a registration, then its rows; return both fresh.

    Raises ``NotAllowed`` without the permission, ``Registration.DoesNotExist`` for one the actor does not see,
    ``TransitionRefused`` if its lines changed meanwhile.
    """
    require(actor, permission)
    seen = set(
        RegistrationLine.objects.filter(registration_id=registration_pk).values_list("line_id", flat=True)
    )
    lock_lines(seen)
    visible = Registration.objects.visible_to(actor).filter(pk=registration_pk)
    registration = lock(
        Registration.objects.filter(pk__in=visible.values("pk")).select_related(
            "partner__account", "partner__programme", "territory", "customer", "opportunity"
        ),
        pk=registration_pk,
    )
    lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
    if {line.line_id for line in lines} != seen:
        raise TransitionRefused(state=registration.state)
    return registration, lines


def may_decide_line(actor: Actor, registration: Registration, line: RegistrationLine) -> bool:
    """Tell whether the line lies in a scope in which the actor decides."""
    return covers(
        actor, "registrations.decide", territory_path=registration.territory.path, line_id=line.line_id
    )


def choose(
    actor: Actor, registration: Registration, lines: list[RegistrationLine], line_ids: Iterable[int]
) -> list[RegistrationLine]:
    """Return the lines named, in order.

    Raises ``NothingChosen``, ``NotAllowed`` outside the decider's scope, ``InDispute`` for a contested line.
    """
    wanted = set(line_ids)
    chosen = [line for line in lines if line.line_id in wanted]
    if not chosen or len(chosen) != len(wanted):
        raise NothingChosen
    if not all(may_decide_line(actor, registration, line) for line in chosen):
        raise NotAllowed
    if contested_among(line.pk for line in chosen):
        raise InDispute
    return chosen


def refuse_own_interest(actor: Actor, registration: Registration, chosen: Sequence[RegistrationLine]) -> None:
    """Raise ``MayNotDecide`` for the owner of an opportunity or account that the check hit."""
    owners = {registration.customer.owner_id} if registration.customer_id else set()
    for line in chosen:
        for hit in (line.verdict or {}).get("hits", ()):
            owners |= set(hit["evidence"].get("owners", ()))
            organisations = hit["evidence"].get("organisations", ())
            owners |= set(Account.objects.filter(pk__in=organisations).values_list("owner_id", flat=True))
    if actor.user_id in owners:
        raise MayNotDecide


@retry_on_collision
def approve(registration_pk: int, *, actor: Actor, at: datetime, line_ids: Iterable[int]) -> Registration:
    """Approve some or all waiting lines: protected from now for the window of the programme.

    Raises ``StillBlocked`` while R05 or R06 hits, ``MayNotDecide`` for an interested decider, ``NotAllowed`` outside
    the scope, ``NothingChosen``, ``TransitionRefused`` where a line no longer waits.
    """
    with transaction.atomic():
        registration, lines = open_for(registration_pk, actor, "registrations.decide")
        chosen = choose(actor, registration, lines, line_ids)
        refuse_own_interest(actor, registration, chosen)
        protect_lines(registration, lines, chosen, actor=actor, at=at, transition="approve", facts={})
    return registration


@retry_on_collision
def reject(
    registration_pk: int, *, actor: Actor, at: datetime, line_ids: Iterable[int], reason: str, text: str = ""
) -> Registration:
    """Reject some or all waiting lines with a reason of the closed list; ``text`` is shown to the dealer."""
    if reason not in RejectionReason.values:
        raise RegistrationError
    with transaction.atomic():
        registration, lines = open_for(registration_pk, actor, "registrations.decide")
        chosen = choose(actor, registration, lines, line_ids)
        refuse_own_interest(actor, registration, chosen)
        event = move_all(
            LINE_WORKFLOW,
            chosen,
            "reject",
            actor=actor,
            at=at,
            changes={
                "reason": reason,
                "reason_text": text,
                "decided_at": at,
                "decided_by_id": actor.user_id,
                "ended_at": at,
            },
            event_obj=registration,
            permission_obj=registration,
            partner_id=registration.partner_id,
            facts={"lines": [line.line.code for line in chosen], "reason": reason, "explanation": text},
        )
        for line in chosen:
            claims.end(line, at)
        refresh(registration, lines, at)
        claims.release_held(chosen, event.pk)
    return registration


def information_due(registration: Registration, at: datetime) -> datetime:
    """Return by when an answer is due: business days of the programme in the territory's calendar."""
    days = terms_of(registration).information_business_days
    return add_business_days(at, days, calendar_for(registration.territory))


@retry_on_collision
def request_information(
    registration_pk: int, *, actor: Actor, at: datetime, fields: Iterable[str], message: str
) -> Registration:
    """Ask the dealer to mend named fields; only those become editable and the review clock stops.

    All waiting lines of the decider's scope wait for the answer. Raises ``RegistrationError`` for unknown fields.
    """
    wanted = sorted(set(fields))
    if not wanted or set(wanted) - ASKABLE:
        raise RegistrationError
    with transaction.atomic():
        registration, lines = open_for(registration_pk, actor, "registrations.decide")
        chosen = [
            line
            for line in lines
            if line.state in WAITING_FOR_DECISION and may_decide_line(actor, registration, line)
        ]
        if chosen and contested_among(line.pk for line in chosen):
            raise InDispute
        if not chosen:
            raise TransitionRefused(state=registration.state)
        if InformationRequest.objects.filter(registration=registration, answered_at__isnull=True).exists():
            raise TransitionRefused(state=registration.state)
        InformationRequest.objects.create(
            registration=registration,
            fields=wanted,
            message=message,
            asked_by_id=actor.user_id,
            asked_at=at,
            due_at=information_due(registration, at),
        )
        move_all(
            LINE_WORKFLOW,
            chosen,
            "request_information",
            actor=actor,
            at=at,
            event_obj=registration,
            permission_obj=registration,
            partner_id=registration.partner_id,
            facts={"lines": [line.line.code for line in chosen], "fields": wanted, "message": message},
        )
        refresh(registration, lines, at)
    return registration


@retry_on_collision
def decide_match(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    verdict: str,
    customer_id: int | None = None,
    project_id: int | None = None,
) -> Registration:
    """Say of a doubtful customer or project that it is the same or another; claims follow, lines are screened again.

    *The same customer* moves the registration's claims to that organisation and keeps the typed name as its alias.
    Raises ``RegistrationError`` once a line is protected on another customer: that needs a ruling.
    """
    if (customer_id is None) == (project_id is None) or verdict not in MatchVerdict.values:
        raise RegistrationError
    with transaction.atomic():
        registration, lines = open_for(registration_pk, actor, "registrations.decide")
        waiting = [line for line in lines if line.state in WAITING_FOR_DECISION]
        if not any(may_decide_line(actor, registration, line) for line in waiting):
            raise TransitionRefused(state=registration.state)
        if customer_id is not None:
            match = _match_with(registration, customer_id)
            subject = _decide_customer(registration, lines, customer_id, verdict, match, actor, at)
        else:
            match = None
            subject = _decide_project(registration, lines, project_id, verdict, actor, at)
        MatchDecision.objects.update_or_create(
            registration=registration,
            customer_id=customer_id,
            project_id=project_id,
            defaults={"verdict": verdict, "decided_by_id": actor.user_id, "decided_at": at},
        )
        event = record(
            "registration.match_decided",
            registration,
            actor=actor,
            at=at,
            partner_id=registration.partner_id,
            facts={
                "subject": subject,
                "decision": verdict,
                "customer": customer_id,
                "project": project_id,
                "level": match.level if match else "",
                "evidence": _codes(match),
            },
        )
        screen_again(registration, waiting, at)
        claims.release_held(waiting, event.pk)
        registration.refresh_from_db()
    return registration


def _refuse_protected(lines: list[RegistrationLine]) -> None:
    """Raise ``RegistrationError`` if a line is protected already: its claim is not moved by a comparison."""
    if any(line.state == State.APPROVED for line in lines):
        raise RegistrationError


def _match_with(registration: Registration, customer_id: int) -> Match | None:
    """Return what the engine says of an organisation being the customer as typed; None where it says nothing."""
    matches = find_matches(candidate_of(registration), limit=30)
    return next((match for match in matches if match.organisation_id == customer_id), None)


def _codes(match: Match | None) -> list[str]:
    """Return the kinds of evidence of a match, as an event keeps them."""
    return [item.code for item in match.evidence] if match else []


def _decide_customer(
    registration, lines, customer_id: int, verdict: str, match: Match | None, actor: Actor, at: datetime
) -> str:
    """Carry out what was said of a customer; return its name. *The same* makes the typed name its alias."""
    account = Account.objects.exclude(lifecycle=Lifecycle.MERGED).get(pk=customer_id)
    if verdict != MatchVerdict.SAME:
        if registration.customer_id not in (None, account.pk):  # what it was taken for so far is another, too
            keep_apart(registration.customer_id, account.pk, actor=actor, at=at)
        return account.name
    if registration.customer_id != account.pk:
        _refuse_protected(lines)
        if (
            registration.customer_id is not None
        ):  # what it was taken for before is then the same customer, too
            MatchDecision.objects.update_or_create(
                registration=registration,
                customer_id=registration.customer_id,
                project_id=None,
                defaults={"verdict": verdict, "decided_by_id": actor.user_id, "decided_at": at - TICK},
            )
        registration.customer, registration.project = account, None
        registration.save(update_fields=["customer", "project", "updated_at"])
        Claim.objects.filter(registration_line__in=lines).exclude(state="ended").update(
            customer=account, project=None
        )
    remember_alias(
        account.pk,
        name=registration.customer_name,
        source=f"registration {registration.ref}",
        actor=actor,
        at=at,
        evidence=_codes(match),
    )
    return account.name


def _decide_project(registration, lines, project_id: int, verdict: str, actor: Actor, at: datetime) -> str:
    """Carry out what was said of a project of the same customer; return its name."""
    project = Project.objects.get(pk=project_id, account_id=registration.customer_id)
    if verdict == MatchVerdict.SAME and registration.project_id != project.pk:
        _refuse_protected(lines)
        registration.project = project
        registration.save(update_fields=["project", "updated_at"])
        Claim.objects.filter(registration_line__in=lines).exclude(state="ended").update(project=project)
    return project.name


def add_note(registration_pk: int, *, actor: Actor, at: datetime, text: str) -> InternalNote:
    """Write an internal note; never shown to the dealer."""
    require(actor, "registrations.view")
    if actor.is_dealer or not text.strip():
        raise NotAllowed
    with transaction.atomic():
        registration = Registration.objects.visible_to(actor).get(pk=registration_pk)
        note = InternalNote.objects.create(
            registration=registration, text=text.strip(), written_by_id=actor.user_id, written_at=at
        )
        record(
            "registration.note_added", registration, actor=actor, at=at, partner_id=registration.partner_id
        )
    return note
