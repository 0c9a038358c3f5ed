"""Filters of the list of projects."""

from django.utils.translation import gettext_lazy as _

from core import search
from core.ui import filters
from crm.territories.models import Territory

from .models import Project
from .services import OBJECT_TYPE


class ProjectFilters(filters.FilterSet):
    """What staff narrow projects by."""

    q = filters.SearchFilter(method="by_words", label=_("Search name or tender number"))
    territory = filters.ModelChoiceFilter(
        queryset=lambda request: Territory.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_territory",
        label=_("Territory"),
    )

    class Meta:
        model = Project
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep what the words are found in."""
        if not value.strip():
            return queryset
        return queryset.filter(pk__in=search.matching_ids(OBJECT_TYPE, value))

    def by_territory(self, queryset, name, value):
        """Keep projects of a territory and all below it."""
        return queryset.filter(territory__path__startswith=value.path)
