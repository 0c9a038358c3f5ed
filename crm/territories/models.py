"""The territory tree, and which staff work where on which product lines."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from core.access.models import Role
from core.access.scopes import PublicQuerySet
from core.calendars.models import BusinessCalendar
from crm.catalog.models import Named, ProductLine


class TerritoryQuerySet(MP_NodeQuerySet, PublicQuerySet):
    """Territories: everyone signed in may read the tree."""

    def covering(self, path: str):
        """Return the territory with ``path`` and all above it."""
        steps = range(Territory.steplen, len(path) + 1, Territory.steplen)
        return self.filter(path__in=[path[:end] for end in steps])


class TerritoryManager(MP_NodeManager.from_queryset(TerritoryQuerySet)):
    """Territories in tree order."""

    def get_queryset(self):
        """Return all nodes, parents before children."""
        return TerritoryQuerySet(self.model, using=self._db).order_by("path")


class Territory(MP_Node, Named):
    """A node of the one tree of territories; includes all below it."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO code"))
    calendar = models.ForeignKey(
        BusinessCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("business calendar"),
        help_text=_("Empty: as the territory above."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    node_order_by = ("code",)
    objects = TerritoryManager()

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")

    def __str__(self) -> str:
        return self.name


class StaffScopeQuerySet(PublicQuerySet):
    """Staff scopes: readable by staff."""


class StaffScope(models.Model):
    """One role of one member of staff, within a territory and a set of product lines."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="staff_scopes",
        verbose_name=_("user"),
    )
    role = models.ForeignKey(
        Role,
        on_delete=models.PROTECT,
        related_name="staff_scopes",
        verbose_name=_("role"),
        limit_choices_to={"side": "staff"},
    )
    territory = models.ForeignKey(
        Territory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_scopes",
        verbose_name=_("territory"),
        help_text=_("Empty: everywhere."),
    )
    lines = models.ManyToManyField(
        ProductLine,
        blank=True,
        related_name="+",
        verbose_name=_("product lines"),
        help_text=_("None: all."),
    )

    objects = StaffScopeQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff scope")
        verbose_name_plural = _("staff scopes")
        ordering = ("user", "role")

    def __str__(self) -> str:
        return f"{self.user} · {self.role} · {self.territory or '—'}"
