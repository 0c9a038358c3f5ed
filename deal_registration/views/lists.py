"""Lists of registrations: a dealer's own, those staff may read, and the queue of what waits for a decision."""

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.list_views.built_in import BuiltIn
from core.ui.bulk import BulkAction
from core.ui.lists import ListView

from ..filters import QueueFilters, RegistrationFilters, StaffRegistrationFilters
from ..holding import own_holding
from ..marks import mark
from ..selectors import registration_rows, review_queue
from ..tables import QueueTable, RegistrationTable, StaffRegistrationTable

EXPIRING = BuiltIn("expiring", _("Expiring in 30 days"), "ending=30")
DEALERS_VIEWS = (
    BuiltIn("answer", _("Waiting for our answer"), "state=action_required"),
    BuiltIn("review", _("In review"), "state=in_review"),
    EXPIRING,
    BuiltIn("mine", _("Filed by me"), "mine=mine"),
    BuiltIn("drafts", _("Drafts"), "state=draft"),
)
STAFFS_VIEWS = (
    BuiltIn("review", _("In review"), "state=in_review"),
    BuiltIn("asked", _("Waiting for the dealer"), "state=action_required"),
    EXPIRING,
)


class RegistrationList(ListView):
    """*My registrations* for dealers; for staff, all registrations in their scope."""

    permission = "registrations.view"
    title = _("My registrations")
    export_name = "registrations"
    template_name = "registrations/registration_list.html"
    empty_icon = "shield-check"
    empty_title = _("No registrations yet")
    empty_text = _("Register a deal before you quote: whoever registers first is protected.")

    @property
    def table_class(self):
        """The table for the side this person works on."""
        return RegistrationTable if self.request.actor.is_dealer else StaffRegistrationTable

    @property
    def filterset_class(self):
        """The filters for the side this person works on."""
        return RegistrationFilters if self.request.actor.is_dealer else StaffRegistrationFilters

    def get_built_in_views(self):
        """Offer what this side comes for."""
        return DEALERS_VIEWS if self.request.actor.is_dealer else STAFFS_VIEWS

    def get_title(self):
        """Say whose registrations these are."""
        return self.title if self.request.actor.is_dealer else _("All registrations")

    def get_empty_action(self):
        """Offer to register a deal to those who may."""
        if self.request.actor.may("registrations.file"):
            return ("registrations:registration_new", _("Register a deal"))
        return None

    def get_context(self, **context):
        """Add how many slots are in use, on the dealer's own list, and what marks the rows."""
        mark(context["page"].rows, self.request.actor)
        return super().get_context(**context) | {"slots": own_holding(self.request.actor, timezone.now())}

    def get_rows(self):
        """Return the registrations the actor may see, drafts first, then the newest."""
        return registration_rows(self.request.actor).order_by(F("received_at").desc(nulls_first=True), "-pk")


class ReviewQueue(ListView):
    """One queue of what waits for a decision, oldest promise first."""

    permission = "registrations.decide"
    title = _("Review queue")
    subtitle = _("What waits for a decision, oldest promise first.")
    table_class = QueueTable
    filterset_class = QueueFilters
    export_name = "review-queue"
    built_in_views = (
        BuiltIn("mine", _("Mine first of all"), "whose=mine"),
        BuiltIn("overdue", _("Overdue promises"), "promise=overdue"),
        BuiltIn("today", _("Due within a day"), "promise=today"),
        BuiltIn("extensions", _("More time"), "what=extensions"),
    )
    template_name = "review/review_queue.html"
    empty_icon = "circle-check"
    empty_title = _("Nothing waits for a decision")
    empty_text = _("New registrations that need a person appear here by themselves.")
    empty_action = None
    bulk_actions = (
        BulkAction(
            "approve",
            _("Approve"),
            "shield-check",
            "registrations.decide",
            opens="registrations:review_approve_many",
        ),
        BulkAction(
            "reject",
            _("Reject"),
            "circle-x",
            "registrations.decide",
            opens="registrations:review_reject_many",
        ),
    )

    def get_context(self, **context):
        """Add what marks the rows."""
        mark(context["page"].rows, self.request.actor)
        return super().get_context(**context)

    def get_rows(self):
        """Return what waits for a decision in the actor's scope."""
        return review_queue(self.request.actor)
