"""Events about views that others see. What a person keeps for themselves leaves none."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ledger import declare

_LABELS = {
    "list": pgettext_lazy("rows on a page", "List"),
    "name": _("Name"),
    "audience": _("Shared with"),
}

declare(
    "list_view.shared", label=_("View shared"), partner_sees=False, tone="info", icon="share", labels=_LABELS
)
declare(
    "list_view.unshared",
    label=_("View no longer shared"),
    partner_sees=False,
    tone="neutral",
    icon="lock",
    labels=_LABELS,
)
