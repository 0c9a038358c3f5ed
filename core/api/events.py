"""Events about API keys; the organisation concerned sees them."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

LABELS = {"name": _("Name"), "prefix": _("Begins with")}

declare(
    "api_key.made",
    label=_("API key made"),
    partner_facts=LABELS,
    tone="info",
    icon="key",
    labels=LABELS,
)
declare(
    "api_key.revoked",
    label=_("API key revoked"),
    partner_facts=LABELS,
    tone="warning",
    icon="ban",
    labels=LABELS,
)
