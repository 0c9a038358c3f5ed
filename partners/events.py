"""Events about partners and programmes, and what of them the partner concerned may see."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare
from core.ledger.reference_data import declare_kept

_LABELS = {
    "name": _("Name"),
    "type": _("Type"),
    "programme": _("Programme"),
    "parent": _("Distributor above"),
    "person": _("Person"),
    "role": _("Role"),
    "line": _("Product line"),
    "territory": _("Territory"),
    "exclusivity": _("Exclusivity"),
    "valid_from": _("From"),
    "valid_until": _("Until"),
    "agreement": _("Agreement"),
    "version": _("Version"),
    "tier": _("Tier"),
    "reason": _("Reason"),
    "note": _("What changed"),
    "certificate": _("Certificate"),
    "shares_with_parent": _("The distributor above sees its business"),
}
_OWN = frozenset(_LABELS) - {"note"}


def _declare(code: str, label, *, tone: str = "info", icon: str = "history") -> None:
    """Declare an event whose facts the partner concerned may see."""
    declare(code, label=label, partner_facts=_OWN, tone=tone, icon=icon, labels=_LABELS)


_declare("partner.created", _("Partner created"), tone="success", icon="building-community")
_declare("partner.changed", _("Partner changed"), icon="pencil")
_declare("partner.moved", _("Place in the partner tree changed"), icon="hierarchy")
_declare("partner.activated", _("Activated"), tone="success", icon="circle-check")
_declare("partner.suspended", _("Suspended"), tone="warning", icon="player-pause")
_declare("partner.reinstated", _("Reinstated"), tone="success", icon="circle-check")
_declare("partner.terminated", _("Terminated"), tone="danger", icon="circle-x")
_declare("partner.member_added", _("Person added to the team"), tone="success", icon="user-plus")
_declare("partner.member_role_changed", _("Role in the team changed"), icon="edit")
_declare("partner.member_removed", _("Person removed from the team"), tone="danger", icon="circle-minus")
_declare("partner.authorised", _("Authorised"), tone="success", icon="certificate")
_declare("partner.authorisation_ended", _("Authorisation ended"), tone="warning", icon="certificate")
_declare("partner.agreement_accepted", _("Agreement accepted"), tone="success", icon="contract")
_declare("partner.agreement_ended", _("Agreement ended"), tone="warning", icon="file-off")
_declare("partner.tier_set", _("Tier set"), tone="success", icon="award")
_declare("partner.certified", _("Certificate recorded"), tone="success", icon="certificate")

declare_kept("programme", _("Programme"))
declare_kept("tier", _("Tier"))
declare_kept("agreement_template", _("Agreement template"))
declare(
    "programme.version_published",
    label=_("New version of the programme"),
    partner_sees=False,
    tone="success",
    icon="history",
    labels=_LABELS,
)
