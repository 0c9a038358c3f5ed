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


class TransferRefused(AccountError):
    """A transfer cannot be done as asked for."""

    message = _("This transfer cannot be done.")


class MergeRefused(AccountError):
    """Two accounts cannot be merged; the message says why."""

    message = _("These two accounts cannot be merged.")


class UndoRefused(AccountError):
    """A merge cannot be taken back; the message says why."""

    message = _("This merge can no longer be undone.")


class JudgementRefused(AccountError):
    """Nothing can be said of two accounts that are one already."""

    message = _("These two accounts have been merged meanwhile.")
