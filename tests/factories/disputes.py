"""Disputes, precedents and proposals as bare rows. A dispute that counts goes through the services."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from deal_registration.disputes.enums import Outcome
from deal_registration.disputes.models import (
    Dispute,
    DisputeParty,
    Precedent,
    RuleProposal,
    Ruling,
    Statement,
)

from .core import UserFactory
from .deals import RegistrationFactory
from .partners import ProgrammeFactory


class DisputeFactory(DjangoModelFactory):
    """A dispute just opened, without parties."""

    class Meta:
        model = Dispute

    registration = factory.SubFactory(RegistrationFactory)
    partner = factory.SelfAttribute("registration.partner")
    territory = factory.SelfAttribute("registration.territory")
    opened_at = factory.LazyFunction(timezone.now)
    opened_by = factory.SubFactory(UserFactory)


class DisputePartyFactory(DjangoModelFactory):
    """The opener of a dispute."""

    class Meta:
        model = DisputeParty

    dispute = factory.SubFactory(DisputeFactory)
    partner = factory.SelfAttribute("dispute.partner")
    registration = factory.SelfAttribute("dispute.registration")
    is_opener = True
    joined_at = factory.LazyFunction(timezone.now)


class StatementFactory(DjangoModelFactory):
    """What the opener says."""

    class Meta:
        model = Statement

    party = factory.SubFactory(DisputePartyFactory)
    text = "We were first."
    written_by = factory.SubFactory(UserFactory)
    written_at = factory.LazyFunction(timezone.now)


class RulingFactory(DjangoModelFactory):
    """A first ruling by which the decision stands."""

    class Meta:
        model = Ruling

    dispute = factory.SubFactory(DisputeFactory)
    number = 1
    rung = 0
    outcome = Outcome.STANDS
    text = "The earlier filing counts."
    decided_by = factory.SubFactory(UserFactory, is_staff=True)
    decided_at = factory.LazyFunction(timezone.now)


class PrecedentFactory(DjangoModelFactory):
    """A ruling told without names."""

    class Meta:
        model = Precedent

    ruling = factory.SubFactory(RulingFactory)
    title = "The earlier filing counts"
    summary = "A partner filed later and disputed the refusal. The earlier filing counted."
    outcome = factory.SelfAttribute("ruling.outcome")
    published_at = factory.LazyFunction(timezone.now)
    published_by = factory.SelfAttribute("ruling.decided_by")


class RuleProposalFactory(DjangoModelFactory):
    """A rule overturned three times out of five."""

    class Meta:
        model = RuleProposal

    programme = factory.SubFactory(ProgrammeFactory)
    code = "R15"
    overturned = 3
    considered = 5
    opened_at = factory.LazyFunction(timezone.now)
