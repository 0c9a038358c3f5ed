"""What happens to opportunities. The partner concerned sees the outline, never the manufacturer's own words."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from core.ledger import declare as declare_any

LABELS = {
    "value": _("value"),
    "stage": _("stage"),
    "source": _("source"),
    "reason": _("reason"),
    "protection_ends_at": _("protected until"),
    "changed": _("changed"),
    "owner": _("owner"),
}
declare = partial(declare_any, labels=LABELS)

declare("opportunity.created", label=_("Opportunity created"), partner_sees=False, icon="target")
declare(
    "opportunity.registered",
    label=_("Opportunity opened from a registration"),
    partner_facts={"protection_ends_at", "source"},
    tone="success",
    icon="shield-check",
)
declare(
    "opportunity.line_registered",
    label=_("Another product line of the registration approved"),
    partner_facts={"protection_ends_at"},
    tone="success",
    icon="shield-check",
)
declare("opportunity.changed", label=_("Opportunity changed"), partner_sees=False, icon="pencil")
declare("opportunity.stage_moved", label=_("Stage changed"), partner_facts={"stage"}, icon="arrow-right")
declare("opportunity.won", label=_("Won"), tone="success", icon="trophy")
declare("opportunity.lost", label=_("Lost"), tone="warning", icon="circle-x")
declare("opportunity.settled", label=_("Closed with its registration"), icon="flag")
declare("opportunity.reopened", label=_("Opened again"), icon="refresh")
declare("opportunity.protection_ended", label=_("Protection ended"), tone="warning", icon="shield-x")
declare(
    "opportunity.protection_extended", label=_("Protection extended"), tone="success", icon="shield-check"
)
declare("opportunity.shared", label=_("Shared"), partner_sees=False, icon="share")
declare("opportunity.unshared", label=_("Sharing ended"), partner_sees=False, icon="link-off")
