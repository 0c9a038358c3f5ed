"""The automatic check of one line: who is the customer, which claims and facts stand, what follows.

Lines are screened in the order of their sequence: under the line's lock, earlier unscreened places first, each in a
transaction of its own, so that no worker's luck decides.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from core import clock
from core.access.actor import system_actor
from core.retries import retry_on_collision
from core.workflow import lock, lock_all, move_all
from crm.accounts.models import Account
from crm.accounts.services import become_prospect
from crm.identity import Match
from crm.identity.normal import normalise
from crm.projects.services import find_or_create, note_publication
from partners.selectors import benefits_at
from partners.terms import ProgrammeTerms, TakenScope

from .. import claims
from ..conflicts import Hit, Verdict, VerdictClass, judge
from ..contested import contested_among
from ..enums import WAITING_FOR_DECISION, MatchVerdict, RejectionReason, State
from ..facts import Known, candidate_of, customer_matches, gather, relate, surest
from ..in_force import terms_of
from ..models import InformationRequest, MatchDecision, Registration, RegistrationLine
from ..sequence import lock_lines
from ..summary import refresh
from ..telling import hidden_codes, shown_class
from ..workflow import LINE_WORKFLOW
from .protection import protect_lines

SCREENING = system_actor("screening")

# The reason shown for a block that may be told, by the first code that blocks.
REASONS = {
    "R01": RejectionReason.PRODUCT,
    "R02": RejectionReason.DUPLICATE,
    "R03": RejectionReason.PRODUCT,
    "R04": RejectionReason.TERRITORY,
    "R05": RejectionReason.DUPLICATE,
    "R07": RejectionReason.DIRECT,
    "R08": RejectionReason.HOUSE,
}


# What waits behind another's claim: openly, or in review where the programme tells its partners nothing of it.
_HELD = Q(state=State.CONFLICT_HOLD) | Q(state=State.IN_REVIEW, verdict__class__in=("hold", "block"))


@retry_on_collision
def screen_line(registration_line_pk: int, *, at: datetime | None = None) -> str | None:
    """Screen one line, and before it every earlier unscreened one of the same product line.

    Returns the line's state afterwards; None if it is gone. Does nothing to a line that is screened already.
    """
    wanted = (
        RegistrationLine.objects.filter(pk=registration_line_pk)
        .values("line_id", "sequence_number", "state")
        .first()
    )
    if wanted is None:
        return None
    while True:
        with transaction.atomic():
            lock_lines([wanted["line_id"]])
            first = (
                RegistrationLine.objects.filter(
                    line_id=wanted["line_id"],
                    state=State.SCREENING,
                    sequence_number__lte=wanted["sequence_number"],
                )
                .order_by("sequence_number")
                .values_list("pk", flat=True)
                .first()
            )
            if first is None:
                return (
                    RegistrationLine.objects.filter(pk=registration_line_pk)
                    .values_list("state", flat=True)
                    .first()
                )
            _screen(first, at or clock.now())


@retry_on_collision
def rescreen_held(line_id: int, after: int, *, at: datetime | None = None) -> int:
    """Screen again, in sequence order, what is held on a product line behind place ``after``; return how many."""
    count = 0
    last = after
    while True:
        with transaction.atomic():
            lock_lines([line_id])
            first = (
                RegistrationLine.objects.filter(_HELD, line_id=line_id, sequence_number__gt=last)
                .order_by("sequence_number")
                .values_list("pk", "sequence_number")
                .first()
            )
            if first is None:
                return count
            pk, last = first
            _screen(pk, at or clock.now())
            count += 1


def rescreen_waiting(registration_line_pks: Iterable[int], *, at: datetime | None = None) -> int:
    """Screen lines again that still wait for a decision, one by one in the order given; return how many.

    After customers were merged, or a merge was taken back: who the customer is, and whose claims count, has changed.
    """
    return sum(_rescreen_one(pk, at) for pk in registration_line_pks)


@retry_on_collision
def _rescreen_one(registration_line_pk: int, at: datetime | None) -> int:
    """Screen one line again, if it still waits for a decision; return whether it did."""
    with transaction.atomic():
        line_id = (
            RegistrationLine.objects.filter(pk=registration_line_pk).values_list("line_id", flat=True).first()
        )
        if line_id is None:
            return 0
        lock_lines([line_id])
        waits = RegistrationLine.objects.filter(pk=registration_line_pk, state__in=WAITING_FOR_DECISION)
        if not waits.exists():
            return 0
        _screen(registration_line_pk, at or clock.now())
        return 1


def screen_again(registration: Registration, lines: list[RegistrationLine], at: datetime) -> None:
    """Screen locked waiting lines again, after a person decided who the customer or project is."""
    for line in lines:
        _screen(line.pk, at)


def _screen(registration_line_pk: int, at: datetime) -> None:
    """Screen one line in the transaction at hand; its product line's sequence is locked."""
    registration_id = RegistrationLine.objects.values_list("registration_id", flat=True).get(
        pk=registration_line_pk
    )
    registration = lock(
        Registration.objects.select_related(
            "partner__account", "partner__programme", "territory", "customer", "project"
        ),
        pk=registration_id,
    )
    lines = lock_all(RegistrationLine.objects.filter(registration=registration).select_related("line"))
    line = next(row for row in lines if row.pk == registration_line_pk)
    if line.state not in LINE_WORKFLOW["screen"].sources:
        return
    terms = terms_of(registration, line.received_at)
    known = identify(registration, at)
    verdict = judge(gather(registration, line, known, judged_at=_judged_at(line, terms)))
    target = outcome(verdict, registration, line)
    decides = target in (State.APPROVED, State.REJECTED) and line.state in WAITING_FOR_DECISION
    if decides and contested_among([line.pk]):
        target = State.IN_REVIEW  # in dispute: the check says what it finds, a ruling decides
    _carry_out(registration, lines, line, verdict, target, at)


