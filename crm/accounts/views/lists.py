"""The list of accounts, and suggestions while a customer's name is typed."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core.access.guards import allows
from core.ui.lists import ListView

from ..filters import AccountFilters, CustomerFilters
from ..models import Account
from ..selectors import customer_options as options_for
from ..suggestions import Suggestion, suggestions_from_above
from ..tables import AccountTable, CustomerTable


class AccountList(ListView):
    """Accounts in the actor's scope; a dealer's own organisation and customers."""

    permission = "accounts.view"
    title = _("Accounts")
    export_name = "accounts"
    default_sort = ("name",)
    template_name = "accounts/account_list.html"
    empty_icon = "building"
    empty_title = _("No accounts yet")

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
        """Say whether one may be added."""
        return {**context, "may_add": allows(self.request.actor, "accounts.edit")}


MOST_OPTIONS = 8


@require_GET
def customer_options(request: HttpRequest) -> HttpResponse:
    """Return known customers the actor may see that the typed text may mean, as options with their reason."""
    query = request.GET.get("q", "")
    found = [
        Suggestion(
            option.account.name,
            option.account.city,
            option.reason,
            {
                "customer_account": option.account.ref,
                "account": option.account.ref,
                "customer_country": option.account.country,
                "customer_city": option.account.city,
            },
        )
        for option in options_for(request.actor, query, limit=MOST_OPTIONS)
    ]
    names = {suggestion.name for suggestion in found}
    if len(query.strip()) > 1:
        further = suggestions_from_above(request.actor, query[:200], MOST_OPTIONS)
        found += [suggestion for suggestion in further if suggestion.name not in names]
    options = [
        {"suggestion": row, "fill": json.dumps(row.fill, ensure_ascii=False)} for row in found[:MOST_OPTIONS]
    ]
    return render(request, "accounts/_customer_options.html", {"options": options})
