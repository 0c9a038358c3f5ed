"""Finding a list by the name of its address, as the pages about its views and columns need it."""

from django.http import Http404
from django.urls import NoReverseMatch, resolve, reverse
from django_tables2.utils import OrderBy

from core.access.guards import require
from core.list_views.asking import asked_by, only, parsed

from .columns import arranged
from .lists import ListView
from .paging import SIZES


def list_at(name: str, request) -> ListView:
    """Return the list whose address is named ``name``, as the reader would open it, or raise ``Http404``.

    Raises ``NotAllowed`` where the reader lacks its permission. ``request`` is lent to it: its values are those of
    the page that asks, not of the list.
    """
    try:
        path = reverse(name)
    except NoReverseMatch as error:
        raise Http404 from error
    match = resolve(path)
    view_class = getattr(match.func, "view_class", None)
    if view_class is None or not issubclass(view_class, ListView) or match.view_name != name:
        raise Http404
    view = view_class(**match.func.view_initkwargs)
    view.setup(request, *match.args, **match.kwargs)
    view.path, view.name = path, name
    if view.permission:
        require(request.actor, view.permission)
    return view


def query_that_holds(view: ListView, text: str) -> str:
    """Return what of ``text`` the list can be asked for by this reader, in canonical form.

    Filters it does not have or whose value is none of the reader's choices, columns that cannot be sorted by and sizes
    not on offer are left out.
    """
    filterset_class = view.filterset_class
    values, _others = only(parsed(text), getattr(filterset_class, "base_filters", {}))
    if filterset_class is not None:
        filterset = filterset_class(values, queryset=view.get_rows(), request=view.request)
        if not filterset.form.is_valid():
            for name in filterset.form.errors:
                values.pop(name, None)
    columns = view.whole_table.columns
    name = OrderBy(values.get("sort", "")).bare
    if name not in columns.names() or not columns[name].orderable:
        values.pop("sort", None)
    if values.get("per_page") not in {str(size) for size in SIZES}:
        values.pop("per_page", None)
    return asked_by(values)


def columns_that_hold(view: ListView, names: list[str] | None) -> tuple[str, ...] | None:
    """Return the columns of ``names`` that the list has for this reader; None where that is the list's own choice."""
    if names is None:
        return None
    chosen = arranged(view.table_class, names, view.hidden_columns)
    return None if chosen == arranged(view.table_class, None, view.hidden_columns) else chosen
