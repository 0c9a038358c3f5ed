"""What staff narrow the partners by."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.search import matching_ids
from core.ui import filters
from crm.catalog.models import ProductLine
from crm.territories.models import Territory

from .enums import PartnerState, PartnerType
from .models import Authorisation, Partner, PartnerTier, Tier
from .search import ACCOUNT


class PartnerFilters(filters.FilterSet):
    """Name, status, tier, type, territory, product line."""

    q = filters.SearchFilter(method="by_words", label=_("Search by name"))
    state = filters.ChoiceFilter(choices=PartnerState.choices, label=_("Status"))
    tier = filters.ModelChoiceFilter(
        queryset=lambda request: Tier.objects.visible_to(request.actor),
        to_field_name="pk",
        method="by_tier",
        label=_("Tier"),
    )
    type = filters.ChoiceFilter(choices=PartnerType.choices, label=_("Type"))
    territory = filters.ModelChoiceFilter(
        queryset=lambda request: Territory.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_territory",
        label=_("Territory"),
    )
    line = filters.ModelChoiceFilter(
        queryset=lambda request: ProductLine.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_line",
        label=_("Authorised for"),
    )

    class Meta:
        model = Partner
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep those whose organisation is found by the words, or whose name holds them."""
        return queryset.filter(
            Q(pk__in=matching_ids(ACCOUNT, value))
            | Q(account__name__icontains=value)
            | Q(account__other_name__icontains=value)
        )

    def by_tier(self, queryset, name, value):
        """Keep those who hold the tier now."""
        held = PartnerTier.objects.filter(tier=value).in_force(timezone.now())
        return queryset.filter(pk__in=held.values("partner_id"))

    def by_territory(self, queryset, name, value):
        """Keep those at home in the territory or below it."""
        return queryset.filter(account__territory__path__startswith=value.path)

    def by_line(self, queryset, name, value):
        """Keep those authorised for the line now."""
        held = Authorisation.objects.filter(line=value).in_force(timezone.now())
        return queryset.filter(pk__in=held.values("partner_id"))
