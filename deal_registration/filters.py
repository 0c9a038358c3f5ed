"""Filters of the lists of registrations; they live in the address."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import search
from core.ui import filters
from crm.catalog.models import ProductLine
from crm.territories.models import Territory
from partners.models import Partner

from .audience import nearest_to, waiting_lines
from .enums import PENDING, State
from .models import Registration, RegistrationLine

OBJECT_TYPE = Registration._meta.label_lower
ENDING = [("7", _("within 7 days")), ("14", _("within 14 days")), ("30", _("within 30 days"))]
PROMISES = [
    ("overdue", _("Overdue")),
    ("ceiling", _("Past the ceiling")),
    ("today", _("Due within a day")),
    ("later", _("Later")),
]
WHOSE = [("mine", _("Mine first of all")), ("others", _("Nearer to somebody else"))]
WHAT = [("filings", _("A registration")), ("extensions", _("More time"))]


class RegistrationFilters(filters.FilterSet):
    """What a dealer narrows their registrations by."""

    q = filters.SearchFilter(method="by_words", label=_("Search customer, project or reference"))
    state = filters.ChoiceFilter(choices=State.choices, method="by_state", label=_("Status"))
    line = filters.ModelChoiceFilter(
        queryset=lambda request: ProductLine.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_line",
        label=_("Product line"),
    )
    ending = filters.ChoiceFilter(choices=ENDING, method="by_ending", label=_("Protection ends"))
    mine = filters.ChoiceFilter(choices=[("mine", _("me"))], method="by_person", label=_("Filed by"))

    class Meta:
        model = Registration
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep what the words are found in."""
        return queryset.filter(pk__in=search.matching_ids(OBJECT_TYPE, value)) if value.strip() else queryset

    def by_state(self, queryset, name, value):
        """Keep registrations that show the status; of what is under way, also those of which one line has it.

        What is under way is little, so its lines are found at once. A registration with a protected line shows that.
        """
        if value not in PENDING:
            return queryset.filter(state=value)
        return queryset.filter(pk__in=RegistrationLine.objects.filter(state=value).values("registration_id"))

    def by_line(self, queryset, name, value):
        """Keep registrations of the product line."""
        return queryset.filter(pk__in=RegistrationLine.objects.filter(line=value).values("registration_id"))

    def by_ending(self, queryset, name, value):
        """Keep those of which a protection ends within the days chosen."""
        now = timezone.now()
        lines = RegistrationLine.objects.filter(
            state=State.APPROVED,
            protected_until__gt=now,
            protected_until__lte=now + datetime.timedelta(days=int(value)),
        )
        return queryset.filter(pk__in=lines.values("registration_id"))

    def by_person(self, queryset, name, value):
        """Keep those one filed oneself."""
        return queryset.filter(created_by_id=self.request.actor.user_id)


class StaffRegistrationFilters(RegistrationFilters):
    """What staff narrow all registrations by."""

    mine = None  # staff file none

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


class QueueFilters(filters.FilterSet):
    """What a reviewer narrows the queue by."""

    q = filters.SearchFilter(method="by_words", label=_("Search customer, project or reference"))
    whose = filters.ChoiceFilter(choices=WHOSE, method="by_whose", label=_("Whose decision"))
    what = filters.ChoiceFilter(choices=WHAT, method="by_what", label=_("What is asked"))
    promise = filters.ChoiceFilter(choices=PROMISES, method="by_promise", label=_("Decision promised"))
    line = filters.ModelChoiceFilter(
        queryset=lambda request: ProductLine.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_line",
        label=_("Product line"),
    )
    territory = filters.ModelChoiceFilter(
        queryset=lambda request: Territory.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_territory",
        label=_("Territory"),
    )
    partner = filters.ModelChoiceFilter(
        queryset=lambda request: Partner.objects.visible_to(request.actor).select_related("account"),
        to_field_name="ref",
        label=_("Partner"),
    )

    class Meta:
        model = Registration
        fields = ()

    by_words = RegistrationFilters.by_words
    by_line = RegistrationFilters.by_line
    by_territory = StaffRegistrationFilters.by_territory

    def by_whose(self, queryset, name, value):
        """Keep what is the reader's first of all: nobody with a narrower scope decides it."""
        nearest = nearest_to(self.request.actor)
        return queryset.filter(nearest) if value == "mine" else queryset.exclude(nearest)

    def by_what(self, queryset, name, value):
        """Keep registrations of which a line waits, or those for which more time is asked."""
        if value == "extensions":
            return queryset.filter(extension_due_at__isnull=False)
        return queryset.filter(pk__in=waiting_lines().values("registration_id"))

    def by_promise(self, queryset, name, value):
        """Keep what is overdue, past its ceiling, due within a day, or later."""
        now = timezone.now()
        soon = now + datetime.timedelta(days=1)
        match value:
            case "overdue":
                return queryset.filter(due_at__lt=now)
            case "ceiling":
                return queryset.filter(review_ceiling_at__lt=now)
            case "today":
                return queryset.filter(due_at__gte=now, due_at__lt=soon)
        return queryset.filter(Q(due_at__gte=soon) | Q(due_at__isnull=True))
