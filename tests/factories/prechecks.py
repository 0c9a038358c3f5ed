"""Pre-checks as bare rows. A question that counts goes through the services."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from deal_registration.prechecks.enums import QuestionState
from deal_registration.prechecks.models import Precheck, PrecheckLine, Standing

from .core import UserFactory
from .crm import ProductLineFactory, TerritoryFactory
from .partners import PartnerFactory


class PrecheckFactory(DjangoModelFactory):
    """A question that was answered; its lines are rows of their own."""

    class Meta:
        model = Precheck

    partner = factory.SubFactory(PartnerFactory)
    asked_by = factory.SubFactory(UserFactory)
    customer_name = factory.Sequence(lambda n: f"Customer asked about {n}")
    customer_country = "CN"
    territory = factory.SubFactory(TerritoryFactory, code="cn-east")
    state = QuestionState.ANSWERED
    question_key = factory.Sequence(lambda n: f"question-{n}")
    customer_key = factory.Sequence(lambda n: f"customer asked about {n}")
    answered_at = factory.LazyFunction(timezone.now)


class PrecheckLineFactory(DjangoModelFactory):
    """A line that was found free."""

    class Meta:
        model = PrecheckLine

    precheck = factory.SubFactory(PrecheckFactory)
    line = factory.SubFactory(ProductLineFactory)
    class_told = "clear"
    told = factory.LazyFunction(
        lambda: {"class": "clear", "hits": [], "counterfactuals": [], "release_at": None}
    )


class StandingFactory(DjangoModelFactory):
    """A partner that asks freely."""

    class Meta:
        model = Standing

    partner = factory.SubFactory(PartnerFactory)
