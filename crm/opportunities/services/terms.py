"""What an opportunity is found by, its lines and its first stage."""

from collections.abc import Iterable

from core import search

from ..exceptions import NoStages
from ..models import Opportunity, OpportunityLine, Stage

OBJECT_TYPE = "opportunities.opportunity"


def search_texts(opportunity: Opportunity) -> list[str]:
    """Return the texts an opportunity is found by; its account must be loaded."""
    return [opportunity.name, opportunity.account.name, opportunity.source, opportunity.ref]


def keep_in_step(opportunity: Opportunity) -> None:
    """Write the search terms as the opportunity is now."""
    search.index(OBJECT_TYPE, opportunity.pk, search_texts(opportunity))


def first_stage() -> Stage:
    """Return the stage new opportunities begin in; raises ``NoStages``."""
    stage = Stage.objects.filter(is_active=True).order_by("order", "pk").first()
    if stage is None:
        raise NoStages
    return stage


def set_lines(opportunity: Opportunity, line_ids: Iterable[int], *, keep: bool = False) -> bool:
    """Make the product lines those of ``line_ids`` (``keep``: besides those there are); return whether it changed."""
    wanted = set(line_ids)
    there = set(opportunity.lines.order_by("pk").values_list("line_id", flat=True))
    if there - wanted and not keep:
        opportunity.lines.filter(line_id__in=there - wanted).delete()
    new = sorted(wanted - there)
    OpportunityLine.objects.bulk_create(OpportunityLine(opportunity=opportunity, line_id=pk) for pk in new)
    return bool(new) or bool(there - wanted and not keep)
