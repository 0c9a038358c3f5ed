"""Product families, product lines and products. Lines are flat: families only group them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access.scopes import PublicQuerySet
from core.ui.names import local_name


class Named(models.Model):
    """A row with a name in three languages."""

    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh_hans = models.CharField(_("name (simplified Chinese)"), max_length=120, blank=True)
    name_zh_hant = models.CharField(_("name (traditional Chinese)"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return local_name(self)


class CatalogQuerySet(PublicQuerySet):
    """Reference data of the catalogue."""

    def active(self):
        """Return what is still sold."""
        return self.filter(is_active=True)


class ProductFamily(Named):
    """A group of product lines; has no meaning for scopes."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = _("product family")
        verbose_name_plural = _("product families")
        ordering = ("order", "code")


class ProductLine(Named):
    """What authorisations, claims and sequences are counted by."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    family = models.ForeignKey(
        ProductFamily, on_delete=models.PROTECT, related_name="lines", verbose_name=_("family")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = _("product line")
        verbose_name_plural = _("product lines")
        ordering = ("family__order", "order", "code")


class Product(Named):
    """Something with a code that is sold."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    line = models.ForeignKey(
        ProductLine, on_delete=models.PROTECT, related_name="products", verbose_name=_("line")
    )
    unit = models.CharField(_("unit"), max_length=20, default="pcs")
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ("code",)
