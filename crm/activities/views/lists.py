"""The list of activities."""

from django.utils.translation import gettext_lazy as _

from core.list_views.built_in import BuiltIn
from core.ui.lists import ListView

from ..filters import ActivityFilters
from ..models import Activity
from ..tables import ActivityTable


class ActivityList(ListView):
    """What was done and what is due, of the actor and on what they see."""

    permission = "activities.log"
    title = _("Activities")
    table_class = ActivityTable
    filterset_class = ActivityFilters
    export_name = "activities"
    default_sort = ("-created_at",)
    built_in_views = (
        BuiltIn("overdue", _("Mine, overdue"), "mine=mine&due=overdue"),
        BuiltIn("week", _("Due within 7 days"), "due=week"),
        BuiltIn("done", _("Done"), "due=done"),
    )
    empty_icon = "activity"
    empty_title = _("No activities yet")
    empty_text = _("Log calls, visits and quotes on the page of an account or opportunity.")

    def get_rows(self):
        """Return the activities the actor may see."""
        return Activity.objects.visible_to(self.request.actor).select_related(
            "account", "opportunity", "done_by"
        )
