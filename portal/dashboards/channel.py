"""A channel manager's dashboard: what waits for a decision, how the promises stand, what was decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.ui.charts import BarChart, Series
from crm.territories.scopes import within_scopes
from deal_registration.enums import LIVE, State
from deal_registration.models import Registration, RegistrationLine
from deal_registration.prechecks.selectors import waiting_questions
from deal_registration.promises import PromiseClock, promise_of
from deal_registration.selectors import review_queue

SHORT = 6
WEEK = 7


@dataclass(frozen=True, slots=True)
class ChannelDashboard:
    """What the channel manager's section draws."""

    waiting: int
    overdue: int
    due_soon: int
    approved: int
    rejected: int
    ending: int
    questions: int
    queue: list[tuple[Registration, PromiseClock]]
    chart: BarChart | None

    @property
    def decided(self) -> int:
        """How many lines were decided within the week."""
        return self.approved + self.rejected


def gather(actor, *, at: datetime) -> ChannelDashboard:
    """Read the channel manager's section as of ``at``."""
    queue = review_queue(actor)
    promises = queue.order_by().aggregate(
        waiting=Count("pk"),
        overdue=Count("pk", filter=Q(due_at__lt=at)),
        due_soon=Count("pk", filter=Q(due_at__gte=at, due_at__lt=at + timedelta(days=1))),
    )
    inside = RegistrationLine.objects.filter(
        within_scopes(
            actor, "registrations.decide", territory="registration__territory__path", line="line_id"
        )
    )
    week = at - timedelta(days=WEEK)
    decided = inside.aggregate(
        approved=Count("pk", filter=Q(decided_at__gt=week) & ~Q(state=State.REJECTED)),
        rejected=Count("pk", filter=Q(decided_at__gt=week, state=State.REJECTED)),
        ending=Count(
            "pk",
            filter=Q(
                state=State.APPROVED, protected_until__gt=at, protected_until__lte=at + timedelta(days=14)
            ),
        ),
    )
    first = [(row, promise_of(row.due_at, at=at)) for row in queue[:SHORT]]
    return ChannelDashboard(
        **promises, **decided, questions=waiting_questions(actor), queue=first, chart=_chart(actor)
    )


def _chart(actor) -> BarChart | None:
    """Return the running registrations in scope by status; None where there is none."""
    rows = dict(
        Registration.objects.visible_to(actor)
        .filter(state__in=LIVE)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    total = sum(rows.values())
    if not total:
        return None
    order = (State.SCREENING, State.IN_REVIEW, State.ACTION_REQUIRED, State.CONFLICT_HOLD, State.APPROVED)
    waiting = total - rows.get(State.APPROVED, 0)
    return BarChart(
        title=ngettext(
            "%(waiting)s of %(total)s running registration is not decided yet",
            "%(waiting)s of %(total)s running registrations are not decided yet",
            total,
        )
        % {"waiting": waiting, "total": total},
        labels=[str(State(state).label) for state in order],
        series=[Series(_("Registrations"), [rows.get(state, 0) for state in order])],
        unit=_("registrations"),
        horizontal=True,
    )