def _judged_at(line: RegistrationLine, terms: ProgrammeTerms) -> datetime:
    """Return the instant at which claims must overlap: the receipt; with a wait-list the present, under the lock."""
    if terms.taken_scope != TakenScope.WAIT:
        return line.received_at
    return max(line.received_at, clock.deciding_time())


def identify(registration: Registration, at: datetime) -> Known:
    """Decide which organisation and project the registration is about, making a prospect where nobody knew it.

    What a person said counts before everything; then what was decided before; then the engine's surest match.
    """
    matches = customer_matches(registration)
    customer_id = _customer(registration, matches) or _new_prospect(registration, at)
    if registration.customer_id != customer_id or registration.project_id is None:
        registration.customer = Account.objects.get(pk=customer_id)
        registration.project = _project(registration, at)
        registration.save(update_fields=["customer", "project", "updated_at"])
    published = registration.tender_published_on
    if published and registration.project_id and registration.project.tender_published_on is None:
        registration.project = note_publication(registration.project_id, published, actor=SCREENING, at=at)
    return relate(registration, customer_id, matches)


def _customer(registration: Registration, matches: list[Match]) -> int | None:
    """Return the organisation that the typed customer is for sure; None if nobody knows it."""
    same = MatchDecision.objects.filter(
        registration=registration, customer__isnull=False, verdict=MatchVerdict.SAME
    ).order_by("-decided_at")
    decided = same.values_list("customer_id", flat=True).first()
    if decided is not None:
        return decided
    if registration.customer_id is not None:
        return registration.customer_id
    return surest(matches, chosen=registration.customer_account_id)


def _new_prospect(registration: Registration, at: datetime) -> int:
    """Make a prospect of a customer nobody knew; two filings of one name at once make one."""
    candidate = candidate_of(registration)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [normalise(candidate.name).core]
            )
        found = _customer(registration, customer_matches(registration))
        if found is not None:
            return found
    return become_prospect(candidate=candidate, territory=registration.territory, actor=SCREENING, at=at).pk


def _project(registration: Registration, at: datetime):
    """Return the project named: one a person said is the same, else by its name or tender number."""
    same = (
        MatchDecision.objects.filter(
            registration=registration,
            project__account_id=registration.customer_id,
            verdict=MatchVerdict.SAME,
        )
        .order_by("-decided_at")
        .select_related("project")
        .first()
    )
    if same is not None:
        return same.project
    project, _created = find_or_create(
        account=registration.customer,
        name=registration.project_name,
        tender_number=registration.tender_number,
        territory=registration.territory,
        actor=SCREENING,
        at=at,
    )
    return project


