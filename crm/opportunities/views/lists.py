"""The list of opportunities, and the funnel."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from core.access.guards import allows, require
from core.list_views.built_in import BuiltIn
from core.ui.charts import BarChart, Series
from core.ui.lists import ListView

from ..filters import CustomerOpportunityFilters, OpportunityFilters
from ..models import Opportunity
from ..selectors import funnel
from ..tables import CustomerOpportunityTable, OpportunityTable


def opportunity_rows(actor):
    """Return the opportunities ``actor`` may see, with what a row shows."""
    return (
        Opportunity.objects.visible_to(actor)
        .select_related("account", "stage", "territory", "owner", "partner_account")
        .prefetch_related("lines__line")
    )


class OpportunityList(ListView):
    """Opportunities in the actor's scope; a dealer's own."""

    permission = "opportunities.view"
    title = gettext_lazy("Opportunities")
    export_name = "opportunities"
    default_sort = ("-created_at",)
    template_name = "opportunities/opportunity_list.html"
    empty_icon = "target"
    empty_title = gettext_lazy("No opportunities yet")
    built_in_views = (
        BuiltIn("mine", gettext_lazy("Mine"), "mine=mine", opens=lambda actor: not actor.is_dealer),
        BuiltIn("open", pgettext_lazy("opportunities", "Open"), "state=open"),
        BuiltIn("ending", gettext_lazy("Protection ends in 30 days"), "ending=30"),
    )

    @property
    def table_class(self):
        """The table for the side this person works on."""
        return CustomerOpportunityTable if self.request.actor.is_dealer else OpportunityTable

    @property
    def filterset_class(self):
        """The filters for the side this person works on."""
        return CustomerOpportunityFilters if self.request.actor.is_dealer else OpportunityFilters

    @property
    def empty_text(self):
        """Say how opportunities come about."""
        if self.request.actor.is_dealer:
            return _("An opportunity opens by itself when a registration of yours is approved.")
        return _("They open with approved registrations, or are added for direct business.")

    def get_empty_action(self):
        """Offer to add one to those who may."""
        if allows(self.request.actor, "opportunities.work"):
            return ("opportunities:opportunity_new", _("Add an opportunity"))
        return None

    def get_rows(self):
        """Return the opportunities the actor may see."""
        return opportunity_rows(self.request.actor)

    def get_context(self, **context):
        """Say what may be done from here."""
        actor = self.request.actor
        return {**context, "may_add": allows(actor, "opportunities.work"), "has_funnel": not actor.is_dealer}


@require_GET
def opportunity_funnel(request: HttpRequest) -> HttpResponse:
    """Show how many open opportunities stand in which stage and what they are worth."""
    actor = request.actor
    require(actor, "opportunities.view")
    filterset = OpportunityFilters(
        request.GET, queryset=Opportunity.objects.visible_to(actor).open(), request=request
    )
    steps = funnel(filterset.qs)
    chart = BarChart(
        title=_funnel_title(steps),
        labels=[step.stage.name for step in steps],
        series=[Series(_("Open opportunities"), [step.count for step in steps])],
        unit=_("opportunities"),
        horizontal=True,
    )
    return render(
        request,
        "opportunities/opportunity_funnel.html",
        {"filterset": filterset, "steps": steps, "chart": chart, "total": sum(step.count for step in steps)},
    )


def _funnel_title(steps) -> str:
    """Say what to see: where most of the open business stands."""
    fullest = max(steps, key=lambda step: step.count, default=None)
    if fullest is None or not fullest.count:
        return _("Nothing is open")
    return _("Most open opportunities stand in “%(stage)s”") % {"stage": fullest.stage.name}
