"""What is shown of an import: the list of one's own, the step it stands at, how far a job is, sheets to download."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from core.access.guards import allows, require
from core.documents import files_of
from core.ledger import timeline
from core.ui.lists import ListView

from ..enums import Action, ImportState, Outcome, Undo
from ..forms import ConfirmForm, MappingForm, ReadingForm
from ..models import Import
from ..registry import resource_class
from ..selectors import (
    RESULT_TABS,
    TABS,
    resource_of,
    rows_page,
    undecided_count,
    will_write,
    work_of,
)
from ..sheets import rows_with_errors
from ..tables import ImportTable
from ..wording import ENCODING_NAMES, problem_words, work_words

SAMPLE_ROWS = 20
MOST_POLLS = 900
STEPS = (_("File"), _("Columns"), pgettext_lazy("step of an import", "Check"), _("Result"))
STEP_OF = {
    ImportState.READING: 1,
    ImportState.UNREADABLE: 1,
    ImportState.COLUMNS: 2,
    ImportState.CHECKING: 3,
    ImportState.PREVIEW: 3,
}
COLUMNS_STEP = "columns"


class ImportList(ListView):
    """The imports one started."""

    permission = "imports.run"
    title = _("Imports")
    table_class = ImportTable
    default_sort = ("-created_at",)
    empty_icon = "file-import"
    empty_title = _("No imports yet")
    empty_text = _("Begin at the list of what you want to import, for example the accounts.")

    def get_rows(self):
        """Return the actor's own imports."""
        return Import.objects.visible_to(self.request.actor)


def import_of(request: HttpRequest, ref: str) -> Import:
    """Return an import of the actor's own, or raise ``Http404``."""
    require(request.actor, "imports.run")
    return Import.objects.select_related("started_by").get_visible(request.actor, ref=ref)


def steps_at(step: int) -> list[dict]:
    """Return the steps of every import, the one it stands at marked."""
    return [
        {"label": label, "is_here": at == step, "is_past": at < step} for at, label in enumerate(STEPS, 1)
    ]


@require_GET
def import_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the step an import stands at; ``?step=columns`` goes back to the columns before it is confirmed."""
    source = import_of(request, ref)
    resource = resource_of(source, request.actor)
    back_to_columns = source.state == ImportState.PREVIEW and request.GET.get("step") == COLUMNS_STEP
    context = {
        "source": source,
        "resource": resource,
        "steps": steps_at(2 if back_to_columns else STEP_OF.get(source.state, 4)),
        "original": files_of(source).order_by("-pk").first(),
        "list_url": reverse(resource.list_url_name),
        "start_url": reverse(resource.start_url_name),
        "template_url": reverse(resource.template_url_name),
        "state_words": resource.words.get(source.state, source.get_state_display()),
    }
    if source.is_at_work:
        return render(request, resource.page("import_working.html"), context | working(source, 0))
    if source.state == ImportState.UNREADABLE:
        context |= {"problem": problem_words(source), "reading_form": ReadingForm(source=source)}
        return render(request, resource.page("import_unreadable.html"), context)
    if source.state == ImportState.COLUMNS or back_to_columns:
        return columns_page(request, source, context)
    return _rows(request, source, resource, context)


def working(source: Import, round_number: int) -> dict:
    """Return the context of the strip that tells how far a job is."""
    return {
        "source": source,
        "work": work_of(source),
        "doing": work_words(source),
        "round": round_number + 1,
        "gives_up": round_number >= MOST_POLLS,
    }


def columns_page(
    request: HttpRequest, source: Import, context: dict, *, form: MappingForm | None = None, refusal: str = ""
) -> HttpResponse:
    """Show which column holds what, with sample rows, and how the file was read."""
    rows = list(source.rows.order_by("number")[:SAMPLE_ROWS])
    form = form or MappingForm(source=source, resource=context["resource"], rows=rows)
    context |= {
        "mapping_form": form,
        "reading_form": ReadingForm(source=source),
        "refusal": refusal,
        "encoding_name": ENCODING_NAMES.get(source.encoding, ""),
        "unnamed": sum(1 for column in form.columns if not column["field"].value()),
    }
    page = context["resource"].page("import_columns.html")
    return render(request, page, context, status=422 if refusal else 200)


def _rows(request: HttpRequest, source: Import, resource, context: dict) -> HttpResponse:
    """Show the preview, or what became of every row."""
    is_preview = source.state == ImportState.PREVIEW
    tabs = TABS if is_preview else RESULT_TABS
    tab = request.GET.get("show", "all")
    tab = tab if tab in tabs else "all"
    page, rows = rows_page(
        source, resource, tab=tab, number=request.GET.get("page"), size=request.GET.get("per_page")
    )
    context |= {
        "page": page,
        "rows": rows,
        "tab": tab,
        "tabs": _tabs(source, resource.words, is_preview=is_preview),
        "has_errors": rows_with_errors(source).exists(),
        "may_write": allows(request.actor, "imports.run", source),
        "timeline_entries": timeline(source, request.actor),
        "row_template": resource.page("_row.html"),
    }
    if is_preview:
        context |= {
            "undecided": undecided_count(source),
            "will": will_write(source),
            "confirm_form": ConfirmForm(),
        }
    else:
        context |= resource.summary(source)
    page_name = "import_preview.html" if is_preview else "import_result.html"
    return render(request, resource.page(page_name), context)


def _tabs(source: Import, words: Mapping[str, Any], *, is_preview: bool) -> list[tuple[str, str, int]]:
    """Return (key, label, count) of the tabs that hold rows."""
    kinds = [Action] if is_preview else [Outcome, Undo]
    counts = source.counts
    found = [("all", str(_("All rows")), source.row_count)]
    found += [
        (str(kind), str(words.get(kind, kind.label)), counts.get(kind, 0))
        for kinds_ in kinds
        for kind in kinds_
        if counts.get(kind)
    ]
    return found


@require_GET
def import_progress(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer the page's question "is it done?": the strip again, or the order to load anew."""
    source = import_of(request, ref)
    try:
        round_number = min(int(request.GET.get("round", "0")), MOST_POLLS)
    except ValueError:
        round_number = 0
    if not source.is_at_work:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "imports/_working.html", working(source, round_number))


@require_GET
def import_errors(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Send the rows with errors as a sheet, to be corrected and uploaded again."""
    source = import_of(request, ref)
    if not source.rows.exists():
        raise Http404
    kind = "csv" if request.GET.get("type") == "csv" else "xlsx"
    return resource_of(source, request.actor).errors_response(kind, source, timezone.now())


def template_page(request: HttpRequest, resource: str) -> HttpResponseBase:
    """Send an empty table with the headings of a resource; apps give it an address of theirs."""
    chosen = resource_class(resource)
    require(request.actor, "imports.run")
    require(request.actor, chosen.permission)
    kind = "csv" if request.GET.get("type") == "csv" else "xlsx"
    return chosen(request.actor).template_response(kind, timezone.now())
