"""Types and states of partners, kinds of exclusivity."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartnerType(models.TextChoices):
    """What a partner does."""

    DISTRIBUTOR = "distributor", _("Distributor")
    DEALER = "dealer", _("Dealer")
    INTEGRATOR = "integrator", _("Integrator")
    SERVICE = "service", _("Service partner")


class PartnerState(models.TextChoices):
    """Where a partner stands."""

    ONBOARDING = "onboarding", _("Onboarding")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")


class Exclusivity(models.TextChoices):
    """How an authorisation holds a territory."""

    EXCLUSIVE = "exclusive", _("Exclusive")
    OPEN = "open", pgettext_lazy("exclusivity", "Open")
    RADIATION = "radiation", _("Radiation")
