"""Errors about opportunities that a person can read."""

from django.utils.translation import gettext_lazy as _

from crm.exceptions import CrmError


class OpportunityError(CrmError):
    """Something about an opportunity cannot be done. ``message`` is for people."""

    message = _("This cannot be done with this opportunity.")


class NoStages(OpportunityError):
    """The funnel has no stage."""

    message = _("The funnel has no stages yet. An administrator can add them.")
