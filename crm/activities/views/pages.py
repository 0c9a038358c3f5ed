"""Logging, planning and ticking off activities, from the page they are about."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access.guards import require
from crm.accounts.models import Account
from crm.opportunities.models import Opportunity
from crm.submitting import refusals_as_messages, sent_once

from .. import services
from ..forms import LogForm, PlanForm
from ..models import Activity


def _about(request: HttpRequest, kind: str, ref: str) -> dict:
    """Return what an activity is about, as the services take it; ``Http404`` for what the actor does not see."""
    if kind == "opportunity":
        rows = Opportunity.objects.select_related("account")
        opportunity = rows.get_visible(request.actor, ref=ref)
        return {"account": opportunity.account, "opportunity": opportunity}
    return {"account": Account.objects.known().get_visible(request.actor, ref=ref), "opportunity": None}


def _target(about: dict):
    return about["opportunity"] or about["account"]


@require_POST
def activity_log(request: HttpRequest, about: str, ref: str) -> HttpResponse:
    """Log what was done just now."""
    require(request.actor, "activities.log")
    subject = _about(request, about, ref)
    form = LogForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        done = sent_once(
            request,
            form,
            lambda: (
                services.log_activity(
                    **subject,
                    kind=data["kind"],
                    subject=(data["text"].strip().splitlines() or [""])[0][:200],
                    text=data["text"],
                    actor=request.actor,
                    at=timezone.now(),
                ).ref
            ),
        )
        if done:
            messages.success(request, _("Logged."))
            return redirect(_target(subject))
    messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect(_target(subject))


@require_http_methods(["GET", "POST"])
def activity_plan(request: HttpRequest, about: str, ref: str) -> HttpResponse:
    """Plan something to do about an account or opportunity."""
    require(request.actor, "activities.log")
    subject = _about(request, about, ref)
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = sent_once(
            request,
            form,
            lambda: (
                services.plan_activity(
                    **subject,
                    kind=data["kind"],
                    subject=data["subject"],
                    text=data["text"],
                    due_at=data["due_at"],
                    actor=request.actor,
                    at=timezone.now(),
                ).ref
            ),
        )
        if done:
            messages.success(request, _("Planned."))
            return redirect(_target(subject))
    target = _target(subject)
    return render(
        request,
        "activities/activity_form.html",
        {
            "form": form,
            "target": target,
            "page_title": _("Plan an activity"),
            "submit_label": _("Plan it"),
            "cancel_url": target.get_absolute_url(),
        },
        status=422 if form.errors else 200,
    )


def _activity(request: HttpRequest, ref: str) -> Activity:
    rows = Activity.objects.select_related("account", "opportunity")
    return rows.get_visible(request.actor, ref=ref)


@require_POST
def activity_complete(request: HttpRequest, ref: str) -> HttpResponse:
    """Tick off what was planned."""
    activity = _activity(request, ref)
    with refusals_as_messages(request):
        services.complete_activity(activity.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("Done."))
    return redirect(activity.opportunity or activity.account)


@require_POST
def activity_drop(request: HttpRequest, ref: str) -> HttpResponse:
    """Drop what was planned."""
    activity = _activity(request, ref)
    with refusals_as_messages(request):
        services.drop_activity(activity.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("Dropped."))
    return redirect(activity.opportunity or activity.account)
