"""What its dealer changes on a filed registration, and filing an ended one again.

Three kinds of change, told apart by what they do to the place in the sequence:

- *Not material* (value, close date, description, contacts, parties, own reference …): in place, the place is kept, and
  one event holds old and new.
- *A product line added*: a line of its own with a place of its own, taken now; the other lines keep theirs.
- *Another customer or project*: another scope, so another filing. A successor takes over what still waits, with new
  places and a receipt of its own, and what it takes over becomes ``superseded``; the receipt of the first filing keeps
  saying what that one filed. Refused while a line is protected: its customer cannot be changed, that is a new filing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock
from core.access.actor import Actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.documents import copy_files
from core.jobs.idempotency import fingerprint, once
from core.ledger import record
from core.retries import retry_on_collision
from core.search import index
from core.workflow import TransitionRefused, lock, lock_all, move_all
from crm.accounts.models import Account
from crm.catalog.models import ProductLine
from partners.selectors import may_file

from .. import claims
from ..contested import contested_among
from ..enums import ENDED, LIVE, PENDING, State
from ..exceptions import InDispute, NeedsNewFiling, NewPlaceNotAccepted, NotComplete, PartnerMayNotFile
from ..models import InformationRequest, Registration, RegistrationLine
from ..sequence import lock_lines, take_places
from ..summary import refresh
from ..texts import search_texts
from ..workflow import LINE_WORKFLOW
from .drafts import CONTACT_FIELDS, TYPED_FIELDS, set_contacts, set_typed
from .filing import MATERIAL, enqueue_screening
from .preparing import missing_fields, money_text, submitted_facts

# A registration's territory decides who decides; changing it is the reviewer's, or a new filing.
AMENDABLE = frozenset(TYPED_FIELDS) - {"territory"}


def value_text(registration: Registration, field: str) -> str:
    """Return a typed field as the text that an event keeps."""
    value = getattr(registration, field)
    if value is None:
        return ""
    if field == "value":
        return money_text(value)
    if field == "customer_account":
        return ""  # who it is, the name says; the id of the row tells a reader nothing
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def contact_rows(registration: Registration) -> list[dict[str, str]]:
    """Return the contacts as rows of text."""
    return [
        {name: getattr(contact, name) for name in CONTACT_FIELDS} for contact in registration.contacts.all()
    ]


@retry_on_collision
def amend(
    registration_pk: int,
    *,
    actor: Actor,
    at: datetime,
    data: dict[str, Any],
    contacts: Iterable[dict[str, str]] | None = None,
    added_line_ids: Iterable[int] = (),
    accepts_new_place: bool = False,
    idempotency_key: str | None = None,
) -> Registration:
    """Change a live registration of the actor's own organisation; return it, or the successor that replaces it.

    ``contacts`` None: as they are. Nothing that differs: nothing happens.

    Raises ``KeyReused`` for a key spent on another change, ``NewPlaceNotAccepted`` for another customer or project
    without ``accepts_new_place``, ``NeedsNewFiling`` while a line is protected, ``NotComplete``, ``PartnerMayNotFile``
    where a new place would be taken, ``TransitionRefused`` for a draft or one that ended, ``NotAllowed``.
    """
    require(actor, "registrations.file")
    options = {
        "actor": actor,
        "data": data,
        "contacts": None if contacts is None else list(contacts),
        "added": set(added_line_ids),
        "accepts_new_place": accepts_new_place,
    }
    if idempotency_key is None:
        with transaction.atomic():
            return _amend(registration_pk, **options)
    result, _created = once(
        f"user:{actor.user_id}",
        idempotency_key,
        fingerprint(["registrations.amend", registration_pk, _as_typed(options)]),
        lambda: str(_amend(registration_pk, **options).pk),
    )
    return Registration.objects.get(pk=int(result))


def _as_typed(options: dict[str, Any]) -> list:
    """Return what was typed as texts: a key sent again with something else is another change, not the same."""
    data = [[field, str(value)] for field, value in sorted(options["data"].items())]
    return [data, options["contacts"], sorted(options["added"]), options["accepts_new_place"]]


def _amend(
    registration_pk: int, *, actor, data, contacts, added: set[int], accepts_new_place
) -> Registration:
    """Do ``amend`` in the transaction at hand: lines locked first, then the rows, read again after."""
    if set(data) - AMENDABLE:
        raise NotAllowed
    seen = set(
        RegistrationLine.objects.filter(registration_id=registration_pk).values_list("line_id", flat=True)
    )
    sequences = lock_lines(seen | added)
    now = clock.deciding_time()
    claims.expire_lapsed(sequences, at=now)
    registration = lock(
        Registration.objects.filter(partner_id=actor.organisation_id).select_related(
            "partner__account", "partner__programme", "territory", "opportunity"
        ),
        pk=registration_pk,
    )
    require(actor, "registrations.file", registration)
    lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
    if registration.state == State.DRAFT or {line.line_id for line in lines} != seen:
        raise TransitionRefused(state=registration.state)
    if not any(line.state in LIVE for line in lines):
        raise TransitionRefused(state=registration.state)
    before = {field: value_text(registration, field) for field in TYPED_FIELDS}
    changed = set_typed(registration, data, actor)
    added -= {line.line_id for line in lines if line.state in LIVE}
    if MATERIAL & set(changed) - _only_the_known_row(changed):
        if any(line.state == State.APPROVED for line in lines):
            raise NeedsNewFiling
        if not accepts_new_place:
            raise NewPlaceNotAccepted
        return _replace(registration, lines, changed, contacts, added, sequences, actor, now)
    return _change_in_place(registration, lines, before, changed, contacts, added, sequences, actor, now)


def _only_the_known_row(changed: list[str]) -> set[str]:
    """Return ``customer_account`` where nothing else of the customer changed: the same name, chosen from the list."""
    return {"customer_account"} if not MATERIAL & set(changed) - {"customer_account"} else set()


def _refuse_incomplete(registration: Registration) -> None:
    """Raise ``NotComplete`` where the registration would lack what a filing needs."""
    errors = missing_fields(registration)
    errors.pop("lines", None)
    if errors:
        raise NotComplete(errors)


def _refuse_barred(registration: Registration) -> None:
    """Raise ``PartnerMayNotFile`` where the partner may not take new places now."""
    if may_file(registration.partner, clock.now()):
        raise PartnerMayNotFile


def _change_in_place(
    registration, lines, before: dict[str, str], changed: list[str], contacts, added, sequences, actor, now
) -> Registration:
    """Save what keeps its place, give added lines places of their own, and write the one event."""
    _refuse_incomplete(registration)
    shown = [field for field in changed if before[field] != value_text(registration, field)]
    old_contacts = contact_rows(registration)
    if contacts is not None:
        set_contacts(registration, contacts)
    new_contacts = contact_rows(registration) if contacts is not None else old_contacts
    if not shown and new_contacts == old_contacts and not added:
        return registration
    registration.last_activity_at = now
    registration.save(
        update_fields=[
            *changed,
            *(["value_currency"] if "value" in changed else []),
            "last_activity_at",
            "updated_at",
        ]
    )
    new = _add_lines(registration, lines, added)
    facts: dict[str, Any] = {
        "changed": [*shown, *(["contacts"] if new_contacts != old_contacts else [])],
        "was": {field: before[field] for field in shown},
        "now": {field: value_text(registration, field) for field in shown},
    }
    personal = (
        {f"registration-contacts:{registration.pk}": {"contacts": new_contacts, "contacts_was": old_contacts}}
        if new_contacts != old_contacts
        else {}
    )
    common = {"actor": actor, "partner_id": registration.partner_id, "personal": personal}
    if new:
        places = _take(sequences, new)
        _refuse_barred(registration)
        event = move_all(
            LINE_WORKFLOW,
            new,
            "amend",
            at=places[new[0].line_id].at,
            changes=lambda line: {
                "sequence_number": places[line.line_id].number,
                "received_at": places[line.line_id].at,
            },
            event_obj=registration,
            permission_obj=registration,
            facts=facts
            | {
                "added": [line.line.code for line in new],
                "sequence": {line.line.code: places[line.line_id].number for line in new},
            },
            **common,
        )
        for line in new:
            enqueue_screening(line.pk, event.pk)
    else:
        record("registration.amended", registration, at=now, facts=facts, **common)
    refresh(registration, [*lines, *new], now)
    index(Registration._meta.label_lower, registration.pk, search_texts(registration))
    return registration


def _add_lines(registration, lines: list[RegistrationLine], added: set[int]) -> list[RegistrationLine]:
    """Make the rows of added product lines, locked. Raises ``NotAllowed`` for one no longer sold, ``NeedsNewFiling``
    for one that this registration held before: what ended is filed again, by itself."""
    if not added:
        return []
    if added & {line.line_id for line in lines}:
        raise NeedsNewFiling
    if ProductLine.objects.filter(pk__in=added, is_active=True).count() != len(added):
        raise NotAllowed
    RegistrationLine.objects.bulk_create(
        RegistrationLine(registration=registration, line_id=line_id) for line_id in sorted(added)
    )
    return lock_all(
        RegistrationLine.objects.filter(registration=registration, line_id__in=added).select_related("line")
    )


def _take(sequences, lines: list[RegistrationLine]) -> dict:
    """Take a new place for each of ``lines`` in its locked sequence; return them by line."""
    wanted = {line.line_id for line in lines}
    return {
        place.line_id: place
        for place in take_places({line_id: row for line_id, row in sequences.items() if line_id in wanted})
    }


def _replace(registration, lines, changed, contacts, added, sequences, actor, now) -> Registration:
    """File a successor with the changed customer or project; what still waits is superseded by it."""
    _refuse_barred(registration)
    waiting = [line for line in lines if line.state in PENDING]
    if contested_among(line.pk for line in waiting):
        raise InDispute
    if ProductLine.objects.filter(pk__in=added, is_active=True).count() != len(added):
        raise NotAllowed
    rows = contact_rows(registration) if contacts is None else contacts
    old = Registration.objects.get(pk=registration.pk)
    successor = _copy(registration, actor, now)
    set_contacts(successor, rows)
    RegistrationLine.objects.bulk_create(
        RegistrationLine(registration=successor, line_id=line_id)
        for line_id in sorted({line.line_id for line in waiting} | added)
    )
    copy_files(old, successor, actor=actor, at=now)
    errors = missing_fields(successor)
    if errors:
        raise NotComplete(errors)
    _supersede(old.pk, successor, waiting, actor, now)
    return _file(successor, sequences, changed, actor)


def _copy(registration: Registration, actor: Actor, now: datetime) -> Registration:
    """Return a saved draft with everything typed on ``registration`` (maybe changed, unsaved), following it."""
    successor = Registration(
        partner_id=registration.partner_id,
        created_by_id=actor.user_id or registration.created_by_id,
        created_at=now,
        predecessor_id=registration.pk,
        **{field: getattr(registration, field) for field in TYPED_FIELDS},
    )
    successor.save(force_insert=True)
    return successor


def _supersede(old_pk: int, successor: Registration, waiting, actor: Actor, now: datetime) -> None:
    """End what the successor takes over, and have what was held behind it checked again."""
    old = lock(Registration.objects.select_related("partner__programme", "territory"), pk=old_pk)
    event = move_all(
        LINE_WORKFLOW,
        waiting,
        "supersede",
        actor=actor,
        at=now,
        changes={"ended_at": now},
        event_obj=old,
        permission_obj=old,
        partner_id=old.partner_id,
        facts={"lines": [line.line.code for line in waiting], "successor": successor.ref},
    )
    for line in waiting:
        claims.end(line, now)
    InformationRequest.objects.filter(registration=old, answered_at__isnull=True).update(answered_at=now)
    refresh(old, lock_all(RegistrationLine.objects.filter(registration=old)), now)
    claims.release_held(waiting, event.pk)


def _file(successor: Registration, sequences, changed: list[str], actor: Actor) -> Registration:
    """File the successor at new places; its lines' sequences are locked."""
    successor = lock(
        Registration.objects.select_related("partner__account", "partner__programme", "territory"),
        pk=successor.pk,
    )
    lines = lock_all(RegistrationLine.objects.filter(registration=successor).select_related("line"))
    places = _take(sequences, lines)
    received_at = places[lines[0].line_id].at
    successor.received_at = successor.last_activity_at = received_at
    successor.programme_id = successor.partner.programme_id
    successor.state = State.SCREENING
    successor.save(update_fields=["received_at", "last_activity_at", "programme", "state", "updated_at"])
    facts, personal = submitted_facts(successor, lines)
    event = move_all(
        LINE_WORKFLOW,
        lines,
        "submit",
        actor=actor,
        at=received_at,
        changes=lambda line: {
            "sequence_number": places[line.line_id].number,
            "received_at": received_at,
        },
        event_obj=successor,
        permission_obj=successor,
        partner_id=successor.partner_id,
        facts=facts
        | {
            "sequence": {line.line.code: places[line.line_id].number for line in lines},
            "changed": changed,
            "predecessor": successor.predecessor.ref,
        },
        personal=personal,
    )
    index(Registration._meta.label_lower, successor.pk, search_texts(successor))
    for line in lines:
        enqueue_screening(line.pk, event.pk)
    return successor


