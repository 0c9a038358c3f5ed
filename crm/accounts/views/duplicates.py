"""The work list of accounts that may be one: the search for them, and telling two apart."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from core.access.fields import field_access
from core.access.guards import allows, require
from core.list_views.built_in import BuiltIn
from core.ui.lists import ListView
from crm.submitting import refusals_as_messages

from .. import services
from ..duplicate_lists import DuplicateFilters, DuplicateTable
from ..models import Account, DuplicatePair, PairState
from ..services.duplicates import current_search, is_running

TO_DECIDE = (PairState.OPEN, PairState.HELD)


class DuplicateList(ListView):
    """Pairs of which the actor may compare both sides, the surest first."""

    permission = "accounts.merge"
    title = _("Duplicates")
    subtitle = _("Accounts that may be one and the same company, the surest first.")
    table_class = DuplicateTable
    filterset_class = DuplicateFilters
    default_sort = ("rank",)
    template_name = "accounts/duplicate_list.html"
    built_in_views = (
        BuiltIn("mine", _("Mine"), "mine=mine"),
        BuiltIn("apart", _("Not the same"), "state=different"),
    )
    empty_icon = "circle-check"
    empty_title = _("No duplicates to look at")
    empty_text = _("Start a search: every account and prospect is compared with all others.")

    def get_rows(self):
        """Return the pairs the actor may see; those to be decided, unless a status is asked for."""
        pairs = DuplicatePair.objects.visible_to(self.request.actor)
        if not self.request.GET.get("state"):
            pairs = pairs.filter(state__in=TO_DECIDE)
        return pairs.select_related("low__territory", "high__territory", "low__owner", "high__owner")

    def _table(self, records):
        table = super()._table(records)
        actor = self.request.actor
        pairs = records if isinstance(records, list) else []
        shows_city = bool(pairs) and field_access(actor, Account).readable("city")
        for pair in pairs:
            pair.reader, pair.shows_city = actor, shows_city
            pair.may_judge = allows(actor, "accounts.merge", pair.low) and allows(
                actor, "accounts.merge", pair.high
            )
            pair.compare_url = reverse("accounts:account_merge", args=[pair.low.ref, pair.high.ref])
        return table

    def get_context(self, **context):
        """Add the search: the one that runs, or the last."""
        return {**context, **search_context(self.request)}


def search_context(request: HttpRequest) -> dict:
    """Return what is shown of the search for duplicates."""
    job = current_search()
    running = is_running(job)
    return {
        "search_job": job,
        "search_is_running": running,
        "search_percent": job.progress if job else 0,
        "search_waits": running and job.progress == 0,
    }


@require_GET
def duplicate_progress(request: HttpRequest) -> HttpResponse:
    """Show how far the search is; a page asks again while it runs."""
    require(request.actor, "accounts.merge")
    context = search_context(request)
    response = render(request, "accounts/_duplicate_search.html", context)
    if not context["search_is_running"]:
        response["HX-Refresh"] = "true"  # the list has news
    return response


@require_POST
def duplicate_search(request: HttpRequest) -> HttpResponse:
    """Start the search, unless one runs."""
    require(request.actor, "accounts.merge")
    services.start_search(actor=request.actor, at=timezone.now())
    return redirect("accounts:duplicate_list")


@require_POST
def duplicate_judge(request: HttpRequest) -> HttpResponse:
    """Say that two accounts are not the same (``different``), or take that back (``reopen``)."""
    actor = request.actor
    require(actor, "accounts.merge")
    is_different = "different" in request.POST
    asked = request.POST.get("different" if is_different else "reopen", "")
    if not asked:
        return redirect("accounts:duplicate_list")
    one, other = pair_asked_for(request, asked)
    with refusals_as_messages(request):
        judge = services.judge_different if is_different else services.reopen_pair
        judge(one.pk, other.pk, actor=actor, at=timezone.now())
        names = {"one": one.name, "other": other.name}
        if is_different:
            messages.success(
                request,
                gettext("“%(one)s” and “%(other)s” are kept apart. To undo it, look under “Not the same”.")
                % names,
            )
        else:
            messages.success(request, gettext("“%(one)s” and “%(other)s” are to be looked at again.") % names)
    return redirect(back_to_list(request))


def pair_asked_for(request: HttpRequest, text: str) -> tuple[Account, Account]:
    """Return the two accounts whose references ``text`` joins by a hyphen, if the actor may compare both, or 404."""
    refs = text.split("-")
    if len(refs) != 2 or refs[0] == refs[1] or "\x00" in text:
        raise Http404
    accounts = Account.objects.comparable_by(request.actor).select_related(
        "territory", "owner", "parent", "group_root"
    )
    rows = {row.ref: row for row in accounts.filter(Q(ref=refs[0]) | Q(ref=refs[1])).order_by("pk")}
    if len(rows) != 2:
        raise Http404
    return rows[refs[0]], rows[refs[1]]


def back_to_list(request: HttpRequest) -> str:
    """Return the list's address with the filters that were on, where the press came from there."""
    address = reverse("accounts:duplicate_list")
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.path == address and came_from.query:
        return f"{address}?{came_from.query}"
    return address
