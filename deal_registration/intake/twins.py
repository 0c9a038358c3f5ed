"""Which deals look alike: the same customer, an overlapping project, a product line in common. Pure, but for one read.

Compared are the dealer's own words with each other; nothing is looked up that the dealer does not see anyway.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.access.actor import Actor
from core.search.folding import unify
from crm.identity.normal import normalise
from crm.identity.registry_ids import parse

from ..enums import LIVE
from ..models import Registration

MOST_KNOWN = 2000  # own live registrations looked at, the newest


@dataclass(frozen=True, slots=True)
class Deal:
    """What tells one deal from another. ``pk``: of a registration, or the number of a row."""

    pk: int
    keys: frozenset[str]
    city: str
    project: str
    lines: frozenset[int]

    def is_like(self, other: "Deal") -> bool:
        """Tell whether both would protect the same thing: one customer, one project or none, a line in common."""
        return bool(
            self.keys & other.keys
            and self.lines & other.lines
            and (not self.project or not other.project or self.project == other.project)
        )

    def is_surely(self, other: "Deal") -> bool:
        """Tell whether nothing speaks against it: a registry id in common, or no two different cities."""
        by_id = any(key.startswith("id:") for key in self.keys & other.keys)
        return by_id or not self.city or not other.city or self.city == other.city


def deal_of(
    pk: int, *, name: str, registry_id: str, country: str, city: str, project: str, lines: Iterable[int]
) -> Deal:
    """Return what tells a deal from others, from what was typed."""
    keys = set()
    registered = parse(registry_id, country) if registry_id else None
    if registered is not None:
        keys.add(f"id:{registered.key}")
    normal = normalise(name)
    if normal:
        keys.add(f"name:{country}:{normal.key}")
    return Deal(pk, frozenset(keys), unify(city).strip(), unify(project).strip(), frozenset(lines))


def known_deals(actor: Actor) -> list[Deal]:
    """Return the live registrations ``actor`` sees, the newest of many; two queries."""
    rows = (
        Registration.objects.visible_to(actor)
        .filter(state__in=LIVE)
        .order_by("-received_at", "-pk")
        .prefetch_related("lines")[:MOST_KNOWN]
    )
    return [
        deal_of(
            row.pk,
            name=row.customer_name,
            registry_id=row.customer_registry_id,
            country=row.customer_country,
            city=row.customer_city,
            project=row.project_name,
            lines=[line.line_id for line in row.lines.all() if line.state in LIVE],
        )
        for row in rows
    ]


class Among:
    """Deals found by what they have in common with another."""

    def __init__(self, deals: Iterable[Deal] = ()):
        self._by_key: dict[str, list[Deal]] = {}
        for deal in deals:
            self.add(deal)

    def add(self, deal: Deal) -> None:
        """Take one deal in."""
        for key in deal.keys:
            self._by_key.setdefault(key, []).append(deal)

    def like(self, deal: Deal) -> list[Deal]:
        """Return the deals that look like ``deal``, those taken in first at the front."""
        found = {other.pk: other for key in deal.keys for other in self._by_key.get(key, ())}
        return [other for other in found.values() if other.is_like(deal)]
