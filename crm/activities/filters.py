"""Filters of the list of activities."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ui import filters

from .models import Activity, ActivityKind

DUE = [
    ("overdue", _("overdue")),
    ("week", _("within 7 days")),
    ("open", _("any time")),
    ("done", _("done already")),
]


class ActivityFilters(filters.FilterSet):
    """What one narrows activities by."""

    q = filters.SearchFilter(method="by_words", label=_("Search subject or customer"))
    mine = filters.ChoiceFilter(choices=[("mine", _("mine"))], method="by_person", label=_("By"))
    due = filters.ChoiceFilter(choices=DUE, method="by_due", label=_("Due"))
    kind = filters.ChoiceFilter(choices=ActivityKind.choices, label=_("Kind"))

    class Meta:
        model = Activity
        fields = ()

    def by_words(self, queryset, name, value):
        """Keep activities whose subject or customer holds the words."""
        return queryset.filter(
            Q(subject__icontains=value.strip()) | Q(account__name__icontains=value.strip())
        )

    def by_person(self, queryset, name, value):
        """Keep one's own."""
        return queryset.filter(done_by_id=self.request.actor.user_id)

    def by_due(self, queryset, name, value):
        """Keep what is overdue, due soon, to be done at all, or done."""
        now = timezone.now()
        if value == "done":
            return queryset.filter(done_at__isnull=False)
        waiting = queryset.filter(done_at__isnull=True)
        if value == "overdue":
            return waiting.filter(due_at__lt=now)
        if value == "week":
            return waiting.filter(due_at__gte=now, due_at__lte=now + datetime.timedelta(days=7))
        return waiting
