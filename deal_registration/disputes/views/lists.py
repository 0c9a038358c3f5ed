"""Lists of disputes, precedents and proposed changes of rules."""

from django.utils.translation import gettext_lazy as _

from core.access.exceptions import NotAllowed
from core.ui.lists import ListView

from ..filters import DisputeFilters, PrecedentFilters, ProposalFilters, StaffDisputeFilters
from ..models import RuleProposal, heads_the_channel
from ..selectors import dispute_rows, precedent_rows
from ..tables import DisputeTable, PrecedentTable, ProposalTable, StaffDisputeTable


class DisputeList(ListView):
    """A partner's disputes; for staff, those of their territories."""

    permission = "registrations.view"
    title = _("Disputes")
    export_name = "disputes"
    empty_icon = "scale"
    empty_title = _("No disputes")

    @property
    def table_class(self):
        """The table for the side this person works on."""
        return DisputeTable if self.request.actor.is_dealer else StaffDisputeTable

    @property
    def filterset_class(self):
        """The filters for the side this person works on."""
        return DisputeFilters if self.request.actor.is_dealer else StaffDisputeFilters

    @property
    def empty_text(self):
        """Say how a dispute begins."""
        if self.request.actor.is_dealer:
            return _(
                "If a registration was refused or is held and you see it otherwise, dispute it on its page."
            )
        return _("When a partner disputes a decision, it appears here.")

    def get_subtitle(self):
        """Say what stands here."""
        if self.request.actor.is_dealer:
            return _("Decisions you dispute, and disputes that concern your registrations.")
        return _("Decisions that partners dispute, with who decides and by when.")

    def get_rows(self):
        """Return the disputes the actor may see, the newest first."""
        return dispute_rows(self.request.actor).order_by("-opened_at", "-pk")


class PrecedentLibrary(ListView):
    """Rulings told without names."""

    permission = "registrations.view"
    title = _("Precedents")
    subtitle = _("Rulings on disputes, told without names: what counted, and why.")
    table_class = PrecedentTable
    filterset_class = PrecedentFilters
    export_name = "precedents"
    empty_icon = "book"
    empty_title = _("No precedents yet")
    empty_text = _("Rulings appear here once they are told without names. Later checks refer to them.")

    def get_rows(self):
        """Return the library, the newest first."""
        return precedent_rows(self.request.actor)


class ProposalList(ListView):
    """Rules that rulings overturn often."""

    title = _("Proposed rule changes")
    subtitle = _("Rules of the check that rulings overturn often.")
    table_class = ProposalTable
    filterset_class = ProposalFilters
    empty_icon = "flag"
    empty_title = _("Nothing proposed")
    empty_text = _("When rulings overturn one rule of the check often, a change of it is proposed here.")

    def get(self, request, *args, **kwargs):
        """Show it to who keeps the settings or heads the channel."""
        if not heads_the_channel(request.actor):
            raise NotAllowed
        return super().get(request, *args, **kwargs)

    def get_rows(self):
        """Return the proposals, the newest first."""
        return RuleProposal.objects.visible_to(self.request.actor).select_related("programme")
