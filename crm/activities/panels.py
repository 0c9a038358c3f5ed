"""Activities on the pages of accounts and opportunities: what is due, what was done, logging in two taps."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.access.guards import allows
from crm.panels import Panel, register

from .forms import DONE_KINDS, LogForm
from .models import Activity, ActivityKind

SHOWN = 8
ICONS = {
    ActivityKind.CALL: "phone",
    ActivityKind.VISIT: "map-pin",
    ActivityKind.MEETING: "users",
    ActivityKind.EMAIL: "mail",
    ActivityKind.QUOTE: "file-invoice",
    ActivityKind.SAMPLE: "package",
    ActivityKind.NOTE: "note",
    ActivityKind.TASK: "checks",
}


def _panel(activities, about: str, ref: str, request) -> dict:
    """Return what the card shows; two queries."""
    now = timezone.now()
    rows = activities.select_related("done_by", "opportunity")
    due = [
        {
            "activity": row,
            "icon": ICONS[row.kind],
            "is_overdue": row.due_at < now,
            "is_own": row.done_by_id == request.actor.user_id,
        }
        for row in rows.filter(done_at__isnull=True).order_by("due_at", "pk")[:SHOWN]
    ]
    done = [
        {"activity": row, "icon": ICONS[row.kind]}
        for row in rows.filter(done_at__isnull=False).order_by("-done_at", "-pk")[:SHOWN]
    ]
    return {
        "about": about,
        "due": due,
        "done": done,
        "may_log": allows(request.actor, "activities.log"),
        "log_url": reverse(f"activities:{about}_log", args=[ref]),
        "plan_url": reverse(f"activities:{about}_plan", args=[ref]),
        "log_form": LogForm(),
        "kinds": [(value, label, ICONS[value]) for value, label in DONE_KINDS],
    }


def of_account(account, request) -> dict | None:
    """Return the activities with a customer that the actor may see, those on its opportunities too."""
    if not allows(request.actor, "activities.log") and not request.actor.may("accounts.view"):
        return None
    activities = Activity.objects.visible_to(request.actor).filter(account=account)
    return _panel(activities, "account", account.ref, request)


def of_opportunity(opportunity, request) -> dict | None:
    """Return the activities on an opportunity that the actor may see."""
    activities = Activity.objects.visible_to(request.actor).filter(Q(opportunity=opportunity))
    return _panel(activities, "opportunity", opportunity.ref, request)


for page, context in (("accounts.account", of_account), ("opportunities.opportunity", of_opportunity)):
    register(
        Panel(
            page,
            "activities",
            "activities/_panel.html",
            context,
            order=20,
            actions="activities/_actions.html",
        )
    )
