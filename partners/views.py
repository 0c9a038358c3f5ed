"""Pages about partners: list and page for staff, own company and team for dealers."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core.access.guards import allows, require
from core.list_views.built_in import BuiltIn
from core.ui.lists import ListView

from . import selectors, services
from .enums import PartnerState
from .exceptions import PartnerError
from .filters import PartnerFilters
from .models import AgreementTemplate, Partner
from .pages import partner_page, partner_rows, team_of
from .story import story_of_partner
from .tables import PartnerTable


class PartnerList(ListView):
    """The partners of a channel manager's territories."""

    permission = "partners.view"
    title = _("Partners")
    table_class, filterset_class = PartnerTable, PartnerFilters
    export_name = "partners"
    default_sort = ("account__name",)
    built_in_views = (
        BuiltIn("active", _("Active"), f"state={PartnerState.ACTIVE}"),
        BuiltIn("suspended", _("Suspended"), f"state={PartnerState.SUSPENDED}"),
    )
    empty_icon = "affiliate"
    empty_title = _("No partners here")
    empty_text = _("Partners of your territories and product lines appear here.")

    def get(self, request, *args, **kwargs):
        """Show the list to staff; partner's people have the page of their company instead."""
        if request.actor.is_dealer:
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_rows(self):
        """Return the partners the actor sees."""
        return partner_rows(self.request.actor, timezone.now())


@require_safe
def partner_detail(request, ref: str):
    """One partner: company, tree, authorisations, agreement, tier, people, history."""
    require(request.actor, "partners.view")
    return _page(request, ref)


@require_safe
def company(request):
    """The page of the organisation one works for."""
    return _page(request, _own_partner(request).ref)


@require_safe
def team(request):
    """The people of the organisation one manages."""
    partner = _own_partner(request)
    require(request.actor, "team.manage", partner)
    return render(request, "partners/team.html", {"partner": partner, "team": team_of(partner)})


@require_POST
def agreement_accept(request):
    """Accept the current agreement for the own organisation."""
    partner = _own_partner(request)
    require(request.actor, "team.manage", partner)
    template = selectors.template_for(partner, translation.get_language())
    shown = AgreementTemplate.objects.filter(pk=_number(request.POST.get("template"))).first()
    if template is None or shown != template:
        messages.error(request, _("The text has changed meanwhile. Please read it again."))
    elif not request.POST.get("accepted"):
        messages.error(request, _("Tick the box to say that you accept the agreement."))
    else:
        try:
            services.accept_agreement(
                partner.pk,
                template=template,
                accepted_from=get_adapter().get_client_ip(request),
                actor=request.actor,
                at=timezone.now(),
            )
        except PartnerError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The agreement is in force."))
    return redirect("partners:company")


def _page(request, ref: str):
    """Render the page of a partner the actor sees."""
    actor, at = request.actor, timezone.now()
    page = partner_page(actor, ref, at)
    own = page.partner.pk == actor.organisation_id
    template = selectors.template_for(page.partner, translation.get_language())
    return render(
        request,
        "partners/partner_detail.html",
        {
            "page": page,
            "partner": page.partner,
            "is_own": own,
            "story": story_of_partner(page.partner, actor),
            "calendar": selectors.calendar_for(page.partner),
            "sees_team": not actor.is_dealer or allows(actor, "team.manage", page.partner),
            "agreement_text": template if own and page.agreement is None else None,
            "may_accept": own and allows(actor, "team.manage", page.partner),
        },
    )


def _own_partner(request) -> Partner:
    """Return the organisation the actor works for; raises ``Http404`` for everybody else."""
    if not request.actor.is_dealer:
        raise Http404
    return Partner.objects.select_related("account__territory").get_visible(
        request.actor, pk=request.actor.organisation_id
    )


def _number(text: str | None) -> int:
    """Return a primary key from a form, 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0
