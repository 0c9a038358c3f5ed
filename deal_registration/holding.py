"""How much a partner holds open, how much of that sleeps, and how many slots it has: what R13 judges."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import Coalesce, Greatest

from core.access.actor import Actor
from partners.models import Partner
from partners.selectors import terms_at
from partners.terms import ProgrammeTerms

from .enums import LIVE, State
from .models import Registration
from .slots import Record, SlotRule, slots

# While a registration is in other hands, nobody expects its dealer to do anything about it.
AWAITS_ITS_DEALER = (State.APPROVED, State.ACTION_REQUIRED)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a partner holds at an instant. ``idle``: those of ``open`` that saw no activity for the programme's days."""

    open: int
    idle: int
    slots: int
    record: Record
    terms: ProgrammeTerms

    @property
    def base(self) -> int:
        """The slots that a partner begins with."""
        return self.terms.slots

    @property
    def nearly_all(self) -> int:
        """From how many on the meter warns."""
        return self.slots - 1

    @property
    def earned(self) -> int:
        """The slots earned by reporting in time, before floor and ceiling."""
        return self.terms.slots_per_honest_close * self.record.honest

    @property
    def lost(self) -> int:
        """The slots lost by silence, before floor and ceiling."""
        return self.terms.slots_per_silent_expiry * self.record.silent

    @property
    def is_over(self) -> bool:
        """Whether more is open than the slots allow."""
        return self.open > self.slots

    @property
    def too_idle(self) -> bool:
        """Whether too large a share sleeps."""
        return (
            self.open >= self.terms.idle_least_open and 100 * self.idle > self.terms.idle_percent * self.open
        )


def holding_of(
    partner_id: int, terms: ProgrammeTerms, at: datetime, *, without: int | None = None
) -> Holding:
    """Return what a partner holds of what came in until ``at``, without the registration ``without``; two queries.

    Activity is what the registration itself saw (filed, answered, approved …) or its opportunity in the CRM. How
    earlier ones ended is read as of ``at``.
    """
    asleep = at - timedelta(days=terms.idle_days)
    counted = (
        Registration.objects.filter(partner_id=partner_id, state__in=LIVE, received_at__lte=at)
        .exclude(pk=without)
        .order_by()
        .annotate(
            own=Coalesce("last_activity_at", "received_at"),
            latest=Greatest("own", Coalesce("opportunity__last_activity_at", "own")),
        )
        .aggregate(
            open=Count("pk"), idle=Count("pk", filter=Q(state__in=AWAITS_ITS_DEALER, latest__lt=asleep))
        )
    )
    ended = Registration.objects.filter(
        partner_id=partner_id,
        state__in=(State.WON, State.LOST, State.EXPIRED),
        closed_at__gt=at - timedelta(days=terms.slots_window_days),
        closed_at__lte=at,
    ).aggregate(
        honest=Count("pk", filter=Q(state__in=(State.WON, State.LOST))),
        silent=Count("pk", filter=Q(state=State.EXPIRED)),
    )
    record = Record(**ended)
    return Holding(counted["open"], counted["idle"], slots(record, SlotRule.of(terms)), record, terms)


def own_holding(actor: Actor, at: datetime) -> Holding | None:
    """Return what the actor's own organisation holds at present under the terms in force; None for staff."""
    if not actor.is_dealer or actor.organisation_id is None:
        return None
    partner = Partner.objects.visible_to(actor).get(pk=actor.organisation_id)
    return holding_of(partner.pk, terms_at(partner, at), at)
