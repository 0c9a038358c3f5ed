"""The list page: views, filters in the URL, sorting, pages, export, many rows at once. Every list is one of these."""

from django.contrib import messages
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django_tables2.utils import OrderBy

from core import clock
from core.access.guards import allows, require
from core.list_views.built_in import BuiltIn
from core.list_views.forms import NewViewForm

from .bulk import MOST_AT_ONCE, BulkAction, Choice, carry_out, filters_of
from .exports import CHUNK, TYPES, export_response
from .opening import Opening
from .paging import Page, page_of

EXPORT_LIMITS = {"csv": 100_000, "xlsx": 20_000}
LIST_TARGET = "list"


def _keys_of(table, sort: str) -> list[str]:
    """Return the queryset's keys of a column's name, maybe after "-"; what is no column is a key itself."""
    bare, descending = OrderBy(sort).bare, sort.startswith("-")
    if bare not in table.columns.names():
        return [sort]
    keys = [OrderBy(key) for key in table.columns[bare].order_by]
    return [(key.opposite if descending else key).for_queryset() for key in keys]


class ListView(View):
    """A list of rows the actor may see.

    Say what is listed: ``get_rows`` (a queryset that starts from ``visible_to``), ``table_class``, ``title``; and as
    needed ``permission``, ``filterset_class``, ``default_sort``, ``export_name``, ``bulk_actions`` (rows need a
    ``ref``), ``built_in_views`` and what an empty list says.

    Saved views and the choice of columns come by themselves; columns declared ``optional`` are on offer there.
    """

    http_method_names = ["get", "head", "options", "post"]
    permission: str | None = None
    title = ""
    subtitle = ""
    table_class = None
    filterset_class = None
    default_sort: tuple[str, ...] = ()
    export_name: str | None = None
    bulk_actions: tuple[BulkAction, ...] = ()
    built_in_views: tuple[BuiltIn, ...] = ()
    empty_icon = "inbox"
    empty_title = ""
    empty_text = ""
    empty_action: tuple[str, str] | None = None
    template_name = "components/list.html"
    partial_template_name = "components/_list.html"

    def get_rows(self):
        """Return the queryset of rows the actor may see."""
        raise NotImplementedError

    def get_title(self) -> str:
        """Return the heading."""
        return self.title

    def get_subtitle(self) -> str:
        """Return the line under the heading."""
        return self.subtitle

    def get_empty_action(self) -> tuple[str, str] | None:
        """Return (view name, label) of how to begin, or None; by default ``empty_action``."""
        return self.empty_action

    def get_built_in_views(self) -> tuple[BuiltIn, ...]:
        """Return the views the list brings along, beside "All"."""
        return self.built_in_views

    @property
    def list_name(self) -> str:
        """The name of the list's address, by which views and columns are kept; "" outside the portal's addresses."""
        match = self.request.resolver_match
        return match.view_name if match else ""

    def get_context(self, **context) -> dict:
        """Return the template's context; extend it for what stands above the list."""
        return context

    def get(self, request, *args, **kwargs):
        """Show a page of the list, a part of it (htmx), or everything as a file."""
        if self.permission:
            require(request.actor, self.permission)
        if not request.GET and not request.htmx and (address := self.opening.address_of_default()):
            return HttpResponseRedirect(address)
        filterset = self._open()
        rows = filterset.qs if filterset else self.get_rows()
        rows, sort = self._sorted(rows)
        kind = request.GET.get("export", "")
        if kind in TYPES and self.export_name:
            return self._export(kind, rows)
        page = page_of(rows, request.GET.get("page"), request.GET.get("per_page"))
        return self._page(page, filterset, sort)

    def get_bulk_actions(self) -> list[BulkAction]:
        """Return what this person may do with several rows."""
        return [action for action in self.bulk_actions if allows(self.request.actor, action.permission)]

    def post(self, request, *args, **kwargs):
        """Do one of the bulk actions with the rows chosen, or open the page that asks for more."""
        if not self.bulk_actions:
            return self.http_method_not_allowed(request)
        if self.permission:
            require(request.actor, self.permission)
        choice = Choice.from_query(request.POST)
        back = self._back(choice, request.POST.get("filters", ""))
        action = {row.key: row for row in self.get_bulk_actions()}.get(request.POST.get("action", ""))
        if action is None or choice.is_empty:
            messages.warning(request, _("Choose at least one row, then what to do with it."))
            return HttpResponseRedirect(back)
        if action.opens:
            return HttpResponseRedirect(f"{reverse(action.opens)}?{choice.as_query()}")
        rows = choice.among(self.get_rows(), filterset_class=self.filterset_class, request=request)
        rows = list(rows.order_by("pk")[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            messages.warning(
                request,
                _("That is more than %(limit)s rows. Filter the list first, or take it in parts.")
                % {"limit": number_format(MOST_AT_ONCE, force_grouping=True)},
            )
            return HttpResponseRedirect(back)
        report = carry_out(action, rows, choice, actor=request.actor, at=clock.now())
        return render(
            request,
            "components/bulk_report.html",
            {
                "page_title": action.label,
                "report": report,
                "back_url": back,
                "back_label": self.get_title(),
            },
        )

    def _back(self, choice: Choice, filters: str) -> str:
        """Return the list's address as it was filtered."""
        query = filters_of(QueryDict(choice.filters or filters[:2000]))
        return f"{self.request.path}?{query}" if query else self.request.path

    @cached_property
    def opening(self) -> Opening:
        """How this reader opens the list."""
        return Opening(
            name=self.list_name,
            path=self.request.path,
            actor=self.request.actor,
            asked=self.request.GET,
            built_in=self.get_built_in_views(),
        )

    def _open(self):
        """Expand the view that the address names into the request's own values; return the filters, or None.

        What a view asks for and its reader may not see is left out, as if it had never been asked.
        """
        opening = self.opening
        opening.fit(self.filterset_class)
        self.request.GET = opening.values
        filterset = self._filterset()
        if filterset and opening.is_expanded and not filterset.form.is_valid():
            form = filterset.form
            opening.leave_out(
                {name: str(form.fields[name].label or name) for name in form.errors if name in form.fields}
            )
            filterset = self._filterset()
        opening.choose_columns(self.table_class, self.hidden_columns)
        return filterset

    def _filterset(self):
        if self.filterset_class is None:
            return None
        return self.filterset_class(self.request.GET, queryset=self.get_rows(), request=self.request)

    @cached_property
    def hidden_columns(self) -> tuple[str, ...]:
        """The columns of fields that the reader may not read."""
        return self.table_class.hidden_for(self.request.actor)

    def _table(self, records):
        return self.table_class(records, hidden=self.hidden_columns, shown=self.opening.columns)

    @cached_property
    def whole_table(self):
        """The table with every column the reader may see: what can be sorted by and chosen."""
        return self.table_class(self.get_rows().none(), hidden=self.hidden_columns)

    def _sorted(self, rows):
        """Return the rows in order, with the sort in use (a column's name, maybe after "-"; "" by default)."""
        table = self.whole_table
        asked = self.request.GET.get("sort", "")
        name = OrderBy(asked).bare if asked else ""
        if name in table.columns.names() and table.columns[name].orderable:
            column, descending = table.columns[name], asked.startswith("-")
            ordered, done = column.order(rows, descending)
            rows = ordered if done else rows.order_by(*_keys_of(table, asked))
            sort = asked
        elif self.default_sort:
            rows = rows.order_by(*(key for part in self.default_sort for key in _keys_of(table, part)))
            sort = self.default_sort[0] if OrderBy(self.default_sort[0]).bare in table.columns.names() else ""
        else:
            sort = ""
        keys = rows.query.order_by or (rows.model._meta.ordering if rows.query.default_ordering else ())
        if not {"pk", "-pk", "id", "-id"} & {key for key in keys if isinstance(key, str)}:
            rows = rows.order_by(*keys, "-pk")
        return rows, sort

    def _new_view_form(self) -> NewViewForm | None:
        """Return the form that keeps what is shown as a view; None where nothing can be kept."""
        opening = self.opening
        if not opening.may_save:
            return None
        asked = {"query": opening.asks, "columns": opening.columns_to_save}
        return NewViewForm(actor=self.request.actor, initial=asked, auto_id="new_view_%s")

    def _export(self, kind: str, rows):
        limit = EXPORT_LIMITS[kind]
        if rows.order_by()[: limit + 1].count() > limit:
            messages.warning(
                self.request,
                _("That is more than %(limit)s rows. Filter the list first, or take it in parts.")
                % {"limit": number_format(limit, force_grouping=True)},
            )
            query = self.request.GET.copy()
            query.pop("export")
            return HttpResponseRedirect(f"{self.request.path}?{query.urlencode()}")
        records = rows.iterator(chunk_size=CHUNK)
        return export_response(kind, self.export_name, self._table([]), records, clock.now())

    def _page(self, page: Page, filterset, sort: str):
        sentence = filterset.sentence() if filterset else []
        action = self.get_empty_action()
        context = self.get_context(
            page_title=self.get_title(),
            page_subtitle=self.get_subtitle(),
            table=self._table(page.rows),
            page=page,
            filterset=filterset,
            sentence=sentence,
            sort=sort,
            is_filtered=bool(sentence),
            can_export=bool(self.export_name),
            bulk_actions=self.get_bulk_actions(),
            bulk_filters=filters_of(self.request.GET),
            opening=self.opening,
            column_choices=self.opening.column_choices(self.whole_table),
            new_view_form=self._new_view_form(),
            empty={
                "icon": self.empty_icon,
                "title": self.empty_title or _("Nothing here yet"),
                "text": self.empty_text,
                "url": reverse(action[0]) if action else "",
                "label": action[1] if action else "",
            },
        )
        context["everything_url"] = self.opening.everything_url
        part = self.request.htmx and self.request.htmx.target == LIST_TARGET
        if self.request.htmx and self.request.htmx.history_restore_request:
            part = False
        response = render(self.request, self.partial_template_name if part else self.template_name, context)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response
