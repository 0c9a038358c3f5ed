"""States and types of opportunities."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OpportunityState(models.TextChoices):
    """Where an opportunity ended up."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class OpportunityType(models.TextChoices):
    """What kind of business it is; recorded, never separates scopes."""

    NEW = "new", _("New business")
    EXPANSION = "expansion", _("Expansion")
    REPLACEMENT = "replacement", _("Replacement")
    TENDER = "tender", _("Tender")
