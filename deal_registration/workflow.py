"""The table of transitions of a registration line (domain: deal registration, states)."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow

from .enums import ENDED, LIVE, PENDING, State

_SCREENED = (State.APPROVED, State.IN_REVIEW, State.CONFLICT_HOLD, State.ACTION_REQUIRED, State.REJECTED)
_DECIDABLE = frozenset({State.IN_REVIEW, State.CONFLICT_HOLD})
# What an administrator takes back as a mistake. Of the withdrawn ones those that lapsed unanswered only: what its
# dealer gave up stays given up (``services.correcting``).
_REVERTIBLE = frozenset({State.REJECTED, State.APPROVED, State.REVOKED, State.WITHDRAWN})

LINE_WORKFLOW = Workflow.of(
    "registration line",
    State,
    (
        Transition(
            "submit",
            frozenset({State.DRAFT}),
            (State.SCREENING,),
            "registrations.file",
            "registration.submitted",
            _("Submit"),
        ),
        Transition(
            "screen",
            frozenset({State.SCREENING, State.CONFLICT_HOLD, State.IN_REVIEW}),
            _SCREENED,
            None,
            "registration.screened",
            _("Check"),
        ),
        Transition(
            "request_information",
            _DECIDABLE,
            (State.ACTION_REQUIRED,),
            "registrations.decide",
            "registration.information_requested",
            _("Ask for information"),
        ),
        Transition(
            "answer",
            frozenset({State.ACTION_REQUIRED}),
            (State.SCREENING,),
            "registrations.file",
            "registration.answered",
            _("Send the answer"),
        ),
        Transition(
            "approve",
            _DECIDABLE,
            (State.APPROVED,),
            "registrations.decide",
            "registration.approved",
            _("Approve"),
        ),
        Transition(
            "reject",
            _DECIDABLE,
            (State.REJECTED,),
            "registrations.decide",
            "registration.rejected",
            _("Reject"),
        ),
        Transition(
            "withdraw",
            frozenset(PENDING | {State.APPROVED}),
            (State.WITHDRAWN,),
            "registrations.file",
            "registration.withdrawn",
            _("Withdraw"),
        ),
        Transition(
            "lapse",
            frozenset({State.ACTION_REQUIRED}),
            (State.WITHDRAWN,),
            None,
            "registration.lapsed",
            _("Not answered in time"),
        ),
        Transition(
            "expire",
            frozenset({State.APPROVED}),
            (State.EXPIRED,),
            None,
            "registration.expired",
            _("Protection ended"),
        ),
        Transition(
            "win",
            frozenset({State.APPROVED}),
            (State.WON,),
            "registrations.file",
            "registration.won",
            _("Report as won"),
        ),
        Transition(
            "lose",
            frozenset({State.APPROVED}),
            (State.LOST,),
            "registrations.file",
            "registration.lost",
            _("Report as lost"),
        ),
        Transition(
            "award",
            frozenset(PENDING | ENDED - {State.WON, State.LOST, State.WITHDRAWN}),
            (State.APPROVED,),
            None,
            "registration.awarded",
            _("Awarded by a ruling"),
        ),
        Transition(
            "overrule",
            frozenset(LIVE),
            (State.SUPERSEDED,),
            None,
            "registration.overruled",
            _("Replaced by a ruling"),
        ),
        Transition(
            "amend",
            frozenset({State.DRAFT}),
            (State.SCREENING,),
            "registrations.file",
            "registration.amended",
            _("Add a product line"),
        ),
        Transition(
            "supersede",
            PENDING,
            (State.SUPERSEDED,),
            "registrations.file",
            "registration.superseded",
            _("Replace by a changed registration"),
        ),
        Transition(
            "revoke",
            frozenset({State.APPROVED}),
            (State.REVOKED,),
            "registrations.decide",
            "registration.revoked",
            _("Revoke"),
        ),
        Transition(
            "revert",
            _REVERTIBLE,
            (State.IN_REVIEW,),
            "registrations.revert",
            "registration.reverted",
            _("Take back a mistake"),
        ),
    ),
    initial=State.DRAFT,
)
