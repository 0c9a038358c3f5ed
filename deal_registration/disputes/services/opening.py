"""Opening a dispute about a decision, and withdrawing it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from core import clock
from core.access.actor import Actor
from core.access.guards import require
from core.calendars.business_time import add_business_days
from core.ledger import record
from core.retries import retry_on_collision
from core.workflow import TransitionRefused, move
from crm.territories.selectors import calendar_for
from deal_registration import claims
from deal_registration.enums import State
from deal_registration.models import Registration, RegistrationLine
from deal_registration.sequence import lock_lines
from partners.selectors import terms_at

from ..concerned import Concerned, concerned_by
from ..enums import DISPUTABLE
from ..exceptions import NotDisputable, NothingSaid
from ..models import ContestedLine, Dispute, DisputeParty, Statement
from ..workflow import DISPUTE_WORKFLOW
from .case import LADDER, Case, lock_case, lock_registrations, party_of, release_clocks, stop_clocks, tell


def disputable(line: RegistrationLine, at: datetime, open_days: int) -> bool:
    """Tell whether the decision on a line may be disputed at ``at``: a closed list of states, for some days.

    A line that is held waits for others, so its time does not run. Whether it was disputed already is asked apart.
    """
    if line.state not in DISPUTABLE:
        return False
    decided = line.ended_at or line.decided_at or line.screened_at
    return line.state == State.CONFLICT_HOLD or (
        decided is not None and at <= decided + timedelta(days=open_days)
    )


def disputable_lines(registration: Registration, at: datetime) -> list[RegistrationLine]:
    """Return the lines of a registration whose decision its partner may dispute now; its lines may be prefetched."""
    lines = [line for line in registration.lines.all() if line.state in DISPUTABLE]
    if not lines or registration.received_at is None:
        return []
    days = terms_at(registration.partner, at).dispute_open_days
    disputed = disputed_among(lines)
    return [line for line in lines if line.pk not in disputed and disputable(line, at, days)]


def disputed_among(lines: Iterable[RegistrationLine]) -> frozenset[int]:
    """Return which of the lines were disputed already, or are contested now."""
    rows = ContestedLine.objects.filter(registration_line__in=[line.pk for line in lines])
    return frozenset(
        rows.filter(is_subject=True, is_void=False).values_list("registration_line_id", flat=True)
    )


@retry_on_collision
def open_dispute(
    registration_pk: int, *, actor: Actor, at: datetime, line_ids: Iterable[int], text: str
) -> Dispute:
    """Dispute the decision on some product lines of the actor's own registration; return the dispute.

    The partners whose live claims stand in the way become parties, all contested lines stand still, and statements
    are asked for. Raises ``Registration.DoesNotExist`` for one that is not the organisation's own, ``NotDisputable``
    where no such decision stands (any more) or it was disputed, ``NothingSaid`` without a statement.
    """
    require(actor, "registrations.file")
    text = text.strip()
    if not text:
        raise NothingSaid
    wanted = set(line_ids)
    with transaction.atomic():
        sequences = lock_lines(wanted)
        claims.expire_lapsed(sequences, at=clock.deciding_time())
        own = Registration.objects.filter(partner_id=actor.organisation_id).get(pk=registration_pk)
        subjects = list(
            RegistrationLine.objects.filter(registration=own, line_id__in=wanted).select_related(
                "registration"
            )
        )
        others = concerned_by(subjects)
        registrations, lines = lock_registrations({own.pk, *(one.registration_id for one in others)})
        own = registrations[own.pk]
        chosen = [line for line in lines[own.pk] if line.line_id in wanted]
        _check(own, chosen, wanted, at)
        dispute = Dispute.objects.create(
            registration=own,
            partner_id=own.partner_id,
            territory=own.territory,
            opened_at=at,
            opened_by_id=actor.user_id,
        )
        opener = DisputeParty.objects.create(
            dispute=dispute, partner_id=own.partner_id, registration=own, is_opener=True, joined_at=at
        )
        try:
            with transaction.atomic():
                ContestedLine.objects.bulk_create(
                    [ContestedLine(party=opener, registration_line=line, is_subject=True) for line in chosen]
                )
        except IntegrityError as error:
            raise NotDisputable from error
        add_parties(dispute, others, at)
        Statement.objects.create(party=opener, text=text, written_by_id=actor.user_id, written_at=at)
        record(
            "dispute.opened",
            dispute,
            actor=actor,
            at=at,
            partner_id=own.partner_id,
            facts={"lines": [line.line.code for line in chosen], "registration": own.ref, "text": text},
        )
        dispute._locked_by_gate = True  # nobody else can know of it yet
        take_statements(dispute, "invite", at)
        rows = list(
            ContestedLine.objects.filter(party__dispute=dispute).select_related("party", "registration_line")
        )
        stop_clocks(Case(dispute, rows, registrations, lines), at)
    return dispute


def _check(own: Registration, chosen: list[RegistrationLine], wanted: set[int], at: datetime) -> None:
    """Raise ``NotDisputable`` unless every line named is one whose decision may be disputed."""
    days = terms_at(own.partner, at).dispute_open_days
    disputed = disputed_among(chosen)
    fine = [line for line in chosen if line.pk not in disputed and disputable(line, at, days)]
    if not chosen or len(fine) != len(wanted):
        raise NotDisputable


def add_parties(dispute: Dispute, others: Iterable[Concerned], at: datetime) -> list[DisputeParty]:
    """Make the partners of other claims parties, with their lines; return those who are new."""
    parties = {party.partner_id: party for party in dispute.parties.all()}
    new = []
    for one in others:
        if one.partner_id not in parties:
            parties[one.partner_id] = DisputeParty.objects.create(
                dispute=dispute,
                partner_id=one.partner_id,
                registration_id=one.registration_id,
                joined_at=at,
            )
            new.append(parties[one.partner_id])
        ContestedLine.objects.get_or_create(
            party=parties[one.partner_id], registration_line_id=one.registration_line_id
        )
    return new


def statements_until(dispute: Dispute, at: datetime) -> datetime:
    """Return until when statements asked for at ``at`` are taken: business days of the programme, in the territory."""
    days = terms_at(dispute.partner, dispute.opened_at).dispute_statement_business_days
    return add_business_days(at, days, calendar_for(dispute.territory))


def take_statements(dispute: Dispute, transition: str, at: datetime) -> None:
    """Ask the parties for statements, until the programme's number of business days has passed."""
    due = statements_until(dispute, at)
    move(
        DISPUTE_WORKFLOW,
        dispute,
        transition,
        actor=LADDER,
        at=at,
        changes={
            "statements_due_at": due,
            "phase_began_at": at,
            "reminded": False,
            "rung": None,
            "rung_due_at": None,
        },
        facts={"due_at": due.isoformat()},
    )
    known = set(dispute.parties.filter(joined_at__lt=at).values_list("pk", flat=True))
    for party in dispute.parties.order_by("pk"):
        is_new = not party.is_opener and party.pk not in known
        lines = ContestedLine.objects.filter(party=party).order_by("pk")
        record(
            "dispute.told_concerned" if is_new else "dispute.told_statements",
            dispute,
            actor=LADDER,
            at=at,
            partner_id=party.partner_id,
            facts={
                "due_at": due.isoformat(),
                "lines": list(lines.values_list("registration_line__line__code", flat=True)),
            },
        )


@retry_on_collision
def withdraw(dispute_pk: int, *, actor: Actor, at: datetime) -> Dispute:
    """Withdraw a dispute that is not ruled on yet: the decision stands, clocks run again, it may be opened anew.

    Raises ``Dispute.DoesNotExist`` for one the actor's organisation did not open, ``TransitionRefused`` too late.
    """
    require(actor, "registrations.file")
    with transaction.atomic():
        case = lock_case(dispute_pk)
        dispute = case.dispute
        party = party_of(dispute, actor)
        if not party.is_opener:
            raise TransitionRefused(state=dispute.state)
        move(
            DISPUTE_WORKFLOW,
            dispute,
            "withdraw",
            actor=actor,
            at=at,
            changes={"closed_at": at, "rung": None, "rung_due_at": None},
            permission_obj=party,
        )
        ContestedLine.objects.filter(party__dispute=dispute).update(is_void=True)
        for row in case.rows:
            row.is_void = True
        release_clocks(case, at)
        tell(dispute, "withdrawn", at=at)
    return dispute
