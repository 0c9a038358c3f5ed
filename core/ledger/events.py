"""Events about the ledger itself."""

from django.utils.translation import gettext_lazy as _

from .registry import declare

FACTS_ERASED = "ledger.facts_erased"

declare(FACTS_ERASED, label=_("A person's facts were erased"), partner_sees=False, icon="trash")
