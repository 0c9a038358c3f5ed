"""A contested scope for the tests of disputes: a rival is protected, own filed the same and was refused."""

from dataclasses import dataclass
from types import SimpleNamespace

from django.utils import timezone

from deal_registration.disputes import services
from deal_registration.disputes.enums import Outcome, Remedy
from deal_registration.disputes.models import ContestedLine, Dispute
from deal_registration.disputes.plans import Plan
from deal_registration.disputes.services.ruling import Reasons
from tests.cast import actor_of, run_all_jobs

TEXT = "We named the buyer and the drawing number four weeks before."
FREE = Reasons(
    "The earlier and better documented claim counts.", frozenset({"R05"}), "First come, first served"
)


@dataclass
class Contest:
    """The cast in the making, the rival's protected registration and own refused one."""

    cast: object
    theirs: object
    own: object
    lines: list

    @property
    def dealer(self):
        return actor_of(self.cast.dealer_sales)

    @property
    def rival(self):
        return actor_of(self.cast.rival)

    @property
    def manager(self):
        return actor_of(self.cast.channel_manager)

    @property
    def head(self):
        if not hasattr(self, "_head"):
            self._head = self.cast.make_staff("channel_head", "channel_head")
        return actor_of(self._head)

    def fresh(self) -> SimpleNamespace:
        """Return both registrations, fresh."""
        self.theirs.refresh_from_db()
        self.own.refresh_from_db()
        return SimpleNamespace(own=self.own, theirs=self.theirs)

    def open(self, *, at=None, text=TEXT, lines=None) -> Dispute:
        """Own disputes the refusal."""
        return services.open_dispute(
            self.own.pk,
            actor=self.dealer,
            at=at or timezone.now(),
            line_ids=[line.pk for line in lines or self.lines],
            text=text,
        )

    def deliberated(self) -> Dispute:
        """Own disputes it, and everybody says that this is all: with the decider."""
        dispute = self.open()
        for actor in (self.dealer, self.rival):
            if dispute.parties.filter(partner_id=actor.organisation_id).exists():
                services.say_all(dispute.pk, actor=actor, at=timezone.now())
        dispute.refresh_from_db()
        return dispute

    def party(self, dispute, name: str):
        """Return the party ``own`` or ``rival``."""
        partner = self.cast.own_partner if name == "own" else self.cast.rival_partner
        return dispute.parties.get(partner=partner)

    def plan(self, dispute, outcome: str, holder: str = "", shares=None) -> Plan:
        """Return a plan in which ``holder`` gets every contested product line it registered."""
        holders = {}
        if holder:
            party = self.party(dispute, holder)
            rows = ContestedLine.objects.filter(party=party).select_related("registration_line")
            holders = {row.registration_line.line_id: frozenset({party.pk}) for row in rows}
        parts = {self.party(dispute, name).pk: percent for name, percent in (shares or {}).items()}
        return Plan(outcome, holders, parts)

    def rule(
        self, dispute, outcome=Outcome.AWARD, holder="own", *, by=None, reasons=FREE, shares=None, at=None
    ):
        """Rule, as the channel manager unless told otherwise."""
        return services.rule(
            dispute.pk,
            actor=by or self.manager,
            at=at or timezone.now(),
            plan=self.plan(dispute, outcome, holder, shares),
            reasons=reasons,
        )


CUSTOMER = "Contested Refinery Co., Ltd."


def contest(cast, *, lines=None, approve=True, customer_name=CUSTOMER, **changes) -> Contest:
    """Let the rival file (and be protected), then own the same customer and lines: refused, or held behind."""
    chosen = lines or [cast.lines.pumps]
    theirs = cast.file_deal(cast.rival, customer_name=customer_name, lines=chosen, own_reference="RIVAL-9")
    run_all_jobs()
    _ = cast.channel_manager
    if approve:
        cast.approve(theirs)
    own = cast.file_deal(
        cast.dealer_sales,
        **{
            "customer_name": customer_name,
            "lines": chosen,
            "own_reference": "OWN-9",
            **changes,
        },
    )
    run_all_jobs()
    own.refresh_from_db()
    return Contest(cast, theirs, own, chosen)


__all__ = ["FREE", "TEXT", "Contest", "Remedy", "contest"]
