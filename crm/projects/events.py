"""What happens to projects."""

from django.utils.translation import gettext_lazy as _

from core.ledger import declare

LABELS = {
    "name": _("name"),
    "tender_number": _("tender number"),
    "tender_published_on": _("tender published on"),
}

declare(
    "project.created", label=_("Project added"), partner_sees=False, icon="building-factory-2", labels=LABELS
)
declare("project.changed", label=_("Project changed"), partner_sees=False, icon="pencil", labels=LABELS)
