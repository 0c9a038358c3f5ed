"""Events about roles and field permissions."""

from django.utils.translation import gettext_lazy as _

from core.ledger.reference_data import declare_kept

declare_kept("role", _("Role"))
declare_kept("field_permission", _("Field permission"))
