"""What is logged and planned. It stands on the timeline of the opportunity, else of the account."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from core.ledger import declare as declare_any

LABELS = {"subject": _("subject"), "due_at": _("due at")}
declare = partial(declare_any, labels=LABELS, partner_facts={"subject", "due_at"})

declare("activity.logged", label=_("Activity logged"), icon="notes")
declare("activity.planned", label=_("Activity planned"), icon="calendar")
declare("activity.completed", label=_("Activity done"), tone="success", icon="check")
declare("activity.dropped", label=_("Activity dropped"), icon="x")
