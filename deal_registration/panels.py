"""The registration on the page of its opportunity: who buys, who specifies, who uses; as its dealer typed it."""

from django.urls import reverse

from crm.panels import Panel, register

from .models import Registration


def of_opportunity(opportunity, request) -> dict | None:
    """Return the newest registration that the opportunity came from; two queries at most.

    Whoever sees the opportunity sees who the parties are; the registration itself is a link for those who see it.
    """
    actor = request.actor
    visible = Registration.objects.visible_to(actor).filter(opportunity=opportunity).order_by("-pk")
    registration = visible.first()
    if registration is not None:
        return {"registration": registration, "links_to": _page(registration, actor)}
    if actor.is_dealer:
        return None
    registration = Registration.objects.filter(opportunity=opportunity).order_by("-pk").first()
    return {"registration": registration, "links_to": ""} if registration else None


def _page(registration: Registration, actor) -> str:
    """Return the page of the side the reader works on."""
    name = "registration_detail" if actor.is_dealer else "review_detail"
    return reverse(f"registrations:{name}", args=[registration.ref])


register(
    Panel(
        "opportunities.opportunity",
        "registration",
        "registrations/_opportunity_panel.html",
        of_opportunity,
        place="aside",
        order=10,
    )
)
