"""Filters of the lists of pre-checks; they live in the address."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ui import filters
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from partners.models import Partner

from ..told_words import CLASS_TOLD
from .enums import Level, QuestionState
from .models import Precheck, PrecheckLine, Standing

ANSWERS = [(class_, CLASS_TOLD[class_][0]) for class_ in ("clear", "review", "hold", "block")]


class PrecheckFilters(filters.FilterSet):
    """What a dealer narrows the questions by."""

    q = filters.SearchFilter(method="by_words", label=_("Search customer, project or reference"))
    answer = filters.ChoiceFilter(choices=ANSWERS, method="by_answer", label=_("Answer"))
    state = filters.ChoiceFilter(choices=QuestionState.choices, label=_("Status"))
    line = filters.ModelChoiceFilter(
        queryset=lambda request: ProductLine.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_line",
        label=_("Product line"),
    )

    class Meta:
        model = Precheck
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep what the words are found in, as it was typed."""
        for word in value.split()[:8]:
            queryset = queryset.filter(
                Q(customer_name__icontains=word)
                | Q(project_name__icontains=word)
                | Q(tender_number__icontains=word)
                | Q(ref__iexact=word.replace("-", ""))
            )
        return queryset

    def by_answer(self, queryset, name, value):
        """Keep questions of which a line was answered so."""
        return queryset.filter(pk__in=PrecheckLine.objects.filter(class_told=value).values("precheck_id"))

    def by_line(self, queryset, name, value):
        """Keep questions about the product line."""
        return queryset.filter(pk__in=PrecheckLine.objects.filter(line=value).values("precheck_id"))


class StaffPrecheckFilters(PrecheckFilters):
    """What staff narrow the record by."""

    partner = filters.ModelChoiceFilter(
        queryset=lambda request: Partner.objects.visible_to(request.actor).select_related("account"),
        to_field_name="ref",
        label=_("Partner"),
    )
    territory = filters.ModelChoiceFilter(
        queryset=lambda request: Territory.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_territory",
        label=_("Territory"),
    )

    def by_territory(self, queryset, name, value):
        """Keep those in the territory or below it."""
        return queryset.filter(territory__path__startswith=value.path)


class StandingFilters(filters.FilterSet):
    """What whoever watches narrows the partners by."""

    level = filters.ChoiceFilter(choices=Level.choices, label=_("Status"))

    class Meta:
        model = Standing
        fields = ()
