"""Events about people. What names them is personal and can be erased."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

_LABELS = {"person": _("Person"), "email": _("E-mail address"), "changed": _("Changed")}

declare(
    "user.created",
    label=_("User created"),
    partner_sees=False,
    tone="success",
    icon="user-plus",
    labels=_LABELS,
)
declare("user.changed", label=_("User changed"), partner_sees=False, icon="edit", labels=_LABELS)
declare("user.invited", label=_("Invitation sent"), partner_sees=False, icon="mail", labels=_LABELS)
declare(
    "user.disabled",
    label=_("User disabled"),
    partner_sees=False,
    tone="danger",
    icon="ban",
    labels=_LABELS,
)
declare(
    "user.enabled",
    label=_("User enabled"),
    partner_sees=False,
    tone="success",
    icon="user-check",
    labels=_LABELS,
)
