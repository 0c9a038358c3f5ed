"""What is shown of an opportunity to whom: one list of facts for the page."""

import re

from django.utils.translation import gettext as _

from core.access.fields import field_access
from core.ui.templatetags.ui import money, reference, when
from core.ui.wording import listed

from .models import Opportunity


def opportunity_facts(opportunity: Opportunity, actor) -> list[tuple[str, object]]:
    """Return (label, value) of the fields the actor may read; a dealer sees what concerns the deal itself."""
    access = field_access(actor, Opportunity)
    owner = opportunity.owner
    facts = [
        ("value", _("Value"), money(opportunity.value)),
        ("expected_close_on", _("Expected close"), when(opportunity.expected_close_on, "date")),
        ("type", _("Type"), opportunity.get_type_display()),
        ("lines", _("Product lines"), listed(row.line.name for row in opportunity.lines.all())),
        ("territory", _("Territory"), opportunity.territory.name),
    ]
    if not actor.is_dealer:
        facts += [
            ("project", _("Project"), opportunity.project.name if opportunity.project else ""),
            ("owner", _("Owner"), (owner.full_name or owner.email) if owner else _("nobody")),
            ("source", _("Source"), source_words(opportunity.source) or _("direct")),
        ]
    if opportunity.closed_at:
        facts.append(("closed_at", _("Closed"), when(opportunity.closed_at, "date")))
        if not actor.is_dealer:
            facts.append(("close_reason", _("Reason"), opportunity.close_reason))
    facts.append(("ref", _("Reference"), reference(opportunity.ref)))
    return [(label, value) for name, label, value in facts if access.readable(name)]


def source_words(source: str) -> str:
    """Return where an opportunity came from in the reader's language; a source of another kind as it is."""
    match = re.fullmatch(r"registration ([0-9A-Z-]+)", source or "")
    if match is None:
        return source
    return _("registration %(reference)s") % {"reference": reference(match.group(1).replace("-", ""))}
