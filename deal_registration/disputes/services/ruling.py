"""The ruling: what it does to every contested line, in one transaction under the locks, and its acceptance.

The losing protections end first, then the winners pass the one door of every approval
(``deal_registration.services.protection``), so that the database's rule holds at every instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.access.actor import Actor, system_actor
from core.access.guards import require
from core.calendars.business_time import add_business_days
from core.ledger import record
from core.retries import retry_on_collision
from core.workflow import TransitionRefused, move, move_all
from crm.opportunities.services import end_protection
from crm.territories.selectors import calendar_for
from deal_registration import claims
from deal_registration.enums import PENDING, State
from deal_registration.exceptions import StillBlocked
from deal_registration.models import Claim, InformationRequest, RegistrationLine
from deal_registration.services.protection import protect_lines
from deal_registration.summary import refresh
from deal_registration.workflow import LINE_WORKFLOW
from partners.enums import PartnerState

from ..enums import DisputeState, Outcome, Remedy
from ..exceptions import NamesSomebody, NewcomerFirst, NotTheDecider, RulingRefused
from ..ladder import has_higher_rung, may_rule, terms_of
from ..models import Award, ClaimShare, ContestedLine, Dispute, DisputeParty, Ruling, RulingCode
from ..names import found_in, partners_and_people
from ..plans import Effect, Plan, Stake, effects_of, faults_of, overturns
from ..workflow import DISPUTE_WORKFLOW
from .case import Case, lock_case, lock_dispute, party_of, release_clocks, tell
from .deliberating import newcomers_of

RULING = system_actor("ruling")


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a ruling says: read by every party, so it names none. ``codes`` and ``rule_text``: what it turns on."""

    text: str
    codes: frozenset[str] = frozenset()
    rule_text: str = ""
    remedy: str = Remedy.NONE
    remedy_text: str = ""


def stakes_of(rows: Iterable[ContestedLine]) -> list[Stake]:
    """Return the contested lines as a plan sees them; ``rows`` have line and registration loaded."""
    return [
        Stake(
            pk=row.pk,
            party_id=row.party_id,
            line_id=row.registration_line.line_id,
            state=row.registration_line.state,
            is_subject=row.is_subject,
            customer_id=row.registration_line.registration.customer_id,
            project_id=row.registration_line.registration.project_id,
        )
        for row in rows
    ]


def _stakes(case: Case) -> list[Stake]:
    """Return the stakes of a locked case, from its fresh rows."""
    stakes = []
    for row in case.rows:
        line = case.line(row)
        registration = case.registrations[line.registration_id]
        stakes.append(
            Stake(
                row.pk,
                row.party_id,
                line.line_id,
                line.state,
                row.is_subject,
                registration.customer_id,
                registration.project_id,
            )
        )
    return stakes


@retry_on_collision
def rule(dispute_pk: int, *, actor: Actor, at: datetime, plan: Plan, reasons: Reasons) -> Ruling:
    """Rule on a dispute, or on its appeal, and carry the ruling out; return it.

    Raises ``Dispute.DoesNotExist`` for one the actor does not see, ``NotTheDecider``, ``TransitionRefused`` where it
    is not to be ruled on now, ``NewcomerFirst`` while somebody unheard claims the scope, ``NamesSomebody`` where the
    reasons name a party or its people, ``RulingRefused`` for a plan that cannot be carried out.
    """
    require(actor, "registrations.decide")
    with transaction.atomic():
        if not Dispute.objects.visible_to(actor).filter(pk=dispute_pk).exists():
            raise Dispute.DoesNotExist
        case = lock_case(dispute_pk)
        stakes = _stakes(case)
        _check(case, stakes, actor, at, plan, reasons)
        ruling = _write(case, stakes, actor, at, plan, reasons)
        effects = effects_of(plan, stakes)
        _carry_out(case, effects, at, ruling)
        _keep_shares(case, ruling, plan)
        _conclude(case, ruling, effects, plan, actor, at)
    return ruling


def _check(case: Case, stakes: list[Stake], actor: Actor, at: datetime, plan: Plan, reasons: Reasons) -> None:
    """Raise what keeps this ruling from being given."""
    dispute = case.dispute
    if dispute.state not in (DisputeState.DELIBERATION, DisputeState.APPEALED):
        raise TransitionRefused(state=dispute.state)
    if not may_rule(dispute, actor.user_id):
        raise NotTheDecider
    if still_taking_statements(dispute, at):
        raise RulingRefused(_("Statements on the appeal are still taken. Rule when their time is over."))
    if newcomers_of(dispute):
        raise NewcomerFirst
    if not reasons.text.strip() or reasons.remedy not in Remedy.values or plan.outcome not in Outcome.values:
        raise RulingRefused(_("Give the reasons; every party reads them."))
    for fault in faults_of(plan, stakes):
        raise RulingRefused(fault.message)
    effects = effects_of(plan, stakes)
    winners = {row.party.partner_id for row in case.rows if effects[row.pk] == Effect.GRANT}
    for registration in case.registrations.values():
        if registration.partner_id in winners and registration.partner.state != PartnerState.ACTIVE:
            raise RulingRefused(_("A partner that is not active cannot be protected now."))
    written = "\n".join((reasons.text, reasons.rule_text, reasons.remedy_text))
    named = found_in(written, partners_and_people(dispute))
    if named:
        raise NamesSomebody(named)


