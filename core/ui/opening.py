"""How a list opens: the view its address names, what differs from it, the columns, the tabs above the table.

A view is an address, ``?view=<key>``: a reference, or the key of a view the list brings along. It expands into what
the view asks for; from there on the address says everything itself, and ``from=<key>`` where it began.
"""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.list_views.asking import asked_by, only, parsed
from core.list_views.built_in import ALL, EVERYTHING, BuiltIn
from core.list_views.models import SavedView
from core.list_views.selectors import kept_for

from .columns import arranged, choices_of, names_in


@dataclass(frozen=True, slots=True)
class Tab:
    """One view as it stands above the table."""

    key: str
    label: str | Promise
    url: str
    is_here: bool
    is_shared: bool
    opens_by_itself: bool


class Opening:
    """One list as one reader opened it. ``values`` is the address expanded; nothing here reads a row."""

    def __init__(self, *, name: str, path: str, actor, asked: QueryDict, built_in: tuple[BuiltIn, ...]):
        self.name, self.path, self.actor = name, path, actor
        self.kept = kept_for(actor, name)
        self.built_in = {EVERYTHING.key: EVERYTHING} | {row.key: row for row in built_in if row.opens(actor)}
        self.saved = {row.ref: row for row in self.kept.views}
        self.is_unknown, self.left_out = False, []
        self.is_expanded = "view" in asked
        self._expand(asked)

    def _expand(self, asked: QueryDict) -> None:
        key = self._key(asked.get("view") or asked.get("from") or ALL)
        self.is_unknown = key is None
        self.key = key or ALL
        values = parsed(self.base.query) if self.is_expanded else QueryDict(mutable=True)
        for name, given in asked.lists():
            if name not in ("view", "from"):
                values.setlist(name, given)
        if self.key != ALL or self.default_key != ALL:
            values["from"] = self.key
        self.values = values

    def _key(self, text: str) -> str | None:
        """Return the key of a view on offer, however it was spelled; None for what is unknown or not the reader's."""
        if text in self.built_in:
            return text
        ref = text[:40].upper().replace("-", "")
        return ref if ref in self.saved else None

    # --- the view

    @property
    def base(self) -> BuiltIn | SavedView:
        """The view this began with."""
        return self.built_in.get(self.key) or self.saved[self.key]

    @property
    def saved_view(self) -> SavedView | None:
        """The saved view this began with, if it is one."""
        return self.saved.get(self.key)

    @property
    def is_own(self) -> bool:
        """Whether the view is the reader's, to be changed."""
        return bool(self.saved_view) and self.saved_view.owner_id == self.actor.user_id

    @cached_property
    def default_key(self) -> str:
        """The view that opens where the address asks for nothing."""
        return self._key(self.kept.arrangement.opens_with or ALL) or ALL

    def address_of_default(self) -> str:
        """Return where an address without any query leads, or "" where it shows the whole list."""
        return f"{self.path}?view={self.default_key}" if self.default_key != ALL else ""

    @property
    def everything_url(self) -> str:
        """The address of the whole list."""
        return self.path if self.default_key == ALL else f"{self.path}?view={ALL}"

    def fit(self, filterset_class) -> None:
        """Leave out of an expanded view what the reader's filters do not know."""
        if not self.is_expanded:
            return
        names = getattr(filterset_class, "base_filters", {}) if filterset_class else {}
        values, unknown = only(self.values, names)
        for name in ("from", "page", "export", "columns"):
            if name in self.values:
                values.setlist(name, self.values.getlist(name))
        self.values = values
        if unknown:
            self.left_out.append(_("A filter that this list does not have for you"))

    def leave_out(self, errors: dict[str, str]) -> None:
        """Leave out filters (name → label) whose value the reader may not see, and remember to say so."""
        for name, label in errors.items():
            self.values.pop(name, None)
            self.left_out.append(label)

    @property
    def asks(self) -> str:
        """What the address asks for, as a view would keep it."""
        return asked_by(self.values)

    # --- the columns

    def choose_columns(self, table_class, hidden: tuple[str, ...]) -> tuple[str, ...]:
        """Return the columns to show: the address's, else the view's, else the reader's, else the list's own."""
        self.default_columns = arranged(table_class, None, hidden)
        self.own_columns = arranged(table_class, self.kept.arrangement.columns, hidden, self.default_columns)
        kept = getattr(self.base, "columns", None)
        self.base_columns = arranged(table_class, kept, hidden, self.own_columns)
        self.columns = arranged(
            table_class, names_in(self.values.get("columns", "")), hidden, self.base_columns
        )
        return self.columns

    def column_choices(self, table) -> list:
        """Return what the panel of columns offers; ``table`` has every column."""
        return choices_of(table, self.columns)

    # --- what is offered

    @property
    def is_changed(self) -> bool:
        """Whether something differs from the view this began with."""
        return self.asks != asked_by(parsed(self.base.query)) or self.columns != self.base_columns

    @property
    def may_save(self) -> bool:
        """Whether the reader can keep this: their list, and not somebody else's eyes."""
        return bool(self.name) and not self.actor.read_only and self.actor.user_id is not None

    @property
    def columns_to_save(self) -> str:
        """The columns a view saved now would keep; "" where they are the list's own."""
        return ",".join(self.columns) if self.columns != self.default_columns else ""

    @property
    def discard_url(self) -> str:
        """Back to the view as it is kept."""
        return self.everything_url if self.key == ALL else f"{self.path}?view={self.key}"

    @cached_property
    def in_order(self) -> list[str]:
        """The keys of every view on offer: the reader's order, then those new since, the list's own first."""
        there = (*self.built_in, *sorted(self.saved, key=lambda ref: self.saved[ref].name.casefold()))
        chosen = [key for key in self.kept.arrangement.tabs or () if key in there]
        return list(dict.fromkeys((*chosen, *there)))

    @property
    def tabs(self) -> list[Tab]:
        """The views that stand as tabs; the one in use always does."""
        chosen = self.kept.arrangement.tabs
        return [
            self.tab(key)
            for key in self.in_order
            if chosen is None or key in chosen or key in (ALL, self.key)
        ]

    @property
    def others(self) -> list[Tab]:
        """The views that are on offer but no tabs."""
        tabs = {tab.key for tab in self.tabs}
        return [self.tab(key) for key in self.in_order if key not in tabs]

    @property
    def here(self) -> Tab:
        """The view in use."""
        return self.tab(self.key)

    def tab(self, key: str) -> Tab:
        """Return one view as a tab."""
        view = self.built_in.get(key) or self.saved[key]
        saved = self.saved.get(key)
        return Tab(
            key=key,
            label=saved.name if saved else view.label,
            url=self.everything_url if key == ALL else f"{self.path}?view={key}",
            is_here=key == self.key,
            is_shared=bool(saved) and saved.audience != "private",
            opens_by_itself=key == self.default_key and key != ALL,
        )
