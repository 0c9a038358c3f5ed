"""What happened to a partner, in readers' words."""

from functools import cached_property

from core.access.actor import Actor
from core.access.models import Role
from core.ledger.timelines import TimelineEntry
from core.ui.names import local_name
from crm.catalog.models import ProductLine
from crm.story import day, story_of
from crm.territories.models import Territory

from .enums import Exclusivity, PartnerType
from .models import Partner, Programme, Tier


class _Names:
    """Names of reference data by code, each table asked at most once."""

    def __init__(self, model):
        self.model = model

    @cached_property
    def by_code(self) -> dict[str, str]:
        """Return the names in the reader's language."""
        return {row.code: local_name(row) for row in self.model.objects.all()}

    def __call__(self, code) -> str:
        """Return the name of a code; a code that is gone is shown as it is."""
        return self.by_code.get(code, str(code))


def story_of_partner(partner: Partner, actor: Actor, *, limit: int = 30) -> list[TimelineEntry]:
    """Return what happened to ``partner`` as ``actor`` may see it, newest first."""
    words = {
        "type": lambda value: str(PartnerType(value).label) if value in PartnerType.values else "",
        "exclusivity": lambda value: str(Exclusivity(value).label) if value in Exclusivity.values else "",
        "shares_with_parent": lambda value: "✓" if value else "✗",
        "programme": _Names(Programme),
        "tier": _Names(Tier),
        "role": _Names(Role),
        "line": _Names(ProductLine),
        "territory": _Names(Territory),
        "valid_from": day,
        "valid_until": day,
    }
    return story_of(partner, actor, words=words, limit=limit)
