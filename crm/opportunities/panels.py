"""Opportunities on the pages of accounts and projects."""

from crm.panels import Panel, register

from .models import Opportunity

SHOWN = 6


def _rows(opportunities) -> dict:
    rows = list(
        opportunities.select_related("stage", "partner_account", "account").order_by("-created_at", "-pk")[
            : SHOWN + 1
        ]
    )
    return {"rows": rows[:SHOWN], "more": len(rows) > SHOWN}


def of_account(account, request) -> dict | None:
    """Return the newest opportunities with a customer that the actor may see."""
    actor = request.actor
    if not actor.may("opportunities.view"):
        return None
    found = _rows(Opportunity.objects.visible_to(actor).filter(account=account))
    may_add = actor.may("opportunities.work") and not actor.read_only
    if not found["rows"] and not may_add:
        return None
    return {**found, "account": account, "may_add": may_add}


def of_project(project, request) -> dict | None:
    """Return the newest opportunities of a project that the actor may see."""
    if not request.actor.may("opportunities.view"):
        return None
    found = _rows(Opportunity.objects.visible_to(request.actor).filter(project=project))
    return {**found, "account": project.account, "may_add": False}


register(Panel("accounts.account", "opportunities", "opportunities/_panel.html", of_account, order=10))
register(Panel("projects.project", "opportunities", "opportunities/_panel.html", of_project, order=10))
