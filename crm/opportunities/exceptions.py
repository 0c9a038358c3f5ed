"""Errors about opportunities that a person can read."""

from django.utils.translation import gettext_lazy as _


class OpportunityError(Exception):
    """Something about an opportunity cannot be done. ``message`` is for people."""

    message = _("This cannot be done with this opportunity.")

    def __init__(self, message=None):
        self.message = message or self.message
        super().__init__(str(self.message))


class NoStages(OpportunityError):
    """The funnel has no stage."""

    message = _("The funnel has no stages yet. An administrator can add them.")
