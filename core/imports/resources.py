"""What an app says about rows it lets in: columns and cleaning (django-import-export), judging, writing, taking back.

A resource lives for one job or one page: it is made for one actor, and may keep what it looked up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, ClassVar

from django.core.exceptions import ValidationError
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from import_export import resources

from core.access.actor import Actor
from core.ui.names import SUFFIXES

from .headings import unescape
from .judging import Judged, Problem, Written
from .reading.parent import Asked, Limits, Sheet

FLAGS = {
    "formula": _("This cell holds a formula. Write its value instead."),
    "lossy": _("The spreadsheet rounded this number. Make the column text and type it again."),
    "fault": _("The spreadsheet shows an error here."),
    "long": _("This is far too long."),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column a resource understands. ``names``: what else it may be called in a heading."""

    field: str
    label: Any
    help: Any = ""
    required: bool = False
    names: tuple[str, ...] = ()

    def all_names(self) -> list[str]:
        """Return all a heading may call it: field name, label in each language, other names."""
        labels = []
        for language in SUFFIXES:
            with translation.override(language):
                labels.append(str(self.label))
        return [self.field, self.field.replace("_", " "), *labels, *self.names]


@dataclass(frozen=True, slots=True)
class Card:
    """A known object as shown beside a row: only of objects the actor may see.

    ``state`` and its words are shown as a badge; ``receipt_url`` leads to what proves it.
    """

    pk: int
    title: str
    subtitle: str
    url: str
    state: str = ""
    state_words: Any = ""
    receipt_url: str = ""


