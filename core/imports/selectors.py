"""Reads for the pages of an import; everything a page needs in a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor
from core.jobs.models import Job, JobState
from core.ui.paging import Page, page_of

from .enums import Action, Choice, ImportState, Outcome, Undo
from .judging import Problem
from .models import Import, ImportRow
from .registry import resource_class
from .resources import Card, ImportResource
from .services.starting import CHECK, READ
from .services.undoing import UNDO
from .services.writing import WRITE

JOBS = {
    ImportState.READING: READ,
    ImportState.CHECKING: CHECK,
    ImportState.WRITING: WRITE,
    ImportState.UNDOING: UNDO,
}


@dataclass(frozen=True, slots=True)
class Work:
    """What a job is doing: how many of how many rows; ``stopped``: it will not go on by itself."""

    done: int
    total: int
    stopped: bool

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(self.done * 100 // self.total, 100) if self.total else 0


def work_of(source: Import) -> Work | None:
    """Return what is being done with an import; None where nothing is."""
    kind = JOBS.get(source.state)
    if kind is None:
        return None
    total = source.row_count if source.state != ImportState.READING else 0
    if source.state == ImportState.UNDOING:
        total = source.counts.get(Outcome.CREATED, 0) + source.counts.get(Outcome.UPDATED, 0)
    state = Job.objects.filter(key=source.job_key(kind)).values_list("state", flat=True).first()
    return Work(source.done_count, total, state == JobState.FAILED)


@dataclass(frozen=True, slots=True)
class TwinShown:
    """A known object beside a row, and why; ``at`` is its place among those found."""

    at: int
    card: Card
    is_sure: bool
    reasons: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row of the preview or of the result, in words."""

    row: ImportRow
    title: str
    details: str
    problems: list[tuple[str, Problem]]
    changes: list[tuple[str, str, str]]
    twins: list[TwinShown]
    card: Card | None

    @property
    def is_its_card(self) -> bool:
        """Whether the row's title is the name of the object it changes or made, and leads there."""
        return self.card is not None and self.card.title == self.title and not self._offers

    @property
    def shows_card(self) -> bool:
        """Whether the object it changes or made is named below it."""
        return self.card is not None and not self.is_its_card and not self._offers

    @property
    def _offers(self) -> bool:
        return bool(self.twins) and not self.row.outcome

    @property
    def state(self) -> str:
        """What the row's badge says."""
        row = self.row
        if row.undo == Undo.KEPT:
            return "kept"
        return row.undo or row.outcome or row.action

    @property
    def state_words(self) -> str:
        """The badge in words."""
        row = self.row
        if row.undo:
            return row.get_undo_display()
        return row.get_outcome_display() if row.outcome else row.get_action_display()


def resource_of(source: Import, actor: Actor) -> ImportResource:
    """Return the resource of an import, made for ``actor``."""
    return resource_class(source.resource)(actor)


TABS: dict[str, dict[str, Any]] = {
    "all": {},
    **{str(action): {"action": action} for action in Action},
    "undecided": {"action": Action.TWIN, "choice": ""},
}
RESULT_TABS: dict[str, dict[str, Any]] = {
    "all": {},
    **{str(outcome): {"outcome": outcome} for outcome in Outcome},
    **{str(undo): {"undo": undo} for undo in Undo},
}


def rows_page(
    source: Import, resource: ImportResource, *, tab: str, number: str | None, size: str | None
) -> tuple[Page, list[RowShown]]:
    """Return one page of rows under a tab, ready to show."""
    tabs = TABS if source.state == ImportState.PREVIEW else RESULT_TABS
    page = page_of(source.rows.filter(**tabs.get(tab, {})).order_by("number"), number, size)
    return page, shown(page.rows, source, resource)


def shown(rows: list[ImportRow], source: Import, resource: ImportResource) -> list[RowShown]:
    """Return rows with everything about them in words; known objects only where the actor sees them."""
    pks = {twin.pk for row in rows for twin in row.twins} | {row.target_id for row in rows} - {None}
    cards = resource.cards(pks) if pks else {}
    return [_shown(row, source, resource, cards) for row in rows]


def _shown(row: ImportRow, source: Import, resource: ImportResource, cards) -> RowShown:
    texts = resource.texts_of(row.cells, source.mapping)
    keys = [texts[field] for field in resource.key_fields if texts.get(field)]
    problems = [*row.problems, *([row.result_problem] if row.result_problem else [])]
    twins = [
        TwinShown(
            at,
            cards[twin.pk],
            twin.is_sure,
            resource.reason_words(twin.reasons),
            row.choice == Choice.SAME and row.target_id == twin.pk,
        )
        for at, twin in enumerate(row.twins)
        if twin.pk in cards
    ]
    changes = [
        (str(resource.label_of(field)), resource.shown(field, before), resource.shown(field, after))
        for field, (before, after) in row.judgement.get("changes", {}).items()
    ]
    return RowShown(
        row,
        keys[0] if keys else next((cell for cell in row.cells if cell.strip()), ""),
        " · ".join(keys[1:]),
        [(str(resource.label_of(problem.field)) if problem.field else "", problem) for problem in problems],
        changes,
        twins,
        cards.get(row.target_id),
    )


def undecided_count(source: Import) -> int:
    """Return how many rows look known and are not decided."""
    return source.rows.filter(**TABS["undecided"]).count()


def will_write(source: Import) -> dict[str, int]:
    """Return how many rows would be created, changed and left out, as things are decided now."""
    twins = source.rows.filter(action=Action.TWIN).order_by()
    created = twins.filter(choice=Choice.CREATE).count()
    same = twins.filter(choice=Choice.SAME).count()
    counts = source.counts
    return {
        "created": counts.get(Action.CREATE, 0) + created,
        "updated": counts.get(Action.UPDATE, 0) + same,
        "unchanged": counts.get(Action.UNCHANGED, 0),
        "left_out": counts.get(Action.ERROR, 0) + counts.get(Action.TWIN, 0) - created - same,
    }
