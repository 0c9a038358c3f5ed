"""What came of the rows of a sheet, as the dealer may know it: status, what is told of the check, the receipt."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

from core.access.actor import Actor
from core.imports.enums import Outcome
from core.imports.resources import Card
from core.ui.wording import listed

from ..enums import State
from ..in_force import with_terms
from ..models import Registration, RegistrationLine
from ..selectors import disclosed_verdict


def cards(actor: Actor, pks: Iterable[int]) -> Mapping[int, Card]:
    """Return the registrations ``actor`` sees among ``pks``, ready to show; three queries, however many."""
    rows = (
        Registration.objects.visible_to(actor)
        .filter(pk__in=set(pks))
        .select_related("partner")
        .prefetch_related(Prefetch("lines", RegistrationLine.objects.select_related("line")))
    )
    return {row.pk: _card(row, actor) for row in with_terms(rows)}


def _card(row: Registration, actor: Actor) -> Card:
    received = date_format(timezone.localtime(row.received_at), "DATETIME_FORMAT") if row.received_at else ""
    return Card(
        row.pk,
        row.customer_name,
        " · ".join(filter(None, (row.ref, received, listed(_told(row, actor))))),
        reverse("registrations:registration_detail", args=[row.ref]),
        row.state,
        row.get_state_display(),
        reverse("registrations:receipt_json", args=[row.ref]),
    )


def _told(row: Registration, actor: Actor) -> Iterable[str]:
    """Yield each product line with what is told of its check."""
    colon = pgettext("after a label", ": ")
    for line in row.lines.all():
        line.registration = row
        verdict = disclosed_verdict(line, actor)
        yield f"{line.line}{colon}{verdict.label}" if verdict else str(line.line)


def summary(actor: Actor, source: Any) -> Mapping[str, Any]:
    """Return how many of an import's filed rows stand where, and whether some are still being checked."""
    filed = source.rows.filter(outcome=Outcome.CREATED).values("target_id")
    states = Registration.objects.visible_to(actor).filter(pk__in=filed)
    counts = Counter(states.order_by().values_list("state", flat=True))
    return {
        "filed": sum(counts.values()),
        "stands": [(state, State(state).label, counts[state]) for state in State.values if counts[state]],
        "is_checking": bool(counts[State.SCREENING]),
        "not_filed": source.row_count - source.counts.get(Outcome.CREATED, 0),
    }
