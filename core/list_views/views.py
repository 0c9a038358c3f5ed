"""Pages of views: all views of one list, one view's name and audience; and what the list itself sends here."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access.exceptions import ReadOnlyActor
from core.jobs.idempotency import KeyReused, fingerprint, once
from core.ui.columns import names_in
from core.ui.lists import ListView
from core.ui.opening import Opening
from core.ui.places import columns_that_hold, list_at, query_that_holds
from core.ui.toasts import undoable

from . import services
from .asking import parsed
from .built_in import ALL
from .exceptions import ViewRefused
from .forms import NewViewForm, ViewForm
from .models import SavedView
from .services import Terms


def _opening(view: ListView, asked=None) -> Opening:
    """Return how the reader opens the list, with what ``asked`` says."""
    return Opening(
        name=view.name,
        path=view.path,
        actor=view.request.actor,
        asked=parsed("") if asked is None else asked,
        built_in=view.get_built_in_views(),
    )


def _back_to(view: ListView, query: str = "", **more: str) -> HttpResponseRedirect:
    """Lead back to the list as it was asked for."""
    values = parsed(query)
    for name, value in more.items():
        values.pop(name, None)
        if value:
            values[name] = value
    values.pop("page", None)
    asked = values.urlencode(safe=",")
    return redirect(f"{view.path}?{asked}" if asked else view.path)


@require_POST
def columns(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the columns chosen for a list; on a saved view, show them until the view is saved with them."""
    view = list_at(name, request)
    if request.actor.read_only:
        raise ReadOnlyActor
    query = request.POST.get("query", "")
    opening = _opening(view, parsed(query))
    resets = "reset" in request.POST
    chosen = None if resets else columns_that_hold(view, request.POST.getlist("column")[:100])
    if opening.saved_view is not None:
        opening.choose_columns(view.table_class, view.hidden_columns)
        shown = opening.default_columns if chosen is None else chosen
        return _back_to(view, query, columns="" if shown == opening.base_columns else ",".join(shown))
    services.choose_columns(name, chosen, actor=request.actor)
    return _back_to(view, query, columns="")


@require_http_methods(["GET", "HEAD", "POST"])
def view_list(request: HttpRequest, name: str) -> HttpResponse:
    """Show every view of a list, to be put in order; a POST keeps a new one."""
    view = list_at(name, request)
    if request.method == "POST":
        return _new_view(request, view)
    opening = _opening(view)
    chosen = opening.kept.arrangement.tabs
    manageable = set(
        SavedView.objects.manageable_by(request.actor)
        .filter(list=name, deleted_at__isnull=True)
        .values_list("ref", flat=True)
    )
    rows = [
        {
            "tab": opening.tab(key),
            "saved": opening.saved.get(key),
            "is_tab": chosen is None or key in chosen or key == ALL,
            "is_all": key == ALL,
            "is_own": key in opening.saved and opening.saved[key].owner_id == request.actor.user_id,
            "may_manage": key in manageable and not request.actor.read_only,
        }
        for key in opening.in_order
    ]
    return render(
        request,
        "list_views/view_list.html",
        {
            "list_name": name,
            "list_title": view.get_title(),
            "list_url": opening.everything_url,
            "rows": rows,
            "is_arranged": chosen is not None,
            "may_arrange": not request.actor.read_only,
            "did": request.GET.get("did", ""),
            "did_to": request.GET.get("to", ""),
        },
    )


def _new_view(request: HttpRequest, view: ListView) -> HttpResponse:
    if request.actor.read_only:
        raise ReadOnlyActor
    form = NewViewForm(request.POST, actor=request.actor)
    if form.is_valid():
        data = form.cleaned_data
        terms = Terms(
            name=data["name"],
            query=query_that_holds(view, data["query"]),
            columns=columns_that_hold(view, names_in(data["columns"])),
            audience=data["audience"],
            role=data.get("role"),
        )
        body = {key: request.POST.getlist(key) for key in request.POST if key != "csrfmiddlewaretoken"}
        try:
            ref, is_new = once(
                f"user:{request.actor.user_id}",
                data["one_time_key"],
                fingerprint({"list": view.name, **body}),
                lambda: services.save_view(view.name, terms, actor=request.actor, at=timezone.now()).ref,
            )
        except ViewRefused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        except KeyReused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            if is_new:
                _put_among_tabs(view, ref, request.actor)
                if data["opens_by_itself"]:
                    services.open_with(view.name, ref, actor=request.actor)
                messages.success(request, _("The view “%(name)s” is saved.") % {"name": data["name"]})
            return redirect(f"{view.path}?view={ref}")
    return render(
        request,
        "list_views/view_form.html",
        {
            "form": form,
            "title": _("Save as a view"),
            "list_title": view.get_title(),
            "list_url": view.path,
            "cancel_url": _back_to(view, form.data.get("query", "")).url,
            "submit_label": _("Save view"),
        },
        status=422,
    )


