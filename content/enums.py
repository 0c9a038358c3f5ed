"""Whom a page is for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Whom a piece of news is for. Visitors who are not signed in see no news."""

    EVERYONE = "everyone", _("Everyone signed in")
    PARTNERS = "partners", _("Partners")
    STAFF = "staff", _("Staff")
