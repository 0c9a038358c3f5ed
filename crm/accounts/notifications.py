"""Who is told of a transfer: the new and the old owner, and whoever asked for a big one. And of a search's end.

Of one account by name, to those who see it; of several by their number.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.ledger import facts_of
from core.notifications import Kind, register

from .models import Account

FINISHED = "account.transfer_finished"


def _owners(event) -> set[int]:
    """Return the old and the new owner of an account transferred by itself."""
    facts = facts_of(event)
    if facts.get("together") != 1:
        return set()
    return {facts.get("from_owner_id"), facts.get("to_owner_id")} - {None}


def _by(event) -> str:
    """Return who did it."""
    person = get_user_model().objects.filter(pk=event.actor_id).first()
    return str(person) if person else ""


def _one(event) -> dict[str, Any]:
    facts = facts_of(event)
    account = Account.objects.get(pk=event.object_id)
    return {
        "account": account.name,
        "receiver": facts.get("to_owner_id"),
        "by": _by(event),
        "reason": facts.get("reason", ""),
    }


def _many(event) -> dict[str, Any]:
    facts = facts_of(event)
    return {"number": facts["number"], "by": _by(event), "reason": facts.get("reason", "")}


def _many_url(event) -> str:
    """Lead to the result of one's own transfer, else to one's own accounts."""
    if event.type == FINISHED:
        return reverse("accounts:transfer_detail", args=[facts_of(event)["transfer"]])
    return f"{reverse('accounts:account_list')}?mine=mine"


register(
    Kind(
        code="account_transferred",
        label=_("An account comes to you or goes from you"),
        event_types=("account.transferred",),
        recipients=_owners,
        url=lambda event: Account.objects.get(pk=event.object_id).get_absolute_url(),
        about=Account._meta.label_lower,
        context=_one,
        side="staff",
        permission="accounts.view",
    )
)
register(
    Kind(
        code="accounts_transferred",
        label=_("Several accounts are transferred"),
        event_types=("account.transfer_given", "account.transfer_received", FINISHED),
        recipients=lambda event: {facts_of(event)["person_id"]},
        url=_many_url,
        context=_many,
        side="staff",
    )
)
register(
    Kind(
        code="duplicates_found",
        label=_("A search for duplicates that you started is finished"),
        event_types=("duplicates.found",),
        recipients=lambda event: {facts_of(event).get("person_id")} - {None},
        url=lambda event: reverse("accounts:duplicate_list"),
        side="staff",
        permission="accounts.merge",
        default_mail=False,
    )
)
