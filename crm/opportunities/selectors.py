"""Reads about opportunities: who gets a new one, what stands open on a scope, the funnel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from crm.territories.models import StaffScope, Territory

from .enums import OpportunityState
from .models import Opportunity, Stage


def owner_for(territory: Territory, line_ids: Iterable[int]) -> int | None:
    """Return the user who works opportunities there most narrowly: deepest territory, then fewest lines, then first.

    None where nobody's scope covers the place and any of the lines. Two queries.
    """
    wanted = set(line_ids)
    steps = range(Territory.steplen, len(territory.path) + 1, Territory.steplen)
    above = [territory.path[:end] for end in steps]
    scopes = (
        StaffScope.objects.filter(
            Q(territory__isnull=True) | Q(territory__path__in=above), user__is_active=True
        )
        .select_related("role", "territory")
        .prefetch_related("lines")
        .order_by("pk")
    )
    best: tuple[int, int, int] | None = None
    owner = None
    for scope in scopes:
        lines = {line.pk for line in scope.lines.all()}
        if "opportunities.work" not in scope.role.permissions or (lines and not lines & wanted):
            continue
        depth = len(scope.territory.path) if scope.territory is not None else 0
        rank = (-depth, len(lines) or 1_000_000, scope.pk)
        if best is None or rank < best:
            best, owner = rank, scope.user_id
    return owner


def open_direct_on(
    account_ids: Iterable[int], line_id: int, *, before: datetime, active_since: datetime
) -> QuerySet[Opportunity]:
    """Return open direct opportunities of these customers on a product line, created before an instant and with

    activity since another; what the conflict check asks for.
    """
    return (
        Opportunity.objects.open()
        .direct()
        .filter(
            account_id__in=list(account_ids),
            lines__line_id=line_id,
            created_at__lt=before,
            last_activity_at__gte=active_since,
        )
        .order_by("created_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One stage of the funnel: how many open opportunities, and their values by currency."""

    stage: Stage
    count: int
    values: dict[str, Decimal]


def funnel(opportunities: QuerySet[Opportunity]) -> list[FunnelStep]:
    """Return the stages in order with what of ``opportunities`` is open in each; two queries."""
    rows = (
        Opportunity.objects.filter(pk__in=opportunities.order_by().values("pk"), state=OpportunityState.OPEN)
        .order_by("stage_id", "value_currency")
        .values("stage_id", "value_currency")
        .annotate(number=Count("pk"), total=Sum("value"))
    )
    counts: dict[int, int] = {}
    values: dict[int, dict[str, Decimal]] = {}
    for row in rows:
        counts[row["stage_id"]] = counts.get(row["stage_id"], 0) + row["number"]
        values.setdefault(row["stage_id"], {})[row["value_currency"]] = row["total"]
    stages = Stage.objects.filter(Q(is_active=True) | Q(pk__in=list(counts))).order_by("order", "pk")
    return [FunnelStep(stage, counts.get(stage.pk, 0), values.get(stage.pk, {})) for stage in stages]
