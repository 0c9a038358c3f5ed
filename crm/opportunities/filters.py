"""Filters of the list of opportunities and of the funnel."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import search
from core.ui import filters
from crm.catalog.models import ProductLine
from crm.territories.models import Territory

from .enums import OpportunityState
from .models import Opportunity, OpportunityLine, Stage
from .services.terms import OBJECT_TYPE

ENDING = [("14", _("within 14 days")), ("30", _("within 30 days")), ("90", _("within 90 days"))]


class CustomerOpportunityFilters(filters.FilterSet):
    """What a dealer narrows their opportunities by."""

    q = filters.SearchFilter(method="by_words", label=_("Search name, customer or reference"))
    state = filters.ChoiceFilter(choices=OpportunityState.choices, label=_("Status"))
    line = filters.ModelChoiceFilter(
        queryset=lambda request: ProductLine.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_line",
        label=_("Product line"),
    )
    ending = filters.ChoiceFilter(choices=ENDING, method="by_ending", label=_("Protection ends"))

    class Meta:
        model = Opportunity
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep what the words are found in."""
        if not value.strip():
            return queryset
        return queryset.filter(pk__in=search.matching_ids(OBJECT_TYPE, value))

    def by_line(self, queryset, name, value):
        """Keep opportunities about a product line."""
        return queryset.filter(pk__in=OpportunityLine.objects.filter(line=value).values("opportunity_id"))

    def by_ending(self, queryset, name, value):
        """Keep open ones whose protection ends within the days chosen."""
        now = timezone.now()
        return queryset.filter(
            state=OpportunityState.OPEN,
            protection_ends_at__gt=now,
            protection_ends_at__lte=now + datetime.timedelta(days=int(value)),
        )


class OpportunityFilters(CustomerOpportunityFilters):
    """What staff narrow opportunities by."""

    mine = filters.ChoiceFilter(
        choices=[("mine", _("mine")), ("nobody", _("nobody's"))], method="by_owner", label=_("Owner")
    )
    stage = filters.ModelChoiceFilter(
        queryset=lambda request: Stage.objects.visible_to(request.actor),
        to_field_name="code",
        label=_("Stage"),
    )
    territory = filters.ModelChoiceFilter(
        queryset=lambda request: Territory.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_territory",
        label=_("Territory"),
    )
    way = filters.ChoiceFilter(
        choices=[("partner", _("by a partner")), ("direct", _("direct"))], method="by_way", label=_("Way")
    )

    def by_owner(self, queryset, name, value):
        """Keep one's own, or those nobody owns."""
        if value == "mine":
            return queryset.filter(owner_id=self.request.actor.user_id)
        return queryset.filter(owner__isnull=True)

    def by_territory(self, queryset, name, value):
        """Keep opportunities of a territory and all below it."""
        return queryset.filter(territory__path__startswith=value.path)

    def by_way(self, queryset, name, value):
        """Keep what came by a partner, or the manufacturer's own."""
        return queryset.filter(partner_account__isnull=value == "direct")
