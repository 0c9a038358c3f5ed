"""House accounts: customers the manufacturer serves itself."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import HouseListing
from crm.accounts.services.listings import add_house_listing, end_house_listing

from .base import ServiceForm, ServiceViewSet
from .fields import customer_chooser


class HouseListingForm(ServiceForm):
    """An entry in the house list. What was decided under it stays explicable: it is ended, not edited."""

    class Meta:
        model = HouseListing
        fields = ("account", "whole_group", "valid_from", "valid_until", "reason")
        widgets = {"account": customer_chooser.widget_class}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].required = False
        self.fields["valid_from"].help_text = _("Empty: from now on.")
        self.fields["valid_until"].help_text = _("Empty: until it is ended.")

    def clean_valid_from(self):
        """Return the beginning, now if none was given."""
        return self.cleaned_data["valid_from"] or timezone.now()

    def clean(self):
        """Refuse a customer who is not in reach: the chooser's answer is not trusted."""
        cleaned = super().clean()
        account = cleaned.get("account")
        if account is not None and account.lifecycle != "account":
            self.add_error("account", forms.ValidationError(_("Choose a known customer.")))
        return cleaned

    def save_by(self, *, actor, at):
        """Save by the accounts' service."""
        data = self.cleaned_data
        return add_house_listing(
            data["account"].pk,
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            whole_group=data["whole_group"],
            reason=data["reason"],
            actor=actor,
            at=at,
        )


def end_listing(listing: HouseListing, *, actor, at) -> None:
    """End an entry now."""
    end_house_listing(listing.pk, actor=actor, at=at)


class HouseListingViewSet(ServiceViewSet):
    """The house list."""

    model = HouseListing
    name = "house-accounts"
    icon = "home"
    form = HouseListingForm
    can_change = False
    remove = staticmethod(end_listing)
    related = ("account",)
    inspect_view_enabled = True
    inspect_view_fields = ("account", "whole_group", "valid_from", "valid_until", "reason")
    list_display = ("account", "whole_group", "valid_from", "valid_until", "reason")
    list_filter = ("whole_group",)
    search_fields = ("account__name", "account__other_name", "reason")
    ordering = ("account__name", "valid_from")

    class _Delete(ServiceViewSet.delete_view_class):
        """Ends an entry instead of deleting it."""

        page_title = _("End now")
        success_message = _("%(object)s is no longer on the house list.")
        confirmation_message = _("Take this customer off the house list now?")

    delete_view_class = _Delete
