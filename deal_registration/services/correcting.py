"""Revoking a protection that was granted, and taking back a decision that was a mistake."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.access.actor import Actor
from core.ledger.models import Event
from core.ledger.timelines import facts_of
from core.retries import retry_on_collision
from core.workflow import TransitionRefused, move_all

from .. import claims
from ..conflicts import ClaimFact, Facts, Sameness, hits
from ..contested import contested_among
from ..enums import ClaimKind, ClaimState, RevocationReason, State
from ..exceptions import CannotRevert, InDispute, NothingChosen, RegistrationError
from ..facts import customer_matches, gather, relate
from ..models import Registration, RegistrationLine
from ..summary import refresh
from ..workflow import LINE_WORKFLOW
from .deciding import choose, open_for, refuse_own_interest
from .protection import shorten_in_crm


@retry_on_collision
def revoke(
    registration_pk: int, *, actor: Actor, at: datetime, line_ids: Iterable[int], reason: str, text: str
) -> Registration:
    """Take a protection away, with a reason of the closed list and an explanation that the dealer reads.

    The scope is free at once, the opportunity loses its protection, and what is held behind it is screened again.
    Raises ``RegistrationError`` without reason or explanation, ``NotAllowed`` outside the scope, ``MayNotDecide`` for
    an interested decider, ``NothingChosen``, ``TransitionRefused`` where a line is not protected any more.
    """
    if reason not in RevocationReason.values or not text.strip():
        raise RegistrationError(_("Choose a reason and explain it; the dealer reads both."))
    with transaction.atomic():
        registration, lines = open_for(registration_pk, actor, "registrations.decide")
        now = clock.deciding_time()
        if claims.expire_lapsed([line.line_id for line in lines], at=now):
            registration, lines = open_for(registration_pk, actor, "registrations.decide")
        chosen = choose(actor, registration, lines, line_ids)
        refuse_own_interest(actor, registration, chosen)
        event = move_all(
            LINE_WORKFLOW,
            chosen,
            "revoke",
            actor=actor,
            at=now,
            changes={
                "revocation_reason": reason,
                "reason_text": text.strip()[:600],
                "ended_at": now,
                "decided_at": now,
                "decided_by_id": actor.user_id,
            },
            event_obj=registration,
            permission_obj=registration,
            partner_id=registration.partner_id,
            facts={
                "lines": [line.line.code for line in chosen],
                "reason": reason,
                "explanation": text.strip()[:600],
            },
        )
        for line in chosen:
            claims.end(line, now)
        shorten_in_crm(registration, lines, at=now)
        refresh(registration, lines, now)
        claims.release_held(chosen, event.pk)
    return registration


@retry_on_collision
def revert(
    registration_pk: int, *, actor: Actor, at: datetime, line_ids: Iterable[int], reason: str
) -> Registration:
    """Take back a decision that was a mistake: the lines wait for a decision again, each at the place it had.

    From rejected, approved, revoked, and from withdrawn where nobody withdrew it but an answer came too late. Checked
    under the lines' locks: refused (``CannotRevert``) where another partner is protected on the scope meanwhile, or the
    same partner has filed again. A line taken back from approved protects nothing any more. The reason is read by the
    dealer. Raises ``NotAllowed`` for anybody but who may correct, ``NothingChosen``, ``TransitionRefused``.
    """
    if not reason.strip():
        raise RegistrationError(_("Say what the mistake was; the dealer reads this."))
    with transaction.atomic():
        registration, lines = open_for(registration_pk, actor, "registrations.revert")
        now = clock.deciding_time()
        if claims.expire_lapsed([line.line_id for line in lines], at=now):
            registration, lines = open_for(registration_pk, actor, "registrations.revert")
        chosen = _chosen(lines, line_ids)
        lapsed = lapsed_codes(registration)
        for line in chosen:
            if line.state == State.WITHDRAWN and line.line.code not in lapsed:
                raise CannotRevert(_("Its dealer withdrew it; only they can file it again."))
            if line.state in LINE_WORKFLOW["revert"].sources and line.state != State.APPROVED:
                _refuse_taken(registration, line, now)
        event = move_all(
            LINE_WORKFLOW,
            chosen,
            "revert",
            actor=actor,
            at=now,
            changes={
                "reason": "",
                "revocation_reason": "",
                "reason_text": "",
                "decided_at": None,
                "decided_by_id": None,
                "ended_at": None,
                "protected_until": None,
                "waits_for_release": False,
                "reminded_days": None,
            },
            event_obj=registration,
            permission_obj=registration,
            partner_id=registration.partner_id,
            facts={"lines": [line.line.code for line in chosen], "explanation": reason.strip()[:600]},
        )
        for line in chosen:
            claims.place_pending(line, registration)
        shorten_in_crm(registration, lines, at=now)
        refresh(registration, lines, now)
        claims.release_held(chosen, event.pk)
    return registration


def _chosen(lines: list[RegistrationLine], line_ids: Iterable[int]) -> list[RegistrationLine]:
    """Return the lines named, in order; raises ``NothingChosen``, ``InDispute`` for a contested one.

    Who corrects mistakes does so everywhere.
    """
    wanted = set(line_ids)
    chosen = [line for line in lines if line.line_id in wanted]
    if not chosen or len(chosen) != len(wanted):
        raise NothingChosen
    if contested_among(line.pk for line in chosen):
        raise InDispute
    return chosen


def lapsed_codes(registration: Registration) -> set[str]:
    """Return the codes of the product lines whose latest withdrawal was an answer that came too late."""
    latest: dict[str, str] = {}
    events = (
        Event.objects.about(Registration._meta.label_lower, registration.pk)
        .filter(type__in=("registration.withdrawn", "registration.lapsed"))
        .order_by("pk")
        .prefetch_related("fact_sets")
    )
    for event in events:
        for code in facts_of(event).get("lines") or ():
            latest[code] = event.type
    return {code for code, type_ in latest.items() if type_ == "registration.lapsed"}


def _refuse_taken(registration: Registration, line: RegistrationLine, now: datetime) -> None:
    """Raise ``CannotRevert`` where the scope is taken meanwhile; asked under the line's lock."""
    if registration.customer_id is None:
        raise TransitionRefused(state=line.state)
    known = relate(registration, registration.customer_id, customer_matches(registration))
    facts = gather(registration, line, known, judged_at=now)
    if "R05" in {hit.code for hit in hits(facts)}:
        raise CannotRevert(_("Meanwhile another partner is protected on this customer and product line."))
    if any(_is_own_and_live(claim, facts) for claim in facts.claims):
        raise CannotRevert(
            _("Meanwhile the same partner has another registration on this customer and product line.")
        )


def _is_own_and_live(claim: ClaimFact, facts: Facts) -> bool:
    """Tell whether a claim is another live one of the same partner on the scope."""
    same_scope = claim.sameness is Sameness.SAME and (
        claim.project_id is None or facts.project_id is None or claim.project_id == facts.project_id
    )
    live = claim.state == ClaimState.PENDING or (
        claim.state == ClaimState.APPROVED and claim.ends_at is not None and claim.ends_at > facts.judged_at
    )
    return (
        same_scope and live and claim.kind == ClaimKind.REGISTRATION and claim.partner_id == facts.partner_id
    )