class ImportResource(resources.Resource):
    """The base of every resource that can be imported. Its fields are django-import-export's.

    Say ``name`` (as in addresses and rows), ``permission`` (what starting one needs), ``label`` and ``file_name``,
    ``key_fields`` (shown of each row in the preview), ``column_list``, and the methods below.

    ``rows_at_once``: how many rows are written in one transaction. ``can_undo``: whether a whole import can be taken
    back. ``offers_same``: whether a row that looks known may be said to be the known one. ``pages``: the folder of
    templates that stand in for those of ``imports``. ``unreadable``: words for codes of its own why a file is refused;
    ``words``: for statuses of the import and of its rows that are called otherwise here.
    """

    name: ClassVar[str] = ""
    permission: ClassVar[str] = ""
    label: ClassVar[Any] = ""
    file_name: ClassVar[str] = "import"
    model: ClassVar[type]
    list_url_name: ClassVar[str] = ""
    start_url_name: ClassVar[str] = ""
    template_url_name: ClassVar[str] = ""
    key_fields: ClassVar[tuple[str, ...]] = ()
    column_list: ClassVar[tuple[Column, ...]] = ()
    rows_at_once: ClassVar[int] = 25
    can_undo: ClassVar[bool] = True
    offers_same: ClassVar[bool] = True
    pages: ClassVar[str] = "imports"
    unreadable: ClassVar[Mapping[str, Any]] = {}
    words: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, actor: Actor):
        super().__init__()
        self.actor = actor
        self.source_ref = ""  # of the import at hand, while its rows are written

    def page(self, name: str) -> list[str]:
        """Return the template of a page: the resource's own where it has one, else that of every import."""
        return [f"{self.pages}/{name}", f"imports/{name}"]

    # --- the file

    def limits(self) -> Limits:
        """Return how much of a file is read."""
        return Limits()

    def way_to_read(self, file: BinaryIO, asked: Asked) -> Asked:
        """Return how the file is to be read; raises ``NotReadable`` with a code of ``unreadable`` for a wrong one."""
        return asked

    def mapping_of(self, sheet: Sheet, asked: Asked) -> list[str] | None:
        """Return which column holds what where the file leaves no doubt: nobody is asked then. None: ask.

        Raises ``NotReadable`` for a sheet that is not what it should be.
        """
        return None

    def template_response(self, kind: str, at: datetime) -> HttpResponseBase:
        """Return an empty table to fill in, as ``csv`` or ``xlsx``."""
        from .sheets import template_response

        return template_response(kind, self, at)

    def errors_response(self, kind: str, source: Any, at: datetime) -> HttpResponseBase:
        """Return the rows of an import that were or would be left out, to be mended and sent again."""
        from .sheets import errors_response

        return errors_response(kind, source, self.actor, at)

    def summary(self, source: Any) -> Mapping[str, Any]:
        """Return what the page of the result shows beside the rows, for a template of the resource's own."""
        return {}

    # --- columns and cleaning

    @cached_property
    def columns(self) -> list[Column]:
        """The columns the actor may fill."""
        return [column for column in self.column_list if self.may_fill(column.field)]

    def may_fill(self, field: str) -> bool:
        """Tell whether the actor may fill a column; by default every one."""
        return True

    def prepare(self) -> None:
        """Look up what cleaning needs, once for all rows."""

    def clean(
        self, number: int, cells: Sequence[str], flags: Mapping[str, str], mapping: Sequence[str]
    ) -> Judged:
        """Return one row with its values by field; an empty cell says nothing and is not among them."""
        judged = Judged(number)
        judged.texts = self.texts_of(cells, mapping)
        for index, flag in flags.items():
            at = int(index)
            field = mapping[at] if at < len(mapping) else ""
            if field:
                value = cells[at] if at < len(cells) else ""
                judged.refuse(Problem.of(FLAGS.get(flag, FLAGS["fault"]), field=field, value=value))
        refused = {problem.field for problem in judged.problems}
        row = {self.fields[field].column_name: text for field, text in judged.texts.items()}
        for column in self.columns:
            text = judged.texts.get(column.field, "")
            if not text or column.field in refused:
                continue
            try:
                judged.values[column.field] = self.fields[column.field].clean(row)
            except ValidationError as error:
                judged.refuse(Problem.from_error(error, field=column.field, value=text))
        return judged

    def texts_of(self, cells: Sequence[str], mapping: Sequence[str]) -> dict[str, str]:
        """Return a row's text by field, with the apostrophes of an export taken off."""
        texts = {}
        for field, cell in zip(mapping, cells, strict=False):
            if field in self.fields and (text := unescape(cell.strip()).strip()):
                texts[field] = text
        return texts

    # --- what an app says

    def judge(self, rows: Sequence[Judged]) -> None:
        """Find out what each of these cleaned rows would do; called batch by batch, in the order of the file."""
        raise NotImplementedError

    def finish_judging(self) -> Mapping[int, Problem | int]:
        """After all rows: problems only the whole file shows, or the turn in writing (from 0), by row number."""
        return {}

    def mapping_problem(self, named: Sequence[str]) -> Any:
        """Return why rows cannot be made of these fields alone, in words; "" where they can."""
        return ""

    def write(self, judged: Judged, *, target: int | None, is_decided: bool, at: datetime) -> Written:
        """Write one row through the services, in the transaction at hand.

        ``target``: the object to change; None: create one. ``is_decided``: a person said it is this one, so the row's
        name is remembered. Raises ``RowRefused`` or an error with words for people.
        """
        raise NotImplementedError

    def take_back(self, written: Written, *, at: datetime) -> None:
        """Take one created object back; the mechanism has seen that nothing hangs on it. Raises ``RowRefused``."""
        raise NotImplementedError

    def put_back(self, written: Written, *, at: datetime) -> list[str]:
        """Put an object's fields back where they are as the import left them; return the fields that are not."""
        raise NotImplementedError

    def cards(self, pks: Iterable[int]) -> Mapping[int, Card]:
        """Return the objects the actor may see, to be shown."""
        raise NotImplementedError

    def shown(self, field: str, text: str) -> str:
        """Return a value of a preview in the reader's words."""
        return text

    def reason_words(self, reasons: Iterable[str]) -> str:
        """Return why two are alike, in words."""
        return ""

    def label_of(self, field: str) -> Any:
        """Return a field's label, not yet translated; the field itself for one that is no column."""
        return next((column.label for column in self.column_list if column.field == field), field)

    # --- what hangs on an object

    def hanging_on(self, pk: int) -> list:
        """Return the names, not yet translated, of what points at an object of ``model``; found by introspection."""
        hanging = []
        for relation in self.model._meta.get_fields(include_hidden=True):
            if not relation.auto_created or not (relation.one_to_many or relation.one_to_one):
                continue  # of a many-to-many relation the rows of its table point here, too
            related = relation.related_model
            rows = related._base_manager.filter(**{relation.field.name: pk})
            if rows.exists():
                hanging.append(related._meta.verbose_name)
        return hanging
