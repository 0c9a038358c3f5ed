"""Events about disputes, rulings, precedents and proposed changes of rules.

An event has one partner concerned. What all parties are to learn is therefore written once for the staff and once for
each party, as *told*, with nothing of the other sides in it.
"""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

_LINES, _BY, _TEXT = _("Product lines"), _("Until"), _("Reasons")

declare(
    "dispute.opened",
    label=_("Dispute opened"),
    partner_facts={"lines"},
    tone="warning",
    icon="message",
    labels={"lines": _LINES},
)
declare(
    "dispute.stated",
    label=_("Statement made"),
    partner_facts={"text", "files"},
    icon="message",
    labels={},
)
declare(
    "dispute.evidence_added",
    label=_("Evidence added"),
    partner_facts={"file_name"},
    icon="paperclip",
    labels={"file_name": _("File")},
)
declare("dispute.said_all", label=_("Everything is said"), icon="check")
declare("dispute.accepted", label=_("Ruling accepted"), tone="success", icon="check")
declare(
    "dispute.withdrawn",
    label=_("Dispute withdrawn"),
    icon="arrow-back-up",
    partner_sees=False,
)

# --- for the staff alone

for _code, _label, _tone, _icon in (
    ("statements_asked", _("Statements asked for"), "info", "messages"),
    ("party_joined", _("Another party joined"), "warning", "user-plus"),
    ("deliberation", _("With the decider"), "info", "clipboard-check"),
    ("decider_reminded", _("Ruling due soon"), "warning", "clock"),
    ("escalated", _("Deciders named"), "info", "user-check"),
    ("overdue", _("Ruling overdue on the highest rung"), "danger", "flag"),
    ("no_decider", _("Nobody is left who may decide"), "danger", "alert-triangle"),
    ("ruled", _("Ruled"), "success", "contract"),
    ("appealed", _("Appealed"), "warning", "message"),
    ("appeal_ruled", _("Ruled on appeal"), "success", "contract"),
    ("closed", _("Dispute closed"), "info", "archive"),
):
    declare(
        f"dispute.{_code}",
        label=_label,
        partner_sees=False,
        tone=_tone,
        icon=_icon,
        labels={"due_at": _BY},
    )

# --- told to one party

for _code, _label, _tone, _icon, _facts in (
    ("told_concerned", _("A dispute concerns your registration"), "warning", "message", {"lines", "due_at"}),
    ("told_statements", _("Statements are taken"), "info", "messages", {"due_at"}),
    ("told_reminder", _("The time for statements ends soon"), "warning", "clock", {"due_at"}),
    ("told_deliberation", _("With the decider"), "info", "clipboard-check", {"due_at"}),
    ("told_escalated", _("Moved to the next rung"), "info", "flag", {"due_at"}),
    (
        "told_ruling",
        _("Ruled"),
        "success",
        "contract",
        {"result", "lines", "text", "remedy", "remedy_text", "percent", "due_at"},
    ),
    ("told_appeal", _("Appealed"), "warning", "message", {"due_at"}),
    ("told_closed", _("Dispute closed"), "info", "archive", set()),
    ("told_withdrawn", _("Dispute withdrawn"), "info", "arrow-back-up", set()),
):
    declare(
        f"dispute.{_code}",
        label=_label,
        partner_facts=_facts,
        tone=_tone,
        icon=_icon,
        labels={
            name: label
            for name, label in {"lines": _LINES, "due_at": _BY, "text": _TEXT}.items()
            if name in _facts
        },
    )

declare("precedent.published", label=_("Precedent published"), partner_sees=False, icon="book")
declare("precedent.overturned", label=_("Precedent overturned on appeal"), partner_sees=False, icon="book")
declare(
    "rule_proposal.opened",
    label=_("Change of a rule proposed"),
    partner_sees=False,
    tone="warning",
    icon="flag",
)
declare("rule_proposal.decided", label=_("Proposed change decided"), partner_sees=False, icon="check")

TOLD = "dispute.told_"
