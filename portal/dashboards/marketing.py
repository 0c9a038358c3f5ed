"""Marketing's dashboard: what is published, and the way into the CMS."""

from dataclasses import dataclass
from datetime import datetime

from content.models import NewsPage

SHORT = 6


@dataclass(frozen=True, slots=True)
class MarketingDashboard:
    """What marketing's section draws."""

    news: list[NewsPage]
    live_count: int
    draft_count: int


def gather(actor, *, at: datetime) -> MarketingDashboard:
    """Read marketing's section as of ``at``; translated copies are not counted twice."""
    pages = NewsPage.objects.filter(alias_of__isnull=True)
    return MarketingDashboard(
        news=list(pages.order_by("-last_published_at", "-pk").select_related("locale")[:SHORT]),
        live_count=pages.filter(live=True).count(),
        draft_count=pages.filter(has_unpublished_changes=True).count(),
    )
