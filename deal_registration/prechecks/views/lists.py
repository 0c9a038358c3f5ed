"""Lists: a company's questions, the record that staff read, the partners they watch over."""

from django.utils.translation import gettext_lazy as _

from core.ui.lists import ListView

from ..filters import PrecheckFilters, StaffPrecheckFilters, StandingFilters
from ..selectors import precheck_rows, standing_rows
from ..tables import PrecheckTable, StaffPrecheckTable, StandingTable


class PrecheckList(ListView):
    """*Pre-checks* of one's company; for staff, every question in their scope."""

    permission = "registrations.view"
    title = _("Pre-checks")
    export_name = "pre-checks"
    template_name = "prechecks/precheck_list.html"
    empty_icon = "help-circle"
    empty_title = _("No questions yet")
    empty_text = _("Ask before you file: is this customer free for these product lines?")

    @property
    def table_class(self):
        """The table for the side this person works on."""
        return PrecheckTable if self.request.actor.is_dealer else StaffPrecheckTable

    @property
    def filterset_class(self):
        """The filters for the side this person works on."""
        return PrecheckFilters if self.request.actor.is_dealer else StaffPrecheckFilters

    def get_subtitle(self):
        """Say whose questions these are."""
        if not self.request.actor.is_dealer:
            return _("Every question dealers asked before filing, and what they were told.")
        if self.request.actor.may("team.manage"):
            return _("What your company asked before filing, and the answers.")
        return _("What you asked before filing, and the answers.")

    def get_empty_action(self):
        """Offer to ask to those who may."""
        if self.request.actor.may("registrations.file"):
            return ("prechecks:precheck_new", _("Ask a question"))
        return None

    def get_rows(self):
        """Return the questions the actor may see, the newest first."""
        return precheck_rows(self.request.actor).order_by("-asked_at", "-pk")


class StandingList(ListView):
    """Partners who ask, by their signs of probing."""

    permission = "registrations.decide"
    title = _("Signs of probing")
    subtitle = _("Partners who ask before filing, those whose questions look like probing first.")
    table_class = StandingTable
    filterset_class = StandingFilters
    export_name = "pre-checks-by-partner"
    empty_icon = "eye"
    empty_title = _("Nobody has asked yet")
    empty_text = _("Partners appear here once they ask whether a customer is free.")

    def get_rows(self):
        """Return the partners at home in the actor's scope."""
        return standing_rows(self.request.actor)
