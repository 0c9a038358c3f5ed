"""Events about calendars."""

from django.utils.translation import gettext_lazy as _

from core.ledger.reference_data import declare_kept

declare_kept("calendar", _("Business calendar"))
