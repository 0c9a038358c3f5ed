"""Disputes on the pages of a registration, and rulings beside the hits of its check."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import ngettext

from core import clock
from core.access.guards import allows
from crm.panels import Panel, register
from deal_registration import beside
from deal_registration.beside import Case, Note

from .selectors import disputes_about, precedent_counts
from .services.opening import disputable_lines


def of_registration(registration, request) -> dict | None:
    """Return a registration's disputes, and whether its partner may open one now."""
    actor = request.actor
    may_open = (
        actor.is_dealer
        and actor.organisation_id == registration.partner_id
        and allows(actor, "registrations.file", registration)
        and bool(disputable_lines(registration, clock.now()))
    )
    disputes = disputes_about(registration, actor)
    if not disputes and not may_open:
        return None
    return {"registration": registration, "disputes": disputes, "may_open": may_open}


def of_review(registration, request) -> dict | None:
    """Return a registration's disputes for the reviewer's page."""
    disputes = disputes_about(registration, request.actor)
    return {"registration": registration, "disputes": disputes, "may_open": False} if disputes else None


def rulings_beside(cases: frozenset[Case], actor) -> dict[Case, list[Note]]:
    """Return beside each hit how many rulings there are in cases like it, and where to read them."""
    by_code, by_case = precedent_counts(cases, actor)
    notes = {}
    for code, line_id in cases:
        count = by_case.get((code, line_id), 0) or by_code.get(code, 0)
        if count:
            text = ngettext("%(n)s ruling in cases like this", "%(n)s rulings in cases like this", count)
            url = f"{reverse('disputes:precedent_list')}?{urlencode({'code': code})}"
            notes[code, line_id] = [Note(text % {"n": count}, url)]
    return notes


register(
    Panel(
        "registrations.registration",
        "disputes",
        "disputes/_panel.html",
        of_registration,
        actions="disputes/_panel_actions.html",
    )
)
register(Panel("registrations.review", "disputes", "disputes/_panel.html", of_review, place="aside"))
beside.register("precedents", rulings_beside)
