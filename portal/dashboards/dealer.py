"""A dealer's dashboard: what needs them, their running registrations, how filing went, news."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content.selectors import news_for
from core.ui.charts import BarChart, Series
from deal_registration.enums import LIVE, State
from deal_registration.holding import Holding, own_holding
from deal_registration.models import InformationRequest, Registration, RegistrationLine

from .months import month_label, months_before

ENDING_DAYS = 30
NEW_DAYS = 7
SHORT = 6
MONTHS = 6
GOOD = frozenset({State.APPROVED, State.WON})
RUNNING = frozenset({State.SCREENING, State.IN_REVIEW, State.ACTION_REQUIRED, State.CONFLICT_HOLD})


@dataclass(frozen=True, slots=True)
class DealerDashboard:
    """What the dealer's section draws."""

    may_file: bool
    questions: list[InformationRequest]
    ending: list[RegistrationLine]
    decided: list[RegistrationLine]
    drafts: list[Registration]
    running: list[Registration]
    running_count: int
    chart: BarChart | None
    news: list[Any]
    slots: Holding | None

    @property
    def needs_nothing(self) -> bool:
        """Whether nothing waits for this person."""
        return not (self.questions or self.ending or self.decided or self.drafts)


def gather(actor, *, at: datetime) -> DealerDashboard:
    """Read the dealer's section as of ``at``."""
    visible = Registration.objects.visible_to(actor)
    own = visible.filter(partner_id=actor.organisation_id)
    lines = RegistrationLine.objects.filter(registration__in=visible).select_related("registration", "line")
    protected = RegistrationLine.objects.filter(registration=OuterRef("pk"), state=State.APPROVED)
    live = visible.filter(state__in=LIVE)
    return DealerDashboard(
        may_file=actor.may("registrations.file"),
        questions=list(
            InformationRequest.objects.filter(registration__in=own, answered_at__isnull=True)
            .select_related("registration")
            .order_by("due_at", "pk")[:SHORT]
        ),
        ending=list(
            lines.filter(
                state=State.APPROVED,
                protected_until__gt=at,
                protected_until__lte=at + timedelta(days=ENDING_DAYS),
            ).order_by("protected_until", "pk")[:SHORT]
        ),
        decided=list(
            lines.filter(
                state__in=(State.APPROVED, State.REJECTED), decided_at__gt=at - timedelta(days=NEW_DAYS)
            ).order_by("-decided_at", "-pk")[:SHORT]
        ),
        drafts=list(own.filter(state=State.DRAFT).order_by("-updated_at", "-pk")[:3]),
        running=list(
            live.annotate(
                protected_until=Subquery(
                    protected.order_by()
                    .values("registration")
                    .annotate(end=Min("protected_until"))
                    .values("end")
                )
            )
            .prefetch_related("lines__line__family")
            .order_by("-received_at", "-pk")[:SHORT]
        ),
        running_count=live.count(),
        chart=_chart(visible, at),
        news=list(news_for(actor)[:3]),
        slots=own_holding(actor, at),
    )


def _chart(visible, at: datetime) -> BarChart | None:
    """Return the filings of the last months by what became of them; None where there is none yet."""
    begins = months_before(at, MONTHS)
    rows = (
        visible.filter(received_at__gte=begins[0])
        .annotate(month=TruncMonth("received_at", tzinfo=timezone.get_current_timezone()))
        .order_by()
        .values("month")
        .annotate(
            good=Count("pk", filter=Q(state__in=GOOD)),
            running=Count("pk", filter=Q(state__in=RUNNING)),
            total=Count("pk"),
        )
    )
    by_month = {(row["month"].year, row["month"].month): row for row in rows}
    counted = [
        by_month.get((begin.year, begin.month), {"good": 0, "running": 0, "total": 0}) for begin in begins
    ]
    total = sum(row["total"] for row in counted)
    if not total:
        return None
    good = sum(row["good"] for row in counted)
    return BarChart(
        title=ngettext(
            "%(good)s of the %(total)s deal you filed in six months got protection",
            "%(good)s of the %(total)s deals you filed in six months got protection",
            total,
        )
        % {"good": good, "total": total},
        labels=[month_label(begin) for begin in begins],
        series=[
            Series(_("Protected or won"), [row["good"] for row in counted]),
            Series(_("Being decided"), [row["running"] for row in counted]),
            Series(_("Ended otherwise"), [row["total"] - row["good"] - row["running"] for row in counted]),
        ],
        unit=_("registrations"),
        stacked=True,
    )
