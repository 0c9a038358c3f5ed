"""Errors about activities that a person can read."""

from django.utils.translation import gettext_lazy as _


class ActivityError(Exception):
    """Something about an activity cannot be done. ``message`` is for people."""

    message = _("This cannot be done with this activity.")

    def __init__(self, message=None):
        self.message = message or self.message
        super().__init__(str(self.message))


class AlreadyDone(ActivityError):
    """It was done or dropped before."""

    message = _("This activity has been done already.")
