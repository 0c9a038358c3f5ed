"""Registrations and what hangs on them, as bare rows. A filing that counts goes through the services."""

import itertools
from datetime import timedelta

import factory
from django.utils import timezone
from djmoney.money import Money
from factory.django import DjangoModelFactory

from deal_registration.enums import ClaimKind, ClaimState, MatchVerdict, State
from deal_registration.models import (
    Claim,
    InformationRequest,
    InternalNote,
    MatchDecision,
    Registration,
    RegistrationContact,
    RegistrationLine,
)

from .core import UserFactory
from .crm import AccountFactory, ProductLineFactory, TerritoryFactory
from .partners import PartnerFactory

_places = itertools.count(1_000_000)  # far above what services hand out


class DraftFactory(DjangoModelFactory):
    """A draft as a dealer leaves it half done."""

    class Meta:
        model = Registration

    partner = factory.SubFactory(PartnerFactory)
    created_by = factory.SubFactory(UserFactory)
    customer_name = factory.Sequence(lambda n: f"End customer {n}")
    territory = factory.SubFactory(TerritoryFactory, code="cn-east")


class RegistrationFactory(DraftFactory):
    """A filed registration that waits for a decision; its lines are rows of their own."""

    state = State.IN_REVIEW
    customer_country = "CN"
    customer_city = "Shanghai"
    value = factory.LazyFunction(lambda: Money("250000.00", "CNY"))
    expected_close_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=60))
    received_at = factory.LazyFunction(timezone.now)
    review_started_at = factory.SelfAttribute("received_at")
    review_due_at = factory.LazyAttribute(lambda filed: filed.received_at + timedelta(days=1))


class RegistrationLineFactory(DjangoModelFactory):
    """A line of a filed registration, in review."""

    class Meta:
        model = RegistrationLine

    registration = factory.SubFactory(RegistrationFactory)
    line = factory.SubFactory(ProductLineFactory)
    state = factory.SelfAttribute("registration.state")
    received_at = factory.SelfAttribute("registration.received_at")
    sequence_number = factory.LazyAttribute(lambda line: None if line.state == State.DRAFT else next(_places))
    protected_until = factory.LazyAttribute(
        lambda line: timezone.now() + timedelta(days=90) if line.state == State.APPROVED else None
    )
    reason = factory.LazyAttribute(lambda line: "duplicate" if line.state == State.REJECTED else "")


class RegistrationContactFactory(DjangoModelFactory):
    """A person at the customer, as typed."""

    class Meta:
        model = RegistrationContact

    registration = factory.SubFactory(RegistrationFactory)
    name = factory.Sequence(lambda n: f"Buyer {n}")


class ClaimFactory(DjangoModelFactory):
    """A pending claim of a registration on a whole customer."""

    class Meta:
        model = Claim

    registration_line = factory.SubFactory(RegistrationLineFactory)
    partner = factory.SelfAttribute("registration_line.registration.partner")
    line = factory.SelfAttribute("registration_line.line")
    sequence_number = factory.SelfAttribute("registration_line.sequence_number")
    customer = factory.SubFactory(AccountFactory)
    kind = ClaimKind.REGISTRATION
    state = ClaimState.PENDING
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(
        lambda claim: None if claim.state == ClaimState.PENDING else claim.starts_at + timedelta(days=90)
    )


class MatchDecisionFactory(DjangoModelFactory):
    """Somebody said of a doubtful customer that it is another."""

    class Meta:
        model = MatchDecision

    registration = factory.SubFactory(RegistrationFactory)
    customer = factory.SubFactory(AccountFactory)
    verdict = MatchVerdict.ANOTHER
    decided_by = factory.SubFactory(UserFactory, is_staff=True)
    decided_at = factory.LazyFunction(timezone.now)


class InformationRequestFactory(DjangoModelFactory):
    """A reviewer asked for the value, open for a week."""

    class Meta:
        model = InformationRequest

    registration = factory.SubFactory(RegistrationFactory)
    fields = factory.LazyFunction(lambda: ["value"])
    message = "Please give the value."
    asked_by = factory.SubFactory(UserFactory, is_staff=True)
    asked_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class InternalNoteFactory(DjangoModelFactory):
    """A note of the staff."""

    class Meta:
        model = InternalNote

    registration = factory.SubFactory(RegistrationFactory)
    text = "Known from the fair."
    written_by = factory.SubFactory(UserFactory, is_staff=True)
