"""On which side of a thread somebody stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """Whose words a message holds."""

    PARTNER = "partner", _("Partner")
    STAFF = "staff", _("The manufacturer's team")

    @property
    def other(self) -> "Side":
        """The side that reads it."""
        return Side.STAFF if self is Side.PARTNER else Side.PARTNER
