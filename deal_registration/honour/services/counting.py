"""Cases from the ledger: of the registrations an event is about, of a ruling, and of everything that went before."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.apps import apps
from django.db import transaction

from core.calendars.business_time import BusinessHours
from core.calendars.selectors import default_calendar
from core.ledger.models import Event
from core.ledger.timelines import facts_of
from crm.territories.models import Territory

from ...models import Registration
from ..enums import Measure
from ..history import TYPES, Step, cases_of, quarter_of
from ..models import HonourCase, Restating

REGISTRATION = Registration._meta.label_lower
BATCH = 1000


class Calendars:
    """The open hours of every territory: its own calendar, else that of the nearest one above, else the default."""

    def __init__(self):
        self._usual = BusinessHours.of(default_calendar())
        self._own = {
            territory.path: BusinessHours.of(territory.calendar)
            for territory in Territory.objects.filter(calendar__isnull=False).select_related("calendar")
        }

    def of(self, path: str) -> BusinessHours:
        """Return the hours kept in the territory of ``path``."""
        for end in range(len(path), 0, -Territory.steplen):
            if path[:end] in self._own:
                return self._own[path[:end]]
        return self._usual


def count_registrations(ids: Collection[int], calendars: Calendars | None = None) -> int:
    """Count the cases of these registrations anew, whatever was counted before; return how many cases there are.

    Five queries, however many registrations (at most a thousand or so at once).
    """
    calendars = calendars or Calendars()
    steps: dict[int, list[Step]] = defaultdict(list)
    events = (
        Event.objects.filter(object_type=REGISTRATION, object_id__in=ids, type__in=TYPES)
        .order_by("pk")
        .values_list("object_id", "type", "at", "actor_id", "actor_system")
    )
    for object_id, kind, at, actor_id, actor_system in events.iterator(chunk_size=5000):
        steps[object_id].append(Step(kind, at, by_person=actor_id is not None and not actor_system))
    rows = []
    registrations = Registration.objects.filter(pk__in=steps, territory__isnull=False)
    for pk, state, partner_id, territory_id, path in registrations.values_list(
        "pk", "state", "partner_id", "territory_id", "territory__path"
    ):
        hours = calendars.of(path)
        rows += [
            HonourCase(
                object_type=REGISTRATION,
                object_id=pk,
                measure=case.measure,
                quarter=quarter_of(case.at, hours),
                territory_id=territory_id,
                partner_id=partner_id,
                hit=case.hit,
                seconds=case.seconds,
            )
            for case in cases_of(steps[pk], state, hours)
        ]
    _replace(REGISTRATION, ids, rows)
    return len(rows)


def count_ruling(event: Event) -> None:
    """Count a dispute by its latest ruling: whether the decision disputed was overturned.

    What is disputed says where it lies and whose it is; the app that keeps it need not be known here.
    """
    try:
        model = apps.get_model(event.object_type)
    except LookupError:
        return
    row = (
        model.objects.filter(pk=event.object_id)
        .values("territory_id", "territory__path", "partner_id")
        .first()
    )
    if row is None or row["territory_id"] is None:
        return
    case = HonourCase(
        object_type=event.object_type,
        object_id=event.object_id,
        measure=Measure.OVERTURNED,
        quarter=quarter_of(event.at, Calendars().of(row["territory__path"])),
        territory_id=row["territory_id"],
        partner_id=row["partner_id"],
        hit=bool(facts_of(event).get("overturns")),
    )
    _replace(event.object_type, [event.object_id], [case])


def _replace(object_type: str, ids: Iterable[int], rows: list[HonourCase]) -> None:
    with transaction.atomic():
        HonourCase.objects.filter(object_type=object_type, object_id__in=list(ids)).delete()
        HonourCase.objects.bulk_create(rows, batch_size=500)


def count_history(*, limit: int | None = None) -> int:
    """Count the registrations that were there before anybody counted, in order; return how many were looked at.

    Goes on where it stopped, batch by batch, each in its own transaction; ``limit`` batches at most.
    """
    calendars, done, batches = Calendars(), 0, 0
    while limit is None or batches < limit:
        kept, _created = Restating.objects.get_or_create(pk=1)
        if kept.is_counted:
            break
        ids = list(
            Registration.objects.filter(pk__gt=kept.counted_up_to, received_at__isnull=False)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        with transaction.atomic():
            count_registrations(ids, calendars)
            Restating.objects.filter(pk=1).update(
                counted_up_to=ids[-1] if ids else kept.counted_up_to, is_counted=not ids
            )
        done, batches = done + len(ids), batches + 1
    return done
