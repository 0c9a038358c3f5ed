"""What is done to an opportunity by one press: stage, won, lost, open again, share."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.accounts.forms import ShareForm
from crm.submitting import refusals_as_messages

from .. import services
from ..forms import CloseForm
from ..models import OpportunityShare, Stage
from .pages import find_opportunity


@require_POST
def opportunity_stage(request: HttpRequest, ref: str) -> HttpResponse:
    """Move to the stage that was pressed."""
    opportunity = find_opportunity(request, ref)
    stages = Stage.objects.visible_to(request.actor).filter(is_active=True)
    stage = stages.filter(code=request.POST.get("stage", "")).first()
    if stage is None:
        raise Http404
    with refusals_as_messages(request):
        services.move_stage(opportunity.pk, stage_pk=stage.pk, actor=request.actor, at=timezone.now())
    return redirect(opportunity)


def _close(request: HttpRequest, ref: str, service, done: str) -> HttpResponse:
    opportunity = find_opportunity(request, ref)
    form = CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(opportunity)
    with refusals_as_messages(request):
        service(opportunity.pk, reason=form.cleaned_data["reason"], actor=request.actor, at=timezone.now())
        messages.success(request, done)
    return redirect(opportunity)


@require_POST
def opportunity_win(request: HttpRequest, ref: str) -> HttpResponse:
    """Close as won."""
    return _close(request, ref, services.win, _("Congratulations: marked as won."))


@require_POST
def opportunity_lose(request: HttpRequest, ref: str) -> HttpResponse:
    """Close as lost."""
    return _close(request, ref, services.lose, _("Marked as lost."))


@require_POST
def opportunity_reopen(request: HttpRequest, ref: str) -> HttpResponse:
    """Open again what was closed."""
    opportunity = find_opportunity(request, ref)
    with refusals_as_messages(request):
        services.reopen(opportunity.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("The opportunity is open again."))
    return redirect(opportunity)


@require_POST
def opportunity_share(request: HttpRequest, ref: str) -> HttpResponse:
    """Share with a colleague until a day."""
    opportunity = find_opportunity(request, ref)
    form = ShareForm(request.POST, actor=request.actor)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(opportunity)
    with refusals_as_messages(request):
        services.share_opportunity(
            opportunity.pk,
            user_pk=form.cleaned_data["user"].pk,
            can_write=form.cleaned_data["can_write"],
            ends_on=form.cleaned_data["ends_on"],
            actor=request.actor,
            at=timezone.now(),
        )
        messages.success(request, _("Shared."))
    return redirect(opportunity)


@require_POST
def opportunity_unshare(request: HttpRequest, ref: str, user_ref: str) -> HttpResponse:
    """End a share."""
    opportunity = find_opportunity(request, ref)
    share = OpportunityShare.objects.filter(opportunity=opportunity, user__ref=user_ref).first()
    if share is None:
        raise Http404
    with refusals_as_messages(request):
        services.unshare_opportunity(share.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("The sharing is ended."))
    return redirect(opportunity)
