"""Submitting a registration, and answering a request for information."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock, jobs
from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.jobs.idempotency import fingerprint, once
from core.ledger import current_position
from core.retries import retry_on_collision
from core.search import index
from core.workflow import TransitionRefused, lock, lock_all, move_all
from partners.policy import bars_to_filing
from partners.selectors import standing_columns, standing_of

from ..claims import expire_lapsed, release_behind
from ..enums import LIVE, State
from ..exceptions import NotComplete, PartnerMayNotFile
from ..models import InformationRequest, Registration, RegistrationLine
from ..sequence import lock_lines, take_places
from ..summary import refresh
from ..texts import search_texts
from ..workflow import LINE_WORKFLOW
from .drafts import set_contacts, set_typed
from .preparing import Filing, missing_fields, prepare, submitted_facts

SCREEN = "registrations.screen"
SEARCHED = Registration._meta.label_lower
# Changing one of these asks for a new place in the sequence; anything else keeps the place.
MATERIAL = frozenset(
    {"customer_account", "customer_name", "customer_registry_id", "project_name", "tender_number"}
)


@retry_on_collision
def submit(
    registration_pk: int, *, actor: Actor, at: datetime, idempotency_key: str | None = None
) -> Registration:
    """File a draft: a place in each line's sequence, the time it was received, the event, the job that screens it.

    With ``idempotency_key`` a second call with the same key and content returns the first one's registration.

    Raises ``PartnerMayNotFile`` (not active, no agreement), ``NotComplete`` with errors by field,
    ``TransitionRefused`` for one that is filed already, ``KeyReused`` for a key spent on other content.
    """
    require(actor, "registrations.file")
    if idempotency_key is None:
        with transaction.atomic():
            return _submit(registration_pk, actor=actor)
    owner = f"user:{actor.user_id}"
    print_ = fingerprint(["registrations.submit", registration_pk])

    def create() -> str:
        return str(_submit(registration_pk, actor=actor).pk)

    result, _created = once(owner, idempotency_key, print_, create)
    return Registration.objects.get(pk=int(result))


def _submit(registration_pk: int, *, actor: Actor) -> Registration:
    """Do ``submit`` in the transaction at hand.

    Everything is read and checked before the lines are locked, and what they need not wait for is written. Under the
    lock it is only asked again what may have changed meanwhile; the places are taken and the rows written.
    """
    filing = prepare(registration_pk, actor=actor)
    index(SEARCHED, registration_pk, search_texts(filing.registration))
    position = current_position()
    sequences = lock_lines(line.line_id for line in filing.lines)
    at = clock.deciding_time()
    expire_lapsed(sequences, at=at)
    filing = _lock_rows(filing, actor=actor)
    registration, lines = filing.registration, filing.lines
    places = {place.line_id: place for place in take_places(sequences, at)}
    received_at = next(iter(places.values())).at
    registration.received_at = registration.last_activity_at = received_at
    registration.programme_id = registration.partner.programme_id
    registration.state = State.SCREENING
    registration.save(update_fields=["received_at", "last_activity_at", "programme", "state", "updated_at"])
    event = move_all(
        LINE_WORKFLOW,
        lines,
        "submit",
        actor=actor,
        at=received_at,
        changes=lambda line: {"sequence_number": places[line.line_id].number, "received_at": received_at},
        event_obj=registration,
        permission_obj=registration,
        partner_id=registration.partner_id,
        facts=filing.facts | {"sequence": {line.line.code: places[line.line_id].number for line in lines}},
        personal=filing.personal,
        position=position,
    )
    jobs.enqueue_new(SCREEN, [_screening(line.pk, event.pk) for line in lines])
    return registration


def _lock_rows(filing: Filing, *, actor: Actor) -> Filing:
    """Lock the registration and its lines, under its lines' lock, and return the filing as it stands now.

    One statement asks all that may have changed since it was prepared: whether the partner may still file, whether
    it is still a draft, of the same lines, with the same content. A draft written meanwhile is prepared anew.
    Raises what ``submit`` raises.
    """
    now = clock.now()
    rows = lock_all(
        RegistrationLine.objects.filter(
            registration_id=filing.registration.pk, registration__partner_id=actor.organisation_id
        )
        .select_related("registration")
        .annotate(**standing_columns("registration__partner", now)),
        of=("self", "registration"),
    )
    if not rows:
        own = Registration.objects.filter(partner_id=actor.organisation_id)
        raise TransitionRefused(state=own.values_list("state", flat=True).get(pk=filing.registration.pk))
    row = rows[0].registration
    if row.state != State.DRAFT or {line.line_id for line in rows} != {line.line_id for line in filing.lines}:
        raise TransitionRefused(state=row.state)
    if bars_to_filing(standing_of(rows[0])):
        raise PartnerMayNotFile
    if row.updated_at != filing.registration.updated_at:
        filing = prepare(row.pk, actor=actor)
        index(SEARCHED, row.pk, search_texts(filing.registration))
    return filing.with_rows(rows)


def enqueue_screening(registration_line_pk: int, event_pk: int) -> None:
    """Write the job that screens one line; once per event that asks for it."""
    jobs.enqueue(SCREEN, *_screening(registration_line_pk, event_pk))


def _screening(registration_line_pk: int, event_pk: int) -> tuple[str, dict]:
    """Return key and payload of the job that screens one line."""
    return f"screen:{registration_line_pk}:{event_pk}", {"registration_line": registration_line_pk}


@retry_on_collision
def answer_request(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
    contacts: Iterable[dict[str, str]] | None = None,
) -> Registration:
    """Mend the fields that were asked for and send the answer; the lines are screened again.

    Only fields the open request names are taken; another raises ``NotAllowed``. A material change (customer, project)
    takes a new place in the sequence of every line concerned; anything else keeps the place.
    """
    require(actor, "registrations.file")
    with transaction.atomic():
        seen = RegistrationLine.objects.filter(
            registration_id=registration_pk, state=State.ACTION_REQUIRED
        ).values_list("line_id", flat=True)
        sequences = lock_lines(list(seen))
        registration = lock(
            Registration.objects.filter(partner_id=actor.organisation_id).select_related(
                "partner__account", "territory"
            ),
            pk=registration_pk,
        )
        lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
        asked = [line for line in lines if line.state == State.ACTION_REQUIRED]
        request = InformationRequest.objects.filter(
            registration=registration, answered_at__isnull=True
        ).first()
        if request is None or not asked or {line.line_id for line in asked} - set(sequences):
            raise TransitionRefused(state=registration.state)
        allowed = set(request.fields)
        if set(data) - allowed or (contacts is not None and "contacts" not in allowed):
            raise NotAllowed
        changed = set_typed(registration, data, actor)
        registration.last_activity_at = at
        registration.save(
            update_fields=[
                *data,
                *(["value_currency"] if "value" in data else []),
                "last_activity_at",
                "updated_at",
            ]
        )
        if contacts is not None:
            set_contacts(registration, contacts)
        errors = missing_fields(registration)
        if errors:
            raise NotComplete(errors)
        request.answered_at = at
        request.save(update_fields=["answered_at"])
        left = [(line.line_id, line.sequence_number) for line in asked]
        moved = _new_places(registration, asked, changed, sequences)
        facts, personal = submitted_facts(registration, lines)
        event = move_all(
            LINE_WORKFLOW,
            asked,
            "answer",
            actor=actor,
            at=at,
            changes=lambda line: moved.get(line.pk, {}),
            event_obj=registration,
            permission_obj=registration,
            partner_id=registration.partner_id,
            facts=facts
            | {"lines": [line.line.code for line in asked], "changed": changed, "new_places": bool(moved)},
            personal=personal,
        )
        refresh(registration, lines, at)
        index(SEARCHED, registration.pk, search_texts(registration))
        for line in asked:
            enqueue_screening(line.pk, event.pk)
        if moved:  # whoever was held behind the old place has nobody before them there any more
            for line_id, place in left:
                release_behind(line_id, place, event.pk)
    return registration


def _new_places(registration, asked, changed: list[str], sequences) -> dict[int, dict]:
    """Return, by line, the new place that a material change takes; nothing where the place is kept.

    The customer and project found before are forgotten, unless another line that goes on rests on them.
    """
    if not MATERIAL & set(changed):
        return {}
    wanted = {line.line_id for line in asked}
    places = {
        place.line_id: place
        for place in take_places({line_id: row for line_id, row in sequences.items() if line_id in wanted})
    }
    for line in asked:
        claim = getattr(line, "claim", None)
        if claim is not None:
            claim.delete()
    others_live = (
        registration.lines.exclude(pk__in=[line.pk for line in asked]).filter(state__in=LIVE).exists()
    )
    if not others_live:
        registration.customer = registration.project = None
        registration.save(update_fields=["customer", "project"])
    return {
        line.pk: {
            "sequence_number": places[line.line_id].number,
            "received_at": places[line.line_id].at,
            "screened_at": None,
        }
        for line in asked
    }