def _put_among_tabs(view: ListView, ref: str, actor) -> None:
    """Let a new view stand as a tab where the person has chosen which ones do."""
    tabs = _opening(view).kept.arrangement.tabs
    if tabs is not None:
        services.choose_tabs(view.name, [*tabs, ref], actor=actor)


@require_POST
def arrange(request: HttpRequest, name: str) -> HttpResponse:
    """Put the views of a list in order: one up or down, as a tab or not, to open with; or all as they were."""
    view = list_at(name, request)
    if request.actor.read_only:
        raise ReadOnlyActor
    opening = _opening(view)
    order = opening.in_order
    tabs = {tab.key for tab in opening.tabs}
    for act in ("up", "down", "tab", "no_tab", "opens", "reset"):
        key = request.POST.get(act, "")
        if key in order or (act == "reset" and key):
            break
    else:
        return redirect("list_views:view_list", name)
    if act == "opens":
        same = key == opening.default_key
        services.open_with(name, "" if same or key == ALL else key, actor=request.actor)
    elif act == "reset":
        services.choose_tabs(name, None, actor=request.actor)
    else:
        if act in ("up", "down"):
            at = order.index(key)
            other = at + (1 if act == "down" else -1)
            if 0 <= other < len(order):
                order[at], order[other] = order[other], order[at]
        elif act == "tab":
            tabs.add(key)
        else:
            tabs.discard(key)
        services.choose_tabs(name, _kept_order(order, tabs), actor=request.actor)
    back = reverse("list_views:view_list", args=[name])
    return redirect(f"{back}?{urlencode({'did': act, 'to': key})}")  # the page puts the cursor where it was


def _kept_order(order: list[str], tabs: set[str]) -> list[str]:
    """Return the tabs in order; what is no tab comes after them by itself."""
    return [key for key in order if key in tabs]


def _manageable(request: HttpRequest, ref: str) -> SavedView:
    """Return a view that the reader may change, or raise ``Http404``."""
    rows = SavedView.objects.manageable_by(request.actor).filter(deleted_at__isnull=True)
    return get_object_or_404(rows, ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
def view_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a view's name and who may use it."""
    actor = request.actor
    saved = _manageable(request, ref)
    view = list_at(saved.list, request)
    initial = {"name": saved.name, "audience": saved.audience, "role": saved.role_id}
    form = ViewForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        terms = Terms(name=data["name"], audience=data["audience"], role=data.get("role"))
        try:
            services.change_view(saved.ref, terms, actor=actor, at=timezone.now())
        except ViewRefused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": data["name"]})
            return redirect("list_views:view_list", saved.list)
    return render(
        request,
        "list_views/view_form.html",
        {
            "form": form,
            "title": _("Rename or share a view"),
            "list_title": view.get_title(),
            "list_url": view.path,
            "cancel_url": reverse("list_views:view_list", args=[saved.list]),
            "submit_label": _("Save"),
        },
    )


@require_POST
def view_update(request: HttpRequest, ref: str) -> HttpResponse:
    """Let a view ask for what the list shows now."""
    saved = _manageable(request, ref)
    view = list_at(saved.list, request)
    services.update_view(
        saved.ref,
        query=query_that_holds(view, request.POST.get("query", "")),
        columns=columns_that_hold(view, names_in(request.POST.get("columns", ""))),
        actor=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": saved.name})
    return redirect(f"{view.path}?view={saved.ref}")


@require_POST
def view_delete(request: HttpRequest, ref: str) -> HttpResponse:
    """Delete a view, and offer to bring it back."""
    saved = services.delete_view(ref, actor=request.actor, at=timezone.now())
    undoable(
        request,
        _("The view “%(name)s” is deleted.") % {"name": saved.name},
        "list_views:view_restore",
        saved.ref,
    )
    return redirect("list_views:view_list", saved.list)


@require_POST
def view_restore(request: HttpRequest, ref: str) -> HttpResponse:
    """Bring a deleted view back."""
    try:
        saved = services.restore_view(ref, actor=request.actor, at=timezone.now())
    except ViewRefused as refusal:
        messages.error(request, refusal.message)
        saved = get_object_or_404(SavedView.objects.manageable_by(request.actor), ref=ref)
    else:
        messages.success(request, _("The view “%(name)s” is back.") % {"name": saved.name})
    return redirect("list_views:view_list", saved.list)
