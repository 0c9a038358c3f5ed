"""What taking an import back leaves at an account. None of it concerns a partner."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

LABELS = {"name": _("name")}

declare(
    "account.taken_back",
    label=_("Removed again: its import was undone"),
    partner_sees=False,
    labels=LABELS,
    icon="arrow-back-up",
)
declare(
    "account.alias_removed",
    label=_("Another name removed again"),
    partner_sees=False,
    labels=LABELS,
    icon="tag",
)
