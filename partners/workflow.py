"""The states of a partner and the ways between them."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow

from .enums import PartnerState

PARTNER = Workflow.of(
    "partner",
    PartnerState,
    [
        Transition(
            "activate",
            frozenset({PartnerState.ONBOARDING}),
            (PartnerState.ACTIVE,),
            "partners.manage",
            "partner.activated",
            _("Activate"),
        ),
        Transition(
            "suspend",
            frozenset({PartnerState.ACTIVE}),
            (PartnerState.SUSPENDED,),
            "partners.manage",
            "partner.suspended",
            _("Suspend"),
        ),
        Transition(
            "reinstate",
            frozenset({PartnerState.SUSPENDED}),
            (PartnerState.ACTIVE,),
            "partners.manage",
            "partner.reinstated",
            _("Reinstate"),
        ),
        Transition(
            "terminate",
            frozenset({PartnerState.ONBOARDING, PartnerState.ACTIVE, PartnerState.SUSPENDED}),
            (PartnerState.TERMINATED,),
            "partners.manage",
            "partner.terminated",
            _("Terminate"),
        ),
    ],
    initial=PartnerState.ACTIVE,
)
