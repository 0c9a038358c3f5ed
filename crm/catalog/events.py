"""Events about the catalogue."""

from django.utils.translation import gettext_lazy as _

from core.ledger.reference_data import declare_kept

declare_kept("product_family", _("Product family"))
declare_kept("product_line", _("Product line"))
declare_kept("product", _("Product"))
