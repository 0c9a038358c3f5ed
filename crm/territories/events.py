"""Events about territories and the scopes of staff."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare
from core.ledger.reference_data import declare_kept

declare_kept("territory", _("Territory"))
declare(
    "territory.moved",
    label=_("Moved"),
    partner_sees=False,
    icon="hierarchy",
    labels={"row": _("Territory")},
)
declare(
    "scope.granted",
    label=_("Role given"),
    partner_sees=False,
    tone="success",
    icon="user-plus",
    labels={"role": _("Role"), "territory": _("Territory"), "lines": _("Product lines")},
)
declare(
    "scope.withdrawn",
    label=_("Role taken away"),
    partner_sees=False,
    tone="danger",
    icon="circle-minus",
    labels={"role": _("Role"), "territory": _("Territory"), "lines": _("Product lines")},
)