def outcome(verdict: Verdict, registration: Registration, line: RegistrationLine) -> str:
    """Return the state that follows from a verdict on a line under the terms in force (domain: screen).

    It follows from the class that the partner is shown: what may not be disclosed stays in review until a person
    decides, so that the state shown is always the one stored. Where the programme has a wait-list, a scope that is
    only protected for another is waited for.
    """
    terms = terms_of(registration, line.received_at)
    match shown_class(verdict.hits, hidden_codes(terms)):
        case VerdictClass.BLOCK:
            return State.CONFLICT_HOLD if waits(verdict, terms) else State.REJECTED
        case VerdictClass.HOLD:
            return State.CONFLICT_HOLD
        case VerdictClass.ASK:
            return State.ACTION_REQUIRED
        case VerdictClass.REVIEW:
            return State.IN_REVIEW
    return State.APPROVED if _auto_approves(registration, line, terms) else State.IN_REVIEW


def waits(verdict: Verdict, terms: ProgrammeTerms) -> bool:
    """Tell whether a line goes on the wait-list: of what may be told, nothing blocks it but a taken scope."""
    blocking = {hit.code for hit in _told_blocks(verdict, terms)}
    return terms.taken_scope == TakenScope.WAIT and blocking == {"R05"}


def _told_blocks(verdict: Verdict, terms: ProgrammeTerms) -> list[Hit]:
    """Return the hits that block and may be told."""
    hidden = hidden_codes(terms)
    return [hit for hit in verdict.hits if hit.class_ is VerdictClass.BLOCK and hit.code not in hidden]


def _auto_approves(registration: Registration, line: RegistrationLine, terms: ProgrammeTerms) -> bool:
    """Tell whether tier and value allow approval without a person."""
    if not terms.auto_approve or registration.value is None:
        return False
    ceiling = benefits_at(registration.partner, line.received_at).auto_approval_ceiling.get(
        registration.value.currency.code
    )
    return ceiling is not None and registration.value.amount <= type(registration.value.amount)(str(ceiling))


def _carry_out(registration, lines, line, verdict: Verdict, target: str, at: datetime) -> None:
    """Place or end the claim, move the line, write the event, and do what the new state asks for."""
    terms = terms_of(registration, line.received_at)
    changes = {
        "verdict": verdict.to_json(),
        "screened_at": at,
        "waits_for_release": target == State.CONFLICT_HOLD and waits(verdict, terms),
    }
    if target == State.REJECTED:
        claims.end(line, at)
        code = next(hit.code for hit in _told_blocks(verdict, terms) if hit.code in REASONS)
        changes |= {"reason": REASONS[code], "decided_at": at, "ended_at": at}
    else:
        claims.place_pending(line, registration)
        if target == line.state and verdict.to_json() == line.verdict:
            return  # screened again with the same answer: nothing happened that anybody should be told
    waited = line.is_waiting_for_release
    facts = {
        "lines": [line.line.code],
        "verdict_class": verdict.class_.name.lower(),
        "verdict": verdict.to_json(),
    }
    if target == State.APPROVED:
        # Approved by rule: the same door as a person's approval.
        line.verdict, line.screened_at = verdict.to_json(), at
        line.save(update_fields=["verdict", "screened_at"])
        protect_lines(registration, lines, [line], actor=SCREENING, at=at, transition="screen", facts=facts)
        return
    move_all(
        LINE_WORKFLOW,
        [line],
        "screen",
        actor=SCREENING,
        at=at,
        to=target,
        changes=changes,
        event_obj=registration,
        partner_id=registration.partner_id,
        facts=facts
        | {"codes": sorted(verdict.codes), "waits": changes["waits_for_release"], "waited": waited},
    )
    if target == State.ACTION_REQUIRED:
        _ask(registration, verdict, at)
    refresh(registration, lines, at)


def _ask(registration: Registration, verdict: Verdict, at: datetime) -> None:
    """Ask the dealer for what the check found missing, unless something is asked for already."""
    from .deciding import information_due

    hit = next(hit for hit in verdict.hits if hit.code == "R12")
    fields = [
        *(["value"] if "minimum" in hit.evidence else []),
        *(["documents"] if "documents" in hit.evidence else []),
    ]
    request = InformationRequest.objects.filter(registration=registration, answered_at__isnull=True).first()
    if request is None:
        InformationRequest.objects.create(
            registration=registration,
            fields=fields,
            message="",
            asked_at=at,
            due_at=information_due(registration, at),
        )
    else:
        request.fields = sorted(set(request.fields) | set(fields))
        request.save(update_fields=["fields"])
