"""Opportunities when accounts are merged: they are found by their account's name."""

from datetime import datetime

from crm.accounts.merging import registry
from crm.accounts.merging.journal import Journal

from .models import Opportunity
from .services.terms import keep_in_step


def _found_by_the_name(account_ids, journal: Journal, event_pk: int, at: datetime) -> None:
    """Write the search terms of the opportunities that moved."""
    moved = journal.ids("opportunities.opportunity", "account_id")
    for opportunity in (
        Opportunity.objects.filter(pk__in=moved).select_related("account").order_by("pk").iterator(500)
    ):
        keep_in_step(opportunity)


registry.register(registry.Party("opportunities", follow=_found_by_the_name))
