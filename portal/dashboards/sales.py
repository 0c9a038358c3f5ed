"""A sales rep's dashboard: their opportunities, what is due, the funnel, newly protected deals."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.ui.charts import BarChart, Series
from crm.activities.models import Activity
from crm.opportunities.models import Opportunity, Stage

SHORT = 6
DUE_DAYS = 7
NEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class SalesDashboard:
    """What the sales rep's section draws."""

    at: datetime
    own: list[Opportunity]
    own_count: int
    due: list[Activity]
    overdue_count: int
    protected: list[Opportunity]
    chart: BarChart | None


def gather(actor, *, at: datetime) -> SalesDashboard:
    """Read the sales rep's section as of ``at``."""
    visible = Opportunity.objects.visible_to(actor)
    own = visible.open().filter(owner_id=actor.user_id)
    due = Activity.objects.visible_to(actor).filter(
        done_by_id=actor.user_id, done_at__isnull=True, due_at__lte=at + timedelta(days=DUE_DAYS)
    )
    counts = due.order_by().aggregate(overdue=Count("pk", filter=Q(due_at__lt=at), distinct=True))
    return SalesDashboard(
        at=at,
        own=list(
            own.select_related("account", "stage").order_by(
                F("expected_close_on").asc(nulls_last=True), "pk"
            )[:SHORT]
        ),
        own_count=own.count(),
        due=list(due.select_related("account", "opportunity").order_by("due_at", "pk")[:SHORT]),
        overdue_count=counts["overdue"],
        protected=list(
            visible.open()
            .filter(
                partner_account__isnull=False,
                protection_ends_at__gt=at,
                created_at__gt=at - timedelta(days=NEW_DAYS),
            )
            .select_related("account", "partner_account")
            .order_by("-created_at", "-pk")[:SHORT]
        ),
        chart=_funnel(visible),
    )


def _funnel(visible) -> BarChart | None:
    """Return the open opportunities in scope by stage; None where there is none."""
    rows = dict(visible.open().order_by().values_list("stage_id").annotate(count=Count("pk", distinct=True)))
    total = sum(rows.values())
    if not total:
        return None
    stages = [stage for stage in Stage.objects.order_by("order") if stage.is_active or stage.pk in rows]
    return BarChart(
        title=ngettext(
            "%(total)s open opportunity on its way through the funnel",
            "%(total)s open opportunities on their way through the funnel",
            total,
        )
        % {"total": total},
        labels=[stage.name for stage in stages],
        series=[Series(_("Opportunities"), [rows.get(stage.pk, 0) for stage in stages])],
        unit=_("opportunities"),
        horizontal=True,
    )