def still_taking_statements(dispute: Dispute, at: datetime) -> bool:
    """Tell whether a party may still speak on the appeal."""
    return (
        dispute.state == DisputeState.APPEALED
        and at < dispute.statements_due_at
        and dispute.parties.filter(said_all_at=None).exists()
    )


def _write(case: Case, stakes, actor: Actor, at: datetime, plan: Plan, reasons: Reasons) -> Ruling:
    """Store the ruling with its codes and who holds what."""
    first = case.dispute.rulings.first()
    ruling = Ruling.objects.create(
        dispute=case.dispute,
        number=2 if first else 1,
        rung=case.dispute.rung,
        outcome=plan.outcome,
        overturns=overturns(plan, stakes, before=bool(first and first.overturns)),
        text=reasons.text.strip(),
        rule_text=reasons.rule_text.strip(),
        remedy=reasons.remedy,
        remedy_text=reasons.remedy_text.strip(),
        decided_by_id=actor.user_id,
        decided_at=at,
    )
    RulingCode.objects.bulk_create([RulingCode(ruling=ruling, code=code) for code in sorted(reasons.codes)])
    if plan.outcome in (Outcome.AWARD, Outcome.SPLIT, Outcome.SHARED):
        Award.objects.bulk_create(
            Award(ruling=ruling, line_id=line_id, party_id=party)
            for line_id, parties in sorted(plan.holders.items())
            for party in sorted(parties)
        )
    return ruling


def _carry_out(case: Case, effects: dict[int, Effect], at: datetime, ruling: Ruling) -> None:
    """End what loses, then protect what wins, each registration together."""
    for effect, act in ((Effect.END, _end), (Effect.GRANT, _grant)):
        by_registration: dict[int, list[RegistrationLine]] = {}
        for row in case.rows:
            if effects[row.pk] == effect:
                line = case.line(row)
                by_registration.setdefault(line.registration_id, []).append(line)
        for registration_pk, chosen in sorted(by_registration.items()):
            act(case, registration_pk, chosen, at, ruling)


def _end(
    case: Case, registration_pk: int, chosen: list[RegistrationLine], at: datetime, ruling: Ruling
) -> None:
    """End the protection, or the waiting, of lines that lose."""
    registration, lines = case.registrations[registration_pk], case.lines[registration_pk]
    ended_at = clock.deciding_time()
    event = move_all(
        LINE_WORKFLOW,
        chosen,
        "overrule",
        actor=RULING,
        at=at,
        changes={"ended_at": ended_at, "decided_at": at, "decided_by_id": ruling.decided_by_id},
        event_obj=registration,
        partner_id=registration.partner_id,
        facts={"lines": [line.line.code for line in chosen], "dispute": case.dispute.ref},
    )
    for line in chosen:
        claims.end(line, ended_at)
    if not any(line.state in PENDING for line in lines):
        InformationRequest.objects.filter(registration=registration, answered_at__isnull=True).update(
            answered_at=at
        )
    if registration.opportunity_id and not any(line.state == State.APPROVED for line in lines):
        end_protection(registration.opportunity_id, actor=RULING, at=at)
    refresh(registration, lines, at)
    claims.release_held(chosen, event.pk)


def _grant(
    case: Case, registration_pk: int, chosen: list[RegistrationLine], at: datetime, ruling: Ruling
) -> None:
    """Protect lines that win, by the door of every approval."""
    registration, lines = case.registrations[registration_pk], case.lines[registration_pk]
    try:
        protect_lines(
            registration,
            lines,
            chosen,
            actor=RULING,
            at=at,
            transition="award",
            facts={"dispute": case.dispute.ref},
        )
    except StillBlocked as error:
        raise RulingRefused(
            _("Another claim still stands on this customer and product line, so this cannot be given.")
        ) from error
    for line in chosen:
        line.decided_by_id, line.ended_at = ruling.decided_by_id, None
        line.save(update_fields=["decided_by", "ended_at"])


