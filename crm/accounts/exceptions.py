"""Errors about accounts that a person can read."""

from django.utils.translation import gettext_lazy as _

from crm.exceptions import CrmError


class AccountError(CrmError):
    """Something about an account cannot be done. ``message`` is for people."""

    message = _("This cannot be done with this account.")


class GroupCycle(AccountError):
    """An account would become its own parent."""

    message = _("A company cannot stand above itself. Choose another parent company.")


class FieldNotWritable(AccountError):
    """The actor's roles do not allow changing a field."""

    message = _("You may not change one of these fields.")


class ListingRefused(AccountError):
    """A house listing would end before it begins or is over already."""

    message = _("The end must be later than the beginning.")
