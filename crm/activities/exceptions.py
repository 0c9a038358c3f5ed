"""Errors about activities that a person can read."""

from django.utils.translation import gettext_lazy as _

from crm.exceptions import CrmError


class ActivityError(CrmError):
    """Something about an activity cannot be done. ``message`` is for people."""

    message = _("This cannot be done with this activity.")


class AlreadyDone(ActivityError):
    """It was done or dropped before."""

    message = _("This activity has been done already.")
