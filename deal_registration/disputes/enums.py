"""States of a dispute, outcomes of a ruling, remedies, states of a proposal."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deal_registration.enums import State


class DisputeState(models.TextChoices):
    """Where a dispute stands."""

    OPENED = "opened", _("Opened")
    STATEMENTS = "statements", _("Statements are taken")
    DELIBERATION = "deliberation", _("With the decider")
    RULED = "ruled", _("Ruled")
    APPEALED = "appealed", _("Under appeal")
    CLOSED = "closed", pgettext_lazy("dispute", "Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# While undecided the contested lines stand still: no review, no promise running, no expiry.
UNDECIDED = frozenset(
    {DisputeState.OPENED, DisputeState.STATEMENTS, DisputeState.DELIBERATION, DisputeState.APPEALED}
)
WITH_A_DECIDER = frozenset({DisputeState.DELIBERATION, DisputeState.APPEALED})
OVER = frozenset({DisputeState.CLOSED, DisputeState.WITHDRAWN})

# Decisions on a line that its partner may dispute.
DISPUTABLE = frozenset({State.REJECTED, State.CONFLICT_HOLD, State.REVOKED, State.EXPIRED})


class Outcome(models.TextChoices):
    """What a ruling says of the contested scopes."""

    AWARD = "award", _("One party gets it")
    SPLIT = "split", _("Split: different product lines or projects to different parties")
    SHARED = "shared", _("Shared: one party holds it, with shares for others")
    STANDS = "stands", _("The decision stands")
    NOBODY = "nobody", _("Nobody gets it")


class Remedy(models.TextChoices):
    """What the losing side gets."""

    NONE = "none", _("No remedy")
    PRIORITY = "priority", _("Priority on the next filing")
    MARGIN = "margin", _("Compensation margin")
    COSTS = "costs", _("Costs of preparing the offer")
    SUPPORT = "support", _("Pre-sales support on the next project")


class ProposalState(models.TextChoices):
    """What became of a proposed change of a rule."""

    OPEN = "open", pgettext_lazy("proposal", "Open")
    TAKEN_UP = "taken_up", _("Taken up")
    DISMISSED = "dismissed", _("Dismissed")
