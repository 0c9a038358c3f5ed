"""Events about messages: that there was one, and a hash that only its text opens. Never the text."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

declare(
    "message.sent",
    label=_("Message sent"),
    partner_facts={"registration", "side"},
    icon="message",
)
declare(
    "message.retracted",
    label=_("Message taken back"),
    partner_facts={"registration"},
    tone="warning",
    icon="arrow-back-up",
)
