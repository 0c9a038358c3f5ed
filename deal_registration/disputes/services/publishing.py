"""Rulings become precedents; codes overturned often propose a change of their rule."""

from datetime import datetime

from django.db import IntegrityError, transaction

from core.access.actor import Actor, system_actor
from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.ledger import record
from core.workflow import TransitionRefused, lock

from ..enums import DisputeState, ProposalState
from ..exceptions import DisputeError, NamesSomebody
from ..ladder import terms_of
from ..models import Dispute, Precedent, RuleProposal, Ruling, RulingCode, heads_the_channel
from ..names import all_known, found_in
from .case import lock_dispute

COUNTING = system_actor("disputes")


def may_publish(dispute: Dispute, ruling: Ruling | None, actor: Actor) -> bool:
    """Tell whether ``actor`` may make a precedent of a ruling: who gave it, or who heads the channel; once."""
    return (
        ruling is not None
        and dispute.state in (DisputeState.RULED, DisputeState.CLOSED)
        and actor.may("registrations.decide")
        and not actor.is_dealer
        and (ruling.decided_by_id == actor.user_id or heads_the_channel(actor))
        and not Precedent.objects.filter(ruling=ruling).exists()
    )


def publish_precedent(dispute_pk: int, *, actor: Actor, at: datetime, title: str, summary: str) -> Precedent:
    """Publish the last ruling of a dispute as a precedent, told without names; return it.

    Raises ``NamesSomebody`` where title or summary still hold a name known from the case, ``NotAllowed`` for somebody
    who did not rule, ``TransitionRefused`` where there is nothing to publish, ``Dispute.DoesNotExist`` for a stranger.
    """
    require(actor, "registrations.decide")
    if not title.strip() or not summary.strip():
        raise DisputeError
    with transaction.atomic():
        dispute = lock_dispute(Dispute.objects.visible_to(actor), dispute_pk)
        ruling = dispute.rulings.order_by("-number").first()
        if ruling is None or Precedent.objects.filter(ruling=ruling).exists():
            raise TransitionRefused(state=dispute.state)
        if not may_publish(dispute, ruling, actor):
            raise NotAllowed
        named = found_in(f"{title}\n{summary}\n{ruling.rule_text}", all_known(dispute))
        if named:
            raise NamesSomebody(named)
        precedent = Precedent.objects.create(
            ruling=ruling,
            title=title.strip(),
            summary=summary.strip(),
            outcome=ruling.outcome,
            overturns=ruling.overturns,
            published_at=at,
            published_by_id=actor.user_id,
        )
        precedent.lines.set(
            dispute.parties.filter(is_opener=True).values_list("lines__registration_line__line_id", flat=True)
        )
        record(
            "precedent.published",
            precedent,
            actor=actor,
            at=at,
            facts={"title": precedent.title, "dispute": dispute.ref, "summary": precedent.summary},
        )
    return precedent


def overturn_precedent(dispute: Dispute, at: datetime) -> None:
    """Take the precedent of a first ruling out of force, once an appeal went another way."""
    for precedent in Precedent.objects.filter(ruling__dispute=dispute, ruling__number=1, is_current=True):
        precedent.is_current = False
        precedent.save(update_fields=["is_current"])
        record("precedent.overturned", precedent, actor=COUNTING, at=at, facts={"dispute": dispute.ref})


def propose_changes(dispute: Dispute, at: datetime) -> list[RuleProposal]:
    """Propose to change the rule of each code of a final ruling that was overturned often; return the proposals.

    Of the latest rulings on the code in the programme, as many as the terms say, at least the terms' number must have
    overturned the decision; rulings that an earlier proposal looked at do not count again.
    """
    ruling = dispute.rulings.order_by("-number").first()
    if ruling is None or not ruling.overturns:
        return []
    terms = terms_of(dispute)
    programme = dispute.partner.programme
    proposals = []
    for code in ruling.codes.values_list("code", flat=True):
        latest = _latest_rulings(programme, code, terms.dispute_overruled_of)
        overturned = [row for row in latest if row.overturns]
        if len(overturned) < terms.dispute_overruled_count:
            continue
        try:
            with transaction.atomic():
                proposal = RuleProposal.objects.create(
                    programme=programme,
                    code=code,
                    overturned=len(overturned),
                    considered=len(latest),
                    opened_at=at,
                )
        except IntegrityError:  # one stands open already
            continue
        proposal.rulings.set(latest)
        record(
            "rule_proposal.opened",
            proposal,
            actor=COUNTING,
            at=at,
            facts={"code": code, "overturned": len(overturned), "considered": len(latest)},
        )
        proposals.append(proposal)
    return proposals


def _latest_rulings(programme, code: str, most: int) -> list[Ruling]:
    """Return the latest final rulings on a code in a programme that no proposal has looked at."""
    looked_at = RuleProposal.rulings.through.objects.filter(
        ruleproposal__programme=programme, ruleproposal__code=code
    )
    final = Ruling.objects.filter(
        pk__in=RulingCode.objects.filter(code=code).values("ruling_id"),
        dispute__state=DisputeState.CLOSED,
        dispute__partner__programme=programme,
    ).exclude(pk__in=looked_at.values("ruling_id"))
    of_dispute: dict[int, Ruling] = {}
    for ruling in final.order_by("-decided_at", "-pk")[: most * 2]:
        of_dispute.setdefault(ruling.dispute_id, ruling)  # the appeal's, where there was one
    return list(of_dispute.values())[:most]


def decide_proposal(proposal_pk: int, *, actor: Actor, at: datetime, state: str, note: str) -> RuleProposal:
    """Take up or dismiss a proposed change, with a word why.

    Raises ``RuleProposal.DoesNotExist`` for who does not see it, ``TransitionRefused`` for one decided already.
    """
    if state not in (ProposalState.TAKEN_UP, ProposalState.DISMISSED) or not note.strip():
        raise DisputeError
    with transaction.atomic():
        visible = RuleProposal.objects.visible_to(actor).filter(pk=proposal_pk)
        proposal = lock(RuleProposal.objects.filter(pk__in=visible.values("pk")), pk=proposal_pk)
        if actor.read_only:
            raise NotAllowed
        if proposal.state != ProposalState.OPEN:
            raise TransitionRefused(state=proposal.state)
        proposal.state, proposal.note = state, note.strip()[:600]
        proposal.decided_at, proposal.decided_by_id = at, actor.user_id
        proposal.save(update_fields=["state", "note", "decided_at", "decided_by"])
        record(
            "rule_proposal.decided",
            proposal,
            actor=actor,
            at=at,
            facts={"state": state, "note": proposal.note},
        )
    return proposal
