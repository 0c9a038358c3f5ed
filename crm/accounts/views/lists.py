"""The list of accounts, and suggestions while a customer's name is typed."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core.access.fields import field_access
from core.access.guards import allows
from core.imports.registry import may_import
from core.list_views.built_in import BuiltIn
from core.ui.bulk import BulkAction
from core.ui.lists import ListView

from ..filters import AccountFilters, CustomerFilters
from ..models import Account
from ..suggestions import suggestions_from_above
from ..tables import AccountTable, CustomerTable
from ..typeahead import ALSO, LONGEST_QUERY, is_enough
from ..typeahead import customer_options as options_for


class AccountList(ListView):
    """Accounts in the actor's scope; a dealer's own organisation and customers."""

    permission = "accounts.view"
    title = _("Accounts")
    export_name = "accounts"
    default_sort = ("name",)
    template_name = "accounts/account_list.html"
    empty_icon = "building"
    empty_title = _("No accounts yet")
    bulk_actions = (
        BulkAction(
            "transfer", _("Transfer"), "transfer", "accounts.edit", opens="accounts:accounts_transfer"
        ),
    )

    built_in_views = (
        BuiltIn("mine", _("Mine"), "mine=mine", opens=lambda actor: not actor.is_dealer),
        BuiltIn("nobody", _("Nobody's"), "mine=nobody", opens=lambda actor: not actor.is_dealer),
    )

    @property
    def table_class(self):
        """The table for the side this person works on."""
        return CustomerTable if self.request.actor.is_dealer else AccountTable

    @property
    def filterset_class(self):
        """The filters for the side this person works on."""
        return CustomerFilters if self.request.actor.is_dealer else AccountFilters

    @property
    def empty_text(self):
        """Say how accounts come about."""
        if self.request.actor.is_dealer:
            return _("A customer appears here once a deal you registered with them is approved.")
        return _("Accounts come with approved registrations, or are added by hand.")

    def get_title(self):
        """Call them customers for a dealer."""
        return _("Customers") if self.request.actor.is_dealer else self.title

    def get_empty_action(self):
        """Offer to add one to those who may."""
        if allows(self.request.actor, "accounts.edit"):
            return ("accounts:account_new", _("Add an account"))
        return None

    def get_rows(self):
        """Return the accounts the actor may see."""
        return Account.objects.visible_to(self.request.actor).select_related("territory", "owner")

    def get_context(self, **context):
        """Say whether accounts may be added, one by one or from a file."""
        actor = self.request.actor
        return {
            **context,
            "may_add": allows(actor, "accounts.edit"),
            "may_import": may_import(actor, "accounts"),
        }


MOST_OPTIONS = 8


@require_GET
def customer_options(request: HttpRequest) -> HttpResponse:
    """Return known customers the actor may see that the typed text may mean, as options with their reasons.

    ``q`` is what is typed; what the form holds already (registry id, website, phone, place) belongs to the question.
    """
    actor, query = request.actor, request.GET.get("q", "").replace("\x00", "")
    access = field_access(actor, Account)
    also = {name: request.GET.get(name, "").replace("\x00", "") for name in ALSO}
    found = [
        {
            "name": option.account.name,
            "place": option.account.city if access.readable("city") else "",
            "reason": option.reason,
            "url": option.account.get_absolute_url(),
            "fill": _fill(option.account, actor, access),
        }
        for option in options_for(actor, query, also=also, limit=MOST_OPTIONS)
    ]
    names = {row["name"] for row in found}
    if is_enough(query.strip()):
        further = suggestions_from_above(actor, query[:LONGEST_QUERY], MOST_OPTIONS)
        found += [
            {"name": row.name, "place": row.place, "reason": row.reason, "url": "", "fill": row.fill}
            for row in further
            if row.name not in names
        ]
    options = [{**row, "fill": json.dumps(row["fill"], ensure_ascii=False)} for row in found[:MOST_OPTIONS]]
    return render(request, "accounts/_customer_options.html", {"options": options})


def _fill(account: Account, actor, access) -> dict[str, str]:
    """Return what choosing an account fills in, by the names of the forms' fields; of hidden fields nothing."""
    fill = {"customer_account": account.ref, "account": account.ref}
    for name in ("country", "city"):
        if access.readable(name):
            fill[f"customer_{name}"] = getattr(account, name)
    if not actor.is_dealer and account.territory_id and access.readable("territory"):
        fill["territory"] = str(account.territory_id)
    return fill
