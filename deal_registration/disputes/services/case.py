"""A dispute's rows under their locks, its stopped clocks, and what its parties are told.

Order of locks, as in the house: product lines (sorted), registrations and their lines, then the dispute.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from core import clock
from core.access.actor import Actor, system_actor
from core.calendars.business_time import add_business_days
from core.ledger import record
from core.workflow import lock, lock_all
from crm.territories.selectors import calendar_for
from deal_registration import claims
from deal_registration.enums import State
from deal_registration.guards import CONSTRAINT
from deal_registration.models import Claim, Registration, RegistrationLine
from deal_registration.sequence import lock_lines
from deal_registration.summary import refresh

from ..enums import UNDECIDED
from ..exceptions import DisputeError
from ..ladder import rungs_of, terms_of
from ..models import ContestedLine, Dispute, DisputeParty

LADDER = system_actor("disputes")
SPARE_DAYS = 10  # business days that a suspended protection lasts beyond the latest ruling
NEAR = timedelta(days=2)


@dataclass(slots=True)
class Case:
    """A dispute with its contested lines and their registrations, all locked and fresh."""

    dispute: Dispute
    rows: list[ContestedLine]
    registrations: dict[int, Registration]
    lines: dict[int, list[RegistrationLine]]  # by registration

    def line(self, row: ContestedLine) -> RegistrationLine:
        """Return the locked registration line of a contested one."""
        found = (line for lines in self.lines.values() for line in lines)
        return next(line for line in found if line.pk == row.registration_line_id)


def lock_registrations(
    registration_ids: Iterable[int],
) -> tuple[dict[int, Registration], dict[int, list[RegistrationLine]]]:
    """Lock registrations in order, then their lines; the product lines are locked already."""
    registrations = lock_all(
        Registration.objects.filter(pk__in=set(registration_ids)).select_related(
            "partner__account", "partner__programme", "territory", "customer", "opportunity", "project"
        )
    )
    lines: dict[int, list[RegistrationLine]] = {row.pk: [] for row in registrations}
    for line in lock_all(
        RegistrationLine.objects.filter(registration__in=registrations).select_related("line")
    ):
        lines[line.registration_id].append(line)
    return {row.pk: row for row in registrations}, lines


def lock_case(dispute_pk: int) -> Case:
    """Lock everything a ruling, or the stopping of clocks, touches; lapsed protections expire first.

    Raises ``DisputeError`` where the contested lines changed meanwhile, ``Dispute.DoesNotExist`` for none.
    """
    seen = set(
        ContestedLine.objects.filter(party__dispute_id=dispute_pk).values_list(
            "registration_line__line_id", "registration_line__registration_id"
        )
    )
    sequences = lock_lines({line_id for line_id, _registration in seen})
    claims.expire_lapsed(sequences, at=clock.deciding_time())
    registrations, lines = lock_registrations({registration for _line, registration in seen})
    dispute = lock_dispute(Dispute.objects.all(), dispute_pk)
    rows = list(
        ContestedLine.objects.filter(party__dispute=dispute).select_related("party", "registration_line")
    )
    if {(row.registration_line.line_id, row.registration_line.registration_id) for row in rows} != seen:
        raise DisputeError
    return Case(dispute, rows, registrations, lines)


def lock_dispute(visible, dispute_pk: int) -> Dispute:
    """Lock one of the ``visible`` disputes; raises ``Dispute.DoesNotExist``."""
    return lock(
        Dispute.objects.filter(pk__in=visible.filter(pk=dispute_pk).values("pk")).select_related(
            "partner__account", "partner__programme", "territory", "registration"
        ),
        pk=dispute_pk,
    )


def party_of(dispute: Dispute, actor: Actor) -> DisputeParty:
    """Return the party the actor's organisation is; raises ``Dispute.DoesNotExist`` for a stranger."""
    party = (
        dispute.parties.filter(partner_id=actor.organisation_id)
        .select_related("partner", "registration")
        .first()
        if actor.organisation_id
        else None
    )
    if party is None:
        raise Dispute.DoesNotExist
    return party


def tell(
    dispute: Dispute,
    kind: str,
    *,
    at: datetime,
    facts: Callable[[DisputeParty], dict] = lambda party: {},
    but: int | None = None,
) -> None:
    """Write what each party is told, as an event of its own; ``but``: a partner who need not be told."""
    for party in dispute.parties.exclude(partner_id=but).order_by("pk"):
        record(
            f"dispute.told_{kind}",
            dispute,
            actor=LADDER,
            at=at,
            partner_id=party.partner_id,
            facts=facts(party),
        )


# --- clocks


def stop_clocks(case: Case, at: datetime) -> None:
    """Let the contested lines stand still: promises stop, and no contested protection ends before the ruling can come.

    The end of a protection is moved to the latest day of the ladder, and what it was moved by is kept.
    """
    until = _latest_end(case.dispute, at)
    for row in case.rows:
        line = case.line(row)
        if line.state == State.APPROVED and line.protected_until < until:
            _prolong(row, line, until)
    _refresh(case, at)


def release_clocks(case: Case, at: datetime) -> None:
    """Let clocks run again: promises with what was left, each protection with its own end, at the earliest now."""
    for row in case.rows:
        if row.prolonged_by is None:
            continue
        line = case.line(row)
        if line.state == State.APPROVED:
            line.protected_until = max(line.protected_until - row.prolonged_by, at)
            line.save(update_fields=["protected_until"])
            Claim.objects.filter(registration_line=line).update(ends_at=line.protected_until)
        row.prolonged_by = None
        row.save(update_fields=["prolonged_by"])
    _refresh(case, at)


def _refresh(case: Case, at: datetime) -> None:
    """Run or stop the review clocks of the registrations concerned."""
    for registration in case.registrations.values():
        refresh(registration, case.lines[registration.pk], at)


def _latest_end(dispute: Dispute, at: datetime) -> datetime:
    """Return by when the ladder has ended at the latest, with some days to spare."""
    terms = terms_of(dispute)
    days = terms.dispute_statement_business_days + sum(rung.business_days for rung in rungs_of(terms))
    return add_business_days(at, days + SPARE_DAYS, calendar_for(dispute.territory))


def _prolong(row: ContestedLine, line: RegistrationLine, until: datetime) -> None:
    """Move the end of one contested protection; where a later claim stands in the way it keeps its own."""
    before = line.protected_until
    try:
        with transaction.atomic():
            Claim.objects.filter(registration_line=line).update(ends_at=until)
    except IntegrityError as error:
        if CONSTRAINT in str(error):
            return
        raise
    line.protected_until = until
    line.save(update_fields=["protected_until"])
    row.prolonged_by = (row.prolonged_by or timedelta(0)) + (until - before)
    row.save(update_fields=["prolonged_by"])


def protections_to_hold(at: datetime) -> list[int]:
    """Return the disputes (ids) undecided for so long that a contested protection is about to end."""
    return list(
        ContestedLine.objects.filter(
            party__dispute__state__in=UNDECIDED,
            registration_line__state=State.APPROVED,
            registration_line__protected_until__lte=at + NEAR,
        )
        .order_by("party__dispute_id")
        .values_list("party__dispute_id", flat=True)
        .distinct()
    )
