"""Projects on the page of their customer."""

from crm.panels import Panel, register

from .models import Project

SHOWN = 6


def of_account(account, request) -> dict | None:
    """Return the projects of a customer; nothing for a dealer."""
    if request.actor.is_dealer:
        return None
    rows = list(
        Project.objects.visible_to(request.actor).filter(account=account).order_by("-pk")[: SHOWN + 1]
    )
    return {"rows": rows[:SHOWN], "more": len(rows) > SHOWN} if rows else None


register(Panel("accounts.account", "projects", "projects/_panel.html", of_account, order=30))
