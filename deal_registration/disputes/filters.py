"""Filters of the lists of disputes and precedents; they live in the address."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ui import filters
from crm.catalog.models import ProductLine
from deal_registration.wording import CODE_WORDS

from .enums import OVER, DisputeState, Outcome, ProposalState
from .models import Dispute, DisputeParty, Precedent, RuleProposal

WAITING = [("mine", _("For my ruling")), ("running", _("Running")), ("over", _("Over"))]


class DisputeFilters(filters.FilterSet):
    """What a party narrows its disputes by."""

    state = filters.ChoiceFilter(choices=DisputeState.choices, label=_("Status"))

    class Meta:
        model = Dispute
        fields = ()


class StaffDisputeFilters(DisputeFilters):
    """What staff narrow disputes by."""

    q = filters.SearchFilter(method="by_words", label=_("Search customer, partner or reference"))
    waiting = filters.ChoiceFilter(choices=WAITING, method="by_waiting", label=_("Waiting"))

    field_order = ("q", "waiting", "state")

    def by_words(self, queryset, name, value):
        """Keep what the words are found in: customer, party, reference."""
        words = value.strip()
        if not words:
            return queryset
        parties = DisputeParty.objects.filter(
            Q(partner__account__name__icontains=words) | Q(registration__customer_name__icontains=words)
        )
        reference = words.replace("-", "").replace(" ", "").upper()
        return queryset.filter(Q(pk__in=parties.values("dispute_id")) | Q(ref=reference))

    def by_waiting(self, queryset, name, value):
        """Keep what waits for the reader, what runs, or what is over."""
        if value == "mine":
            return queryset.waiting_for(self.request.actor.user_id)
        return queryset.filter(state__in=OVER) if value == "over" else queryset.exclude(state__in=OVER)


class PrecedentFilters(filters.FilterSet):
    """What the library is searched by."""

    q = filters.SearchFilter(method="by_words", label=_("Search the rulings"))
    code = filters.ChoiceFilter(choices=list(CODE_WORDS.items()), method="by_code", label=_("Turns on"))
    line = filters.ModelChoiceFilter(
        queryset=lambda request: ProductLine.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_line",
        label=_("Product line"),
    )
    outcome = filters.ChoiceFilter(choices=Outcome.choices, label=_("Outcome"))

    class Meta:
        model = Precedent
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep what every word is found in."""
        for word in value.split()[:8]:
            queryset = queryset.filter(
                Q(title__icontains=word) | Q(summary__icontains=word) | Q(ruling__rule_text__icontains=word)
            )
        return queryset

    def by_code(self, queryset, name, value):
        """Keep what turns on a rule."""
        return queryset.filter(ruling__codes__code=value)

    def by_line(self, queryset, name, value):
        """Keep what was about a product line."""
        return queryset.filter(pk__in=Precedent.objects.filter(lines=value).values("pk"))


class ProposalFilters(filters.FilterSet):
    """What proposals are narrowed by."""

    state = filters.ChoiceFilter(choices=ProposalState.choices, label=_("Status"))

    class Meta:
        model = RuleProposal
        fields = ()
