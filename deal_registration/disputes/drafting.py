"""The first draft of a precedent: what the case was about, in neutral words, without any name."""

from django.utils.translation import gettext as _

from core.ui.wording import listed
from deal_registration.enums import RejectionReason, State

from .models import ContestedLine, Dispute, Ruling
from .wording import codes_in_words


def draft_of(dispute: Dispute, ruling: Ruling) -> dict[str, str]:
    """Return title and summary to begin with, in the decider's language. The reasons are the ruling's own."""
    rows = list(
        ContestedLine.objects.filter(party__dispute=dispute)
        .select_related("registration_line__line", "party")
        .order_by("registration_line__line__order", "pk")
    )
    subjects = [row for row in rows if row.is_subject]
    lines = listed(dict.fromkeys(row.registration_line.line.name for row in subjects))
    codes = codes_in_words(row.code for row in ruling.codes.all())
    parts = [
        _("A partner disputed the decision on its registration of %(lines)s.") % {"lines": lines},
        _decision(subjects),
        _("The check had found: %(codes)s.") % {"codes": codes} if codes else "",
        _("Another partner held or claimed the same.") if len({row.party_id for row in rows}) > 1 else "",
        _("Ruling: %(outcome)s.") % {"outcome": ruling.get_outcome_display()},
        ruling.text,
    ]
    title = codes or ruling.get_outcome_display()
    return {
        "title": f"{title}: {lines}"[:160],
        "summary": "\n\n".join(part for part in parts if part),
    }


def _decision(subjects: list[ContestedLine]) -> str:
    """Return what had been decided, where a reason was given."""
    reasons = {
        str(RejectionReason(row.registration_line.reason).label)
        for row in subjects
        if row.registration_line.reason in RejectionReason.values
        and row.registration_line.state == State.REJECTED
    }
    return _("It had been rejected: %(reason)s.") % {"reason": listed(sorted(reasons))} if reasons else ""
