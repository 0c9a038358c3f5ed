"""Product families, lines and products."""

from django.utils.translation import gettext_lazy as _

from crm.catalog import services
from crm.catalog.models import Product, ProductFamily, ProductLine

from .base import ServiceForm, ServiceViewSet

_NAMES = ("name_en", "name_zh_hans", "name_zh_hant")


class FamilyForm(ServiceForm):
    """A product family."""

    class Meta:
        model = ProductFamily
        fields = ("code", *_NAMES, "order", "is_active")

    def save_by(self, *, actor, at):
        """Save by the catalogue's service."""
        return services.save_family(self.row(), actor=actor, at=at)


class LineForm(ServiceForm):
    """A product line."""

    class Meta:
        model = ProductLine
        fields = ("code", *_NAMES, "family", "order", "is_active")

    def save_by(self, *, actor, at):
        """Save by the catalogue's service."""
        return services.save_line(self.row(), actor=actor, at=at)


class ProductForm(ServiceForm):
    """A product."""

    class Meta:
        model = Product
        fields = ("code", *_NAMES, "line", "unit", "is_active")

    def save_by(self, *, actor, at):
        """Save by the catalogue's service."""
        return services.save_product(self.row(), actor=actor, at=at)


class FamilyViewSet(ServiceViewSet):
    """Product families."""

    model = ProductFamily
    name = "product-families"
    icon = "folder"
    form = FamilyForm
    remove = staticmethod(services.delete_family)
    list_display = ("name", "code", "order", "is_active")
    search_fields = ("code", *_NAMES)


class LineViewSet(ServiceViewSet):
    """Product lines."""

    model = ProductLine
    name = "product-lines"
    icon = "list-ul"
    form = LineForm
    remove = staticmethod(services.delete_line)
    related = ("family",)
    list_display = ("name", "code", "family", "order", "is_active")
    list_filter = ("family", "is_active")
    search_fields = ("code", *_NAMES)


class ProductViewSet(ServiceViewSet):
    """Products."""

    model = Product
    name = "products"
    icon = "tag"
    form = ProductForm
    remove = staticmethod(services.delete_product)
    related = ("line",)
    list_display = ("name", "code", "line", "unit", "is_active")
    list_filter = ("line", "is_active")
    search_fields = ("code", *_NAMES)
    menu_label = _("Products")