def _keep_shares(case: Case, ruling: Ruling, plan: Plan) -> None:
    """Record on each holding claim who has which share of it."""
    if plan.outcome != Outcome.SHARED:
        return
    for row in case.rows:
        if row.party_id not in plan.holders.get(case.line(row).line_id, frozenset()):
            continue
        claim = Claim.objects.get(registration_line_id=row.registration_line_id)
        ClaimShare.objects.bulk_create(
            ClaimShare(claim=claim, ruling=ruling, party_id=party, percent=percent)
            for party, percent in sorted(plan.shares.items())
            if percent
        )


def _conclude(case: Case, ruling: Ruling, effects, plan: Plan, actor: Actor, at: datetime) -> None:
    """Move the dispute on, let clocks run again, tell every party its own result."""
    from .publishing import overturn_precedent, propose_changes

    dispute = case.dispute
    is_final = ruling.number == 2
    changes = {"ruled_at": at, "is_overdue": False, "rung_due_at": None}
    if is_final:
        changes |= {"closed_at": at, "appeal_until": None}
    elif has_higher_rung(dispute):
        days = terms_of(dispute).dispute_appeal_business_days
        changes |= {"appeal_until": add_business_days(at, days, calendar_for(dispute.territory))}
    move(
        DISPUTE_WORKFLOW,
        dispute,
        "rule_on_appeal" if is_final else "rule",
        actor=actor,
        at=at,
        changes=changes,
        permission_obj=dispute,
        facts={
            "outcome": plan.outcome,
            "overturns": ruling.overturns,
            "codes": [row.code for row in ruling.codes.all()],
            "effects": {str(pk): str(effect) for pk, effect in effects.items()},
            "text": ruling.text,
            "remedy": ruling.remedy,
            "remedy_text": ruling.remedy_text,
        },
    )
    release_clocks(case, at)
    tell(dispute, "ruling", at=at, facts=lambda party: _told(case, ruling, effects, plan, party))
    if is_final:
        if plan.outcome != Outcome.STANDS:
            overturn_precedent(dispute, at)
        propose_changes(dispute, at)


def _told(case: Case, ruling: Ruling, effects, plan: Plan, party: DisputeParty) -> dict:
    """Return what one party is told of a ruling: its own result and nothing of the others'."""
    own = {row.pk: case.line(row) for row in case.rows if row.party_id == party.pk}
    result = result_for(party, plan.outcome, [effects[pk] for pk in own], party.pk in plan.shares)
    facts = {
        "result": result,
        "lines": [line.line.code for line in own.values()],
        "text": ruling.text,
        "due_at": case.dispute.appeal_until.isoformat() if case.dispute.appeal_until else "",
    }
    if has_lost(result):
        facts |= {"remedy": ruling.remedy, "remedy_text": ruling.remedy_text}
    if plan.outcome == Outcome.SHARED and plan.shares.get(party.pk):
        facts["percent"] = str(plan.shares[party.pk])
    return facts


def result_for(party: DisputeParty, outcome: str, effects: Iterable[Effect], has_share: bool) -> str:
    """Return one party's result: granted, shared, kept, ended, stands (for them) or refused (against them)."""
    found = set(effects)
    if outcome == Outcome.SHARED and has_share:
        return "shared"
    for effect, result in ((Effect.GRANT, "granted"), (Effect.KEEP, "kept"), (Effect.END, "ended")):
        if effect in found:
            return result
    return "stands" if outcome == Outcome.STANDS and not party.is_opener else "refused"


def has_lost(result: str) -> bool:
    """Tell whether a party with this result is on the losing side."""
    return result in ("ended", "refused")


@retry_on_collision
def accept(dispute_pk: int, *, actor: Actor, at: datetime) -> Dispute:
    """Accept a ruling as a party; once all parties have, the dispute is closed and the ruling final."""
    require(actor, "registrations.file")
    with transaction.atomic():
        dispute = lock_dispute(Dispute.objects.visible_to(actor), dispute_pk)
        party = party_of(dispute, actor)
        require(actor, "registrations.file", party)
        if dispute.state != DisputeState.RULED or party.accepted_at is not None:
            raise TransitionRefused(state=dispute.state)
        party.accepted_at = at
        party.save(update_fields=["accepted_at"])
        record("dispute.accepted", dispute, actor=actor, at=at, partner_id=party.partner_id)
        if not dispute.parties.filter(accepted_at=None).exists():
            close(dispute, at)
    return dispute


def close(dispute: Dispute, at: datetime) -> None:
    """Close a locked dispute whose ruling became final; its codes are counted."""
    from .publishing import propose_changes

    move(
        DISPUTE_WORKFLOW,
        dispute,
        "close",
        actor=system_actor("disputes"),
        at=at,
        changes={"closed_at": at, "appeal_until": None},
    )
    tell(dispute, "closed", at=at)
    propose_changes(dispute, at)
