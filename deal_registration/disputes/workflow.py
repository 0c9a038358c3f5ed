"""The table of transitions of a dispute."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow

from .enums import DisputeState as S

DISPUTE_WORKFLOW = Workflow.of(
    "dispute",
    S,
    (
        Transition(
            "invite",
            frozenset({S.OPENED}),
            (S.STATEMENTS,),
            None,
            "dispute.statements_asked",
            _("Ask for statements"),
        ),
        Transition(
            "deliberate",
            frozenset({S.STATEMENTS}),
            (S.DELIBERATION,),
            None,
            "dispute.deliberation",
            _("Give to the decider"),
        ),
        Transition(
            "hear",
            frozenset({S.DELIBERATION}),
            (S.STATEMENTS,),
            None,
            "dispute.party_joined",
            _("Hear another party"),
        ),
        Transition(
            "rule",
            frozenset({S.DELIBERATION}),
            (S.RULED,),
            "registrations.decide",
            "dispute.ruled",
            _("Rule"),
        ),
        Transition(
            "appeal",
            frozenset({S.RULED}),
            (S.APPEALED,),
            "registrations.file",
            "dispute.appealed",
            _("Appeal"),
        ),
        Transition(
            "rule_on_appeal",
            frozenset({S.APPEALED}),
            (S.CLOSED,),
            "registrations.decide",
            "dispute.appeal_ruled",
            _("Rule on the appeal"),
        ),
        Transition("close", frozenset({S.RULED}), (S.CLOSED,), None, "dispute.closed", _("Close")),
        Transition(
            "withdraw",
            frozenset({S.OPENED, S.STATEMENTS, S.DELIBERATION}),
            (S.WITHDRAWN,),
            "registrations.file",
            "dispute.withdrawn",
            _("Withdraw"),
        ),
    ),
    initial=S.OPENED,
)
