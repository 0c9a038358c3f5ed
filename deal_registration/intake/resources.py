"""A sheet of filings as an import: which files are taken, what each row would do, filing row by row, what is shown."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from djmoney.money import Money

from core import clock
from core.imports import ImportResource, Judged, Problem, RowRefused, Twin, Written, register
from core.imports.enums import Action, ImportState, Outcome
from core.imports.judging import MAYBE, SURE
from core.imports.reading.parent import Asked, Limits, NotReadable, Sheet
from core.imports.resources import Card
from core.jobs.idempotency import fingerprint, once
from core.ui.exports import TYPES, rows_response
from core.ui.names import SUFFIXES
from core.ui.wording import listed
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from partners.models import Partner
from partners.selectors import BAR_MESSAGES, may_file

from .. import services
from ..exceptions import NotComplete
from ..models import Registration
from . import columns, showing, workbook
from .signing import VERSION, Note
from .templates import choices, names_of, note_of, template_mapping
from .twins import Among, Deal, deal_of, known_deals

MOST_TWINS = 3
FIELD_OF_ERROR = {"lines": "line_1", "value": "amount"}


@register
class FilingResource(ImportResource):
    """Deals to register, one a row. An Excel file has to be the signed template; a CSV file may stand in any order."""

    name = "filings"
    permission = "registrations.file"
    label = _("Deals to register")
    file_name = "deals-to-register"
    model = Registration
    list_url_name = "registrations:registration_list"
    start_url_name = "intake:sheet_new"
    template_url_name = "intake:sheet_template"
    key_fields = ("customer_name", "project_name", "customer_city")
    column_list = columns.COLUMNS
    rows_at_once = 1  # the locks of its product lines are held for one filing only
    can_undo = False
    offers_same = False
    pages = "intake"
    words = {
        ImportState.WRITING: _("Being filed"),
        ImportState.WRITTEN: pgettext_lazy("sheet", "Filed"),
        Action.CREATE: _("To be filed"),
        Action.TWIN: _("Perhaps there already"),
        Outcome.CREATED: pgettext_lazy("sheet", "Filed"),
        Outcome.SKIPPED: _("Left out"),
        Outcome.FAILED: _("Not filed"),
    }
    unreadable = {
        "not_ours": _(
            "This Excel file is not the template of this portal. Download the template and fill it in."
        ),
        "altered": _(
            "The template was changed: its headings are not as they were. Download it again and copy your rows into it."
        ),
        "outdated": _(
            "This template is no longer in use. Download the present one and copy your rows into it."
        ),
        "foreign": _(
            "This template was made for another company. Download your own and copy your rows into it."
        ),
        "no_rows": _("No row is filled in."),
        "too_many_rows": _("A sheet may hold at most %(limit)s deals. Take it in parts."),
    }

    def __init__(self, actor):
        super().__init__(actor)
        self.fields = columns.fields(self._today)
        self._note: Note | None = None
        self._seen = Among()

    def _today(self) -> datetime.date:
        return timezone.localdate(timezone=ZoneInfo(self.actor.time_zone))

    # --- the company

    @cached_property
    def partner(self) -> Partner | None:
        """The company that files; None for somebody who acts for none."""
        return Partner.objects.select_related("account").filter(pk=self.actor.organisation_id).first()

    @property
    def bars(self) -> list:
        """Why this company may not file now, in words; empty when it may."""
        return [BAR_MESSAGES[bar] for bar in may_file(self.partner, clock.now())] if self.partner else []

    @property
    def most_rows(self) -> int:
        """How many deals one sheet may hold."""
        return settings.INTAKE_MOST_ROWS

    # --- the file

    def limits(self) -> Limits:
        """Return how much of a file is read: as many rows as one sheet may file."""
        return Limits(rows=settings.INTAKE_MOST_ROWS, columns=60)

    def way_to_read(self, file: BinaryIO, asked: Asked) -> Asked:
        """Ask of an Excel file the signed note of the template; then the sheet to fill in is read."""
        if asked.format != "xlsx":
            return asked
        ref = self.partner.ref if self.partner else ""
        self._note = note_of(file, partner_ref=ref, today=self._today())
        with translation.override(self._note.language):
            return replace(asked, sheet=workbook.main_title())

    def mapping_of(self, sheet: Sheet, asked: Asked) -> list[str] | None:
        """Return the columns where the headings are exactly a template's; an Excel file has to have them."""
        languages = [self._note.language] if self._note else list(SUFFIXES)
        for language in languages:
            mapping = template_mapping(sheet.headings, language)
            if mapping is not None:
                return mapping
        if self._note:
            raise NotReadable("altered")
        return None

    def mapping_problem(self, named: Sequence[str]) -> Any:
        """Refuse a sheet without a column that every filing needs."""
        missing = [column.label for column in self.columns if column.required and column.field not in named]
        if missing:
            return _("Say which column holds: %(columns)s.") % {"columns": listed(map(str, missing))}
        return ""

    def template_response(self, kind: str, at: datetime.datetime) -> HttpResponse | FileResponse:
        """Return the signed template of this company in the reader's language, or the same columns as CSV."""
        if kind == "csv":
            return rows_response("csv", self.file_name, [[str(column.label) for column in self.columns]], at)
        return self._workbook_response(self.file_name, at)

    def errors_response(self, kind: str, source: Any, at: datetime.datetime) -> HttpResponse | FileResponse:
        """Return the rows that were not filed as the template again, their errors beside them."""
        from core.imports.sheets import errors_response, rows_with_errors

        if kind == "csv":
            return errors_response(kind, source, self.actor, at)
        rows = []
        for row in rows_with_errors(source).order_by("number").iterator(chunk_size=500):
            problems = [*row.problems, *([row.result_problem] if row.result_problem else [])]
            wrong = tuple((problem.field, problem.words) for problem in problems)
            rows.append(workbook.Filled(self.texts_of(row.cells, source.mapping), wrong))
        return self._workbook_response(f"{self.file_name}-errors", at, rows)

    def _workbook_response(
        self, name: str, at: datetime.datetime, rows: Sequence[workbook.Filled] = ()
    ) -> HttpResponse:
        until = timezone.localdate(at) + datetime.timedelta(days=settings.INTAKE_TEMPLATE_DAYS)
        language = (translation.get_language() or "en").lower()
        language = language if language in SUFFIXES else "en"
        ref, company = (self.partner.ref, self.partner.account.name) if self.partner else ("", "")
        note = Note(VERSION, ref, language, until)
        content = workbook.build(
            self.columns,
            choices(language, territories=self._territories, lines=self._lines),
            note,
            company=company,
            rows=rows,
        )
        response = HttpResponse(content, content_type=TYPES["xlsx"])
        response["Content-Disposition"] = (
            f'attachment; filename="{name}-{timezone.localtime(at):%Y-%m-%d}.xlsx"'
        )
        response["Cache-Control"] = "no-store"
        return response

    # --- what a cell may hold

    @cached_property
    def _territories(self) -> list[Territory]:
        return list(Territory.objects.visible_to(self.actor).filter(is_active=True))

    @cached_property
    def _lines(self) -> list[ProductLine]:
        return list(ProductLine.objects.visible_to(self.actor).filter(is_active=True))

    def prepare(self) -> None:
        """Learn the names and codes of territories and product lines, and what is registered already."""
        self.fields["territory"].widget.learn((names_of(row), row) for row in self._territories)
        for name in columns.LINE_FIELDS:
            self.fields[name].widget.learn((names_of(row), row) for row in self._lines)
        self._known = Among(known_deals(self.actor))

    # --- judging

    def judge(self, rows: Sequence[Judged]) -> None:
        """Find what each row lacks, and whether the same deal stands further up or is registered already."""
        for row in rows:
            for name in columns.REQUIRED:
                if name not in row.values and not any(problem.field == name for problem in row.problems):
                    row.refuse(Problem.of(_("This is needed."), field=name))
            if row.problems:
                continue
            deal = self._deal_of(row)
            row.same_as_row = min((other.pk for other in self._seen.like(deal)), default=None)
            self._seen.add(deal)
            row.twins = [
                Twin(other.pk, SURE if other.is_surely(deal) else MAYBE)
                for other in self._known.like(deal)[:MOST_TWINS]
            ]
            if row.twins or row.same_as_row is not None:
                row.action = Action.TWIN

    def _deal_of(self, row: Judged) -> Deal:
        values = row.values
        return deal_of(
            row.number,
            name=values["customer_name"],
            registry_id=values.get("customer_registry_id", ""),
            country=values["customer_country"],
            city=values.get("customer_city", ""),
            project=values.get("project_name", ""),
            lines=_line_ids(values),
        )

    # --- filing

    def write(
        self, judged: Judged, *, target: int | None, is_decided: bool, at: datetime.datetime
    ) -> Written:
        """Save the row as a draft and submit it, once for this row of this sheet whoever asks again."""
        key = f"sheet:{self.source_ref}:{judged.number}"
        print_ = fingerprint(["intake.file", judged.texts])
        ref, is_new = once(f"user:{self.actor.user_id}", key, print_, lambda: self._file(judged))
        pk = Registration.objects.filter(partner_id=self.actor.organisation_id).get(ref=ref).pk
        return Written(pk, created=True, after={"ref": ref} if is_new else {})

    def _file(self, judged: Judged) -> str:
        """File one row and return its reference; raises ``RowRefused`` where something is missing."""
        values = judged.values
        data = {name: values[name] for name in (*columns.TEXTS, "description") if name in values}
        data |= {name: values[name] for name in ("customer_country", "territory", "expected_close_on")}
        data |= {name: values[name] for name in ("opportunity_type", "tender_published_on") if name in values}
        data["value"] = Money(values["amount"], values.get("currency") or settings.DEFAULT_CURRENCY)
        contact = {name.removeprefix("contact_"): values.get(name, "") for name in columns.CONTACT_FIELDS}
        draft = services.save_draft(
            actor=self.actor,
            at=clock.now(),
            data=data,
            contacts=[contact] if contact["name"] else [],
            line_ids=_line_ids(values),
        )
        try:
            return services.submit(draft.pk, actor=self.actor, at=clock.now()).ref
        except NotComplete as refusal:
            name, message = next(iter(refusal.errors.items()))
            raise RowRefused(message, field=FIELD_OF_ERROR.get(name, name)) from refusal

    # --- showing

    def cards(self, pks: Iterable[int]) -> Mapping[int, Card]:
        """Return the registrations the actor sees, each with its status and what is told of its check."""
        return showing.cards(self.actor, pks)

    def summary(self, source: Any) -> Mapping[str, Any]:
        """Return how many of the filed rows stand where, and whether some are still being checked."""
        return showing.summary(self.actor, source)


def _line_ids(values: Mapping[str, Any]) -> list[int]:
    """Return the product lines of a row, each once."""
    found = [line.pk for name in columns.LINE_FIELDS for line in values.get(name, ())]
    return list(dict.fromkeys(found))
