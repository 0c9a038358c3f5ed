"""What is measured, and how a figure is shown."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.TextChoices):
    """One kind of figure."""

    DECIDE = "decide", _("Time to decide")
    PROMISES = "promises", _("Promises missed")
    CLOSED = "closed", _("Closed with the registrant")
    OVERTURNED = "overturned", _("Decisions overturned")


class Standing(models.TextChoices):
    """How a group's figure is shown: with its numbers, not at all, or (everywhere) because nothing happened.

    Whether a territory has no case or too few is not told apart: that there is one at all would tell on somebody.
    """

    SHOWN = "shown", _("shown")
    FEW = "few", _("none, or too few to show")
    NONE = "none", _("none")
