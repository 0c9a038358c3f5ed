"""Fields and choosers of the admin's forms."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic import chooser as chooser_views
from wagtail.admin.viewsets.chooser import ChooserViewSet

from core.access.exceptions import NotAllowed
from core.access.guards import allows
from core.people.models import User
from core.search import matching_ids
from crm.accounts.models import Account, Kind
from crm.territories.models import Territory
from partners.models import Partner


class TerritoryField(forms.ModelChoiceField):
    """One territory, shown indented in the order of the tree."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Territory.objects.order_by("path"), **kwargs)

    def label_from_instance(self, obj) -> str:
        """Indent by depth."""
        return f"{'  ' * 2 * (obj.depth - 1)}{obj.name}"


class WordsForm(BaseFilterForm):
    """A search box; the view says how it finds."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Search")})
    )

    def filter(self, objects):
        """Return the objects that the words find."""
        self.search_query = self.cleaned_data.get("q") or None
        self.is_searching = self.search_query is not None
        return self.find(objects, self.search_query) if self.is_searching else objects


class AccountWords(WordsForm):
    """Finds accounts by the portal's own search: Chinese names, registry ids, beginnings of words."""

    def find(self, objects, words: str):
        """Return the accounts with these words."""
        return objects.filter(pk__in=matching_ids("accounts.account", words))


class UserWords(WordsForm):
    """Finds people by name or address."""

    def find(self, objects, words: str):
        """Return the people whose name or address holds the words."""
        return objects.filter(Q(full_name__icontains=words) | Q(email__icontains=words))


class PartnerWords(WordsForm):
    """Finds partners by their account's name."""

    def find(self, objects, words: str):
        """Return the partners whose name holds the words."""
        return objects.filter(
            Q(pk__in=matching_ids("accounts.account", words)) | Q(account__name__icontains=words)
        )


class _Guarded:
    """A chooser's view: only for who holds ``permission``, only over rows the actor sees."""

    permission = ""

    def dispatch(self, request, *args, **kwargs):
        """Refuse who may not choose here."""
        if not allows(request.actor, self.permission):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def get_object_list(self):
        """Return the rows to choose from."""
        rows = self.model_class.objects.visible_to(self.request.actor)
        return self.narrow(rows) if hasattr(self, "narrow") else rows

    def get_object(self, pk):
        """Return the chosen row, if the actor sees it."""
        return self.get_object_list().get(pk=pk)


def _views(permission: str, words: type[WordsForm] | None, narrow=None) -> dict[str, type]:
    """Return the view classes of one chooser."""
    shared = {"permission": permission}
    if narrow is not None:
        shared["narrow"] = lambda self, rows: narrow(rows)
    listing = shared | ({"filter_form_class": words} if words else {})
    return {
        "choose_view_class": type("Choose", (_Guarded, chooser_views.ChooseView), listing),
        "choose_results_view_class": type("Results", (_Guarded, chooser_views.ChooseResultsView), listing),
        "chosen_view_class": type("Chosen", (_Guarded, chooser_views.ChosenView), shared),
        "chosen_multiple_view_class": type("Several", (_Guarded, chooser_views.ChosenMultipleView), shared),
    }


class ReadOnlyChooser(ChooserViewSet):
    """A chooser in which nothing is created."""

    def get_urlpatterns(self):
        """Leave out the address that creates."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


account_chooser = ReadOnlyChooser(
    "account_chooser",
    model=Account,
    icon="site",
    choose_one_text=_("Choose an organisation"),
    choose_another_text=_("Choose another"),
    register_widget=False,
    **_views("settings.manage", AccountWords, lambda rows: rows.known()),
)
customer_chooser = ReadOnlyChooser(
    "customer_chooser",
    model=Account,
    icon="site",
    choose_one_text=_("Choose a customer"),
    choose_another_text=_("Choose another"),
    register_widget=False,
    **_views("settings.manage", AccountWords, lambda rows: rows.known().filter(kind=Kind.CUSTOMER)),
)
user_chooser = ReadOnlyChooser(
    "user_chooser",
    model=User,
    icon="user",
    choose_one_text=_("Choose a person"),
    choose_another_text=_("Choose another"),
    register_widget=False,
    **_views("people.manage", UserWords, lambda rows: rows.filter(is_active=True)),
)
partner_chooser = ReadOnlyChooser(
    "partner_chooser",
    model=Partner,
    icon="group",
    choose_one_text=_("Choose a partner"),
    choose_another_text=_("Choose another"),
    register_widget=False,
    **_views("partners.view", PartnerWords, lambda rows: rows.select_related("account")),
)
CHOOSERS = (account_chooser, customer_chooser, user_chooser, partner_chooser)
