"""One opportunity: its page, adding and editing it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.access.guards import allows, require
from crm.accounts import services as accounts
from crm.accounts.forms import ShareForm
from crm.accounts.models import Account
from crm.panels import panels_for
from crm.story import day, names_of, story_of
from crm.submitting import changed, sent_once

from .. import services
from ..enums import OpportunityState
from ..forms import OpportunityForm
from ..models import Opportunity, OpportunityShare, Stage
from ..presenting import opportunity_facts, source_words


def find_opportunity(request: HttpRequest, ref: str) -> Opportunity:
    """Return an opportunity the actor may see, with what its page shows, or raise ``Http404``."""
    rows = Opportunity.objects.select_related(
        "account", "project", "stage", "territory", "owner", "partner_account"
    ).prefetch_related("lines__line")
    return rows.get_visible(request.actor, ref=ref)


@require_GET
def opportunity_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one opportunity: stage, facts, protection, activities, what happened."""
    actor = request.actor
    require(actor, "opportunities.view")
    opportunity = find_opportunity(request, ref)
    may_work = allows(actor, "opportunities.work", opportunity)
    stages = list(Stage.objects.visible_to(actor).filter(is_active=True)) if not actor.is_dealer else []
    names = {stage.code: stage.name for stage in stages}
    words = {
        "protection_ends_at": day,
        "source": source_words,
        "changed": names_of(Opportunity),
        "stage": lambda value: names.get(value, ""),
        "value": lambda value: "",
        "ends_on": day,
        "due_at": day,
    }
    shares = OpportunityShare.objects.filter(
        opportunity=opportunity, ends_on__gte=timezone.localdate()
    ).select_related("user")
    return render(
        request,
        "opportunities/opportunity_detail.html",
        {
            "opportunity": opportunity,
            "facts": opportunity_facts(opportunity, actor),
            "sees_account": Account.objects.visible_to(actor).filter(pk=opportunity.account_id).exists(),
            "is_open": opportunity.state == OpportunityState.OPEN,
            "is_protected": bool(
                opportunity.protection_ends_at and opportunity.protection_ends_at > timezone.now()
            ),
            "stages": stages,
            "may_work": may_work,
            "shares": list(shares.order_by("user__full_name", "pk")) if may_work else [],
            "share_form": ShareForm(actor=actor) if may_work else None,
            "panels": panels_for("opportunities.opportunity", opportunity, request),
            "timeline_entries": story_of(opportunity, actor, words=words),
        },
    )


@require_http_methods(["GET", "POST"])
def opportunity_new(request: HttpRequest) -> HttpResponse:
    """Add a direct opportunity; ``?account=`` names the customer."""
    actor = request.actor
    require(actor, "opportunities.work")
    account = None
    if request.GET.get("account"):
        account = Account.objects.known().get_visible(actor, ref=request.GET["account"])
    initial = {"owner": actor.user_id, "territory": account.territory_id if account else None}
    form = OpportunityForm(request.POST or None, actor=actor, account=account, initial=initial)
    if request.method == "POST" and form.is_valid():
        ref = sent_once(request, form, lambda: _add(form, actor))
        if ref:
            return redirect("opportunities:opportunity_detail", ref=ref)
    return render(
        request,
        "opportunities/opportunity_form.html",
        {
            "form": form,
            "account": account,
            "opportunity": None,
            "page_title": _("Add an opportunity"),
            "submit_label": _("Add the opportunity"),
            "cancel_url": account.get_absolute_url()
            if account
            else reverse("opportunities:opportunity_list"),
        },
        status=422 if form.errors else 200,
    )


def _add(form: OpportunityForm, actor) -> str:
    """Add the opportunity and, where the customer was not known by this name, what the person said of it."""
    account, at = form.known_account, timezone.now()
    if form.new_customer:
        account = accounts.create_account(data=form.new_customer_data(), actor=actor, at=at)
        accounts.tell_apart(account.pk, form.twins, actor=actor, at=at)
    elif form.meant is not None and form.may_add_customer:
        accounts.say_same(form.meant, name=form.cleaned_data["customer"], actor=actor, at=at)
    data = {**form.data_for_service(), "account": account}
    return services.create_direct(data=data, line_ids=form.line_ids(), actor=actor, at=at).ref


@require_http_methods(["GET", "POST"])
def opportunity_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Edit an opportunity: the fields the actor may write."""
    actor = request.actor
    opportunity = find_opportunity(request, ref)
    require(actor, "opportunities.work", opportunity)
    form = OpportunityForm(
        request.POST or None, instance=opportunity, actor=actor, account=opportunity.account
    )
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        if changed(
            form,
            lambda: services.update_opportunity(
                opportunity.pk, data=data, line_ids=form.line_ids(), actor=actor, at=timezone.now()
            ),
        ):
            return redirect("opportunities:opportunity_detail", ref=ref)
    return render(
        request,
        "opportunities/opportunity_form.html",
        {
            "form": form,
            "account": opportunity.account,
            "opportunity": opportunity,
            "page_title": _("Edit the opportunity"),
            "submit_label": _("Save"),
            "cancel_url": opportunity.get_absolute_url(),
        },
        status=422 if form.errors else 200,
    )
