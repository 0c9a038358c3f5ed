"""Filters of lists, on django-filter: they live in the URL and read as a sentence."""

from typing import NamedTuple

import django_filters
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django_filters import (
    BooleanFilter,
    CharFilter,
    DateFilter,
    MultipleChoiceFilter,
    NumberFilter,
)

from .wording import listed

__all__ = [
    "BooleanFilter",
    "CharFilter",
    "ChoiceFilter",
    "DateFilter",
    "FilterSet",
    "ModelChoiceFilter",
    "MultipleChoiceFilter",
    "NumberFilter",
    "SearchFilter",
]


class Part(NamedTuple):
    """One part of the sentence: name of the filter, its label, the chosen value in words."""

    name: str
    label: str
    value: str


ANY = gettext_lazy("any")


class ChoiceFilter(django_filters.ChoiceFilter):
    """One of some choices, or any."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"empty_label": ANY, **kwargs})


class ModelChoiceFilter(django_filters.ModelChoiceFilter):
    """One of the rows the actor may see, or any; give ``queryset`` as a function of the request."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"empty_label": ANY, **kwargs})


class SearchFilter(CharFilter):
    """The search box of a list. Give ``method``; or ``field_name`` and ``lookup_expr``."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("widget", forms.SearchInput(attrs={"autocomplete": "off"}))
        super().__init__(*args, max_length=200, **kwargs)


class FilterSet(django_filters.FilterSet):
    """Filters of one list. A value that is none of the choices is shown as an error and filters nothing."""

    @property
    def form(self):
        """Return the form, its controls dressed for a list."""
        form = super().form
        for name, field in form.fields.items():
            if isinstance(field, forms.ChoiceField) and getattr(field, "empty_label", None) in (
                "",
                "---------",
            ):
                field.empty_label = _("any")
            if isinstance(self.filters[name], DateFilter):
                field.widget.input_type = "date"
        return form

    @property
    def search_field(self):
        """Return the bound field of the search box, or None."""
        name = next((name for name, row in self.filters.items() if isinstance(row, SearchFilter)), None)
        return self.form[name] if name else None

    @property
    def other_fields(self) -> list:
        """Return the bound fields of the other filters."""
        return [self.form[name] for name, row in self.filters.items() if not isinstance(row, SearchFilter)]

    def sentence(self) -> list[Part]:
        """Return the filters in use, in words."""
        if not self.is_bound or not self.form.is_bound:
            return []
        self.form.is_valid()
        parts = []
        for name, value in self.form.cleaned_data.items():
            if value in (None, "", []) or (hasattr(value, "__len__") and not len(value)):
                continue
            field = self.form.fields[name]
            is_search = isinstance(self.filters[name], SearchFilter)
            label = pgettext("list filters", "Search") if is_search else str(field.label or name)
            parts.append(Part(name, label, self._words(field, value)))
        return parts

    @staticmethod
    def _words(field, value) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(field, forms.ModelChoiceField):
            rows = value if isinstance(field, forms.ModelMultipleChoiceField) else [value]
            return listed(field.label_from_instance(row) for row in rows)
        if isinstance(field, forms.DateField):
            return date_format(value, "DATE_FORMAT")
        chosen = value if isinstance(value, list | tuple) else [value]
        words = dict(_flat(getattr(field, "choices", ())))
        return listed(str(words.get(str(one), one)) for one in chosen)


def _flat(choices):
    """Yield (value as text, words) of choices, grouped ones too."""
    for value, words in choices:
        if isinstance(words, list | tuple):
            yield from _flat(words)
        else:
            yield str(value), words