def file_again(
    registration_pk: int, *, actor: Actor, at: datetime, idempotency_key: str | None = None
) -> Registration:
    """Make a draft of an ended registration of the actor's own organisation: all that was typed, and its documents.

    A known customer that the actor no longer sees is left out. Raises ``TransitionRefused`` for a draft, and for one
    of which every line is still live.
    """
    require(actor, "registrations.file")
    if actor.organisation_id is None or actor.user_id is None:
        raise NotAllowed

    def create() -> str:
        old = lock(Registration.objects.filter(partner_id=actor.organisation_id), pk=registration_pk)
        lines = [line for line in old.lines.all() if line.state in ENDED]
        if old.state == State.DRAFT or not lines:
            raise TransitionRefused(state=old.state)
        account = old.customer_account_id
        if account and not Account.objects.visible_to(actor).filter(pk=account).exists():
            old.customer_account = None
        draft = _copy(old, actor, at)
        set_contacts(draft, contact_rows(old))
        RegistrationLine.objects.bulk_create(
            RegistrationLine(registration=draft, line_id=line.line_id)
            for line in sorted(lines, key=lambda line: line.line_id)
        )
        copy_files(old, draft, actor=actor, at=at)
        return str(draft.pk)

    if idempotency_key is None:
        with transaction.atomic():
            return Registration.objects.get(pk=int(create()))
    print_ = fingerprint(["registrations.file_again", registration_pk])
    result, _created = once(f"user:{actor.user_id}", idempotency_key, print_, create)
    return Registration.objects.get(pk=int(result))
