"""Filters of the list of accounts."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import search
from core.access.fields import field_access
from core.ui import filters
from crm.territories.models import Territory

from .models import Account, Kind
from .services.accounts import OBJECT_TYPE, REGISTRY_TYPE


def found_by_words(queryset, actor, words: str):
    """Keep the accounts that ``words`` are found in; by registry id only for those who may read it."""
    if not words.strip():
        return queryset
    found = Q(pk__in=search.matching_ids(OBJECT_TYPE, words))
    if not actor.is_dealer and field_access(actor, Account).readable("registry_id"):
        found |= Q(pk__in=search.matching_ids(REGISTRY_TYPE, words))
    return queryset.filter(found)


class CustomerFilters(filters.FilterSet):
    """What a dealer finds their customers by."""

    q = filters.SearchFilter(method="by_words", label=_("Search by name or city"))

    class Meta:
        model = Account
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep what the words are found in."""
        return found_by_words(queryset, self.request.actor, value)


class AccountFilters(CustomerFilters):
    """What staff narrow accounts by."""

    q = filters.SearchFilter(method="by_words", label=_("Search by name, city, number or registry id"))
    mine = filters.ChoiceFilter(
        choices=[("mine", _("mine")), ("nobody", _("nobody's"))], method="by_owner", label=_("Owner")
    )
    territory = filters.ModelChoiceFilter(
        queryset=lambda request: Territory.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_territory",
        label=_("Territory"),
    )
    kind = filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))

    def by_owner(self, queryset, name, value):
        """Keep one's own, or those nobody owns."""
        if value == "mine":
            return queryset.filter(owner_id=self.request.actor.user_id)
        return queryset.filter(owner__isnull=True)

    def by_territory(self, queryset, name, value):
        """Keep accounts of a territory and all below it."""
        return queryset.filter(territory__path__startswith=value.path)
