"""The tables of transitions: of a question that a person answers, and of how freely a partner's are answered."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow

from .enums import Level, QuestionState

QUESTION_WORKFLOW = Workflow.of(
    "pre-check",
    QuestionState,
    (
        Transition(
            "answer",
            frozenset({QuestionState.WAITING}),
            (QuestionState.ANSWERED,),
            "registrations.decide",
            "precheck.answered",
            _("Give the answer"),
        ),
        Transition(
            "leave",
            frozenset({QuestionState.WAITING}),
            (QuestionState.UNANSWERED,),
            "registrations.decide",
            "precheck.unanswered",
            _("Do not answer"),
        ),
    ),
    initial=QuestionState.WAITING,
)
STANDING_WORKFLOW = Workflow.of(
    "pre-checks of a partner",
    Level,
    (
        Transition("slow", frozenset({Level.NORMAL}), (Level.SLOWED,), None, "precheck.slowed"),
        Transition(
            "stop", frozenset({Level.NORMAL, Level.SLOWED}), (Level.STOPPED,), None, "precheck.stopped"
        ),
        Transition(
            "lift",
            frozenset({Level.SLOWED, Level.STOPPED}),
            (Level.NORMAL,),
            "registrations.decide",
            "precheck.lifted",
            _("Lift the pause"),
        ),
    ),
    field="level",
    initial=Level.NORMAL,
)
