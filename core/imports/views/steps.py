"""What is sent from the pages of an import: the file, the columns, decisions, the word to write, taking back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.access.exceptions import NotAllowed, ReadOnlyActor
from core.access.guards import require
from core.documents import UploadRefused
from core.jobs.idempotency import KeyReused, fingerprint, once
from core.workflow import TransitionRefused

from .. import services
from ..exceptions import ImportRefused, MappingRefused
from ..forms import ConfirmForm, DecisionForm, MappingForm, StartForm
from ..models import Import, ImportRow
from ..registry import resource_class
from ..selectors import resource_of, shown
from .pages import SAMPLE_ROWS, columns_page, import_of, steps_at

REFUSALS = (ImportRefused, TransitionRefused, KeyReused, NotAllowed, UploadRefused)


@contextmanager
def _told(request: HttpRequest) -> Iterator[None]:
    """Show what a service refuses within as a message."""
    try:
        yield
    except ReadOnlyActor:
        raise
    except REFUSALS as error:
        messages.error(request, str(error.message))


def start_page(request: HttpRequest, resource: str) -> HttpResponse:
    """Show the form for the file, keep the file and go to its import; apps give it an address of theirs."""
    chosen = resource_class(resource)
    require(request.actor, "imports.run")
    require(request.actor, chosen.permission)
    form = StartForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        source_ref = _started(request, form, resource)
        if source_ref:
            return redirect("imports:import_detail", ref=source_ref)
    made = chosen(request.actor)
    context = {
        "form": form,
        "resource": made,
        "steps": steps_at(1),
        "columns": made.columns,
        "list_url": reverse(chosen.list_url_name),
        "template_url": reverse(chosen.template_url_name),
        "cancel_url": reverse(chosen.list_url_name),
        "submit_label": _("Read the file"),
    }
    return render(request, made.page("import_start.html"), context, status=422 if form.errors else 200)


def _started(request: HttpRequest, form: StartForm, resource: str) -> str | None:
    """Start the import unless this very form was received before; return its reference, None where refused."""
    upload = form.cleaned_data["file"]
    body = {"resource": resource, "file": upload.name, "size": upload.size}

    def create() -> str:
        upload.seek(0)
        return services.start_import(
            resource=resource, upload=upload, actor=request.actor, at=timezone.now()
        ).ref

    try:
        return _once(request, form, body, create)
    except (*REFUSALS,) as error:
        form.add_error(None if isinstance(error, KeyReused) else "file", str(error.message))
    return None


def _once(request: HttpRequest, form, body: dict, create: Callable[[], str]) -> str:
    """Run ``create`` once for this form's key; return what it returned, then or now."""
    owner = f"user:{request.actor.user_id}"
    return once(owner, form.cleaned_data["one_time_key"], fingerprint(body), create)[0]


@require_POST
def import_read_again(request: HttpRequest, ref: str) -> HttpResponse:
    """Read the file in another encoding, with another delimiter, or another sheet."""
    source = import_of(request, ref)
    with _told(request):
        services.read_again(
            source.pk,
            encoding=request.POST.get("encoding", ""),
            delimiter=request.POST.get("delimiter", ""),
            sheet=request.POST.get("sheet", ""),
            actor=request.actor,
            at=timezone.now(),
        )
    return redirect("imports:import_detail", ref=source.ref)


@require_POST
def import_columns(request: HttpRequest, ref: str) -> HttpResponse:
    """Take which column holds what, and have the rows checked."""
    source = import_of(request, ref)
    resource = resource_of(source, request.actor)
    rows = list(source.rows.order_by("number")[:SAMPLE_ROWS])
    form = MappingForm(request.POST, source=source, resource=resource, rows=rows)
    refusal = _("Some columns are not chosen rightly.")
    if form.is_valid():
        try:
            services.check_rows(source.pk, mapping=form.mapping(), actor=request.actor, at=timezone.now())
        except MappingRefused as error:
            refusal = str(error.message)
        except TransitionRefused as error:
            messages.error(request, str(error.message))
            return redirect("imports:import_detail", ref=source.ref)
        else:
            return redirect("imports:import_detail", ref=source.ref)
    context = {
        "source": source,
        "resource": resource,
        "steps": steps_at(2),
        "list_url": reverse(resource.list_url_name),
        "original": None,
    }
    return columns_page(request, source, context, form=form, refusal=refusal)


@require_POST
def import_decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Take what is said of one row, or of many; the row anew for htmx, else the page again."""
    source = import_of(request, ref)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what is to be done with which rows."))
        return _back(request, source)
    data = form.cleaned_data
    if data["row"] is None:
        _decide_many(request, source, data)
        return _back(request, source)
    row = None
    with _told(request):
        try:
            row = services.decide(
                source.pk,
                number=data["row"],
                choice=data["choice"],
                twin=data["twin"],
                actor=request.actor,
            )
        except ImportRow.DoesNotExist:
            raise Http404 from None
    if row is None or not request.htmx:
        return _back(request, source)
    resource = resource_of(source, request.actor)
    context = {"source": source, "resource": resource, "item": shown([row], source, resource)[0]}
    return render(request, resource.page("_row.html"), context | {"is_preview": True, "tab": ""})


def _decide_many(request: HttpRequest, source: Import, data: dict) -> None:
    """Say the same of the rows ticked, or of all not decided."""
    scope = data["scope"] or "ticked"
    with _told(request):
        count = services.decide_many(
            source.pk,
            choice=data["choice"],
            numbers=data["rows"] if scope == "ticked" else None,
            only_sure=scope == "sure",
            actor=request.actor,
        )
        if count:
            text = ngettext("Decided: %(n)s row.", "Decided: %(n)s rows.", count) % {"n": count}
            messages.success(request, text)
        else:
            messages.warning(request, _("No row was ticked that this fits."))


def _back(request: HttpRequest, source: Import) -> HttpResponseRedirect:
    """Return to the page of rows one was on."""
    show, page = request.POST.get("show", ""), request.POST.get("page", "")
    query = f"?show={show}&page={page}" if show.isalpha() and page.isdecimal() else ""
    return redirect(source.get_absolute_url() + query)


@require_POST
def import_confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the word to write; given twice, it is taken once."""
    source = import_of(request, ref)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors.get("one_time_key", ())))
        return redirect("imports:import_detail", ref=source.ref)

    def confirm() -> str:
        return services.confirm(source.pk, actor=request.actor, at=timezone.now()).ref

    with _told(request):
        _once(request, form, {"confirm": source.ref}, confirm)
    return redirect("imports:import_detail", ref=source.ref)


@require_POST
def import_cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Give an import up."""
    source = import_of(request, ref)
    with _told(request):
        services.cancel(source.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("The import is discarded. Nothing was written."))
    return redirect("imports:import_detail", ref=source.ref)


@require_POST
def import_undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the whole import back."""
    source = import_of(request, ref)
    with _told(request):
        services.undo_import(source.pk, actor=request.actor, at=timezone.now())
    return redirect("imports:import_detail", ref=source.ref)
