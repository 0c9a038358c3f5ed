"""Programmes, partner organisations, memberships, authorisations, agreements, tiers."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from core.access.models import Side
from crm.accounts.models import Kind
from partners.models import (
    Agreement,
    AgreementTemplate,
    Authorisation,
    Certificate,
    Membership,
    Partner,
    PartnerTier,
    Programme,
    ProgrammeVersion,
    Tier,
    TierBenefits,
)

from .core import RoleFactory, UserFactory
from .crm import AccountFactory, ProductLineFactory, TerritoryFactory


def long_ago():
    """Return an instant two years back, from which effective-dated rows of the cast hold."""
    return timezone.now() - timedelta(days=730)


class ProgrammeFactory(DjangoModelFactory):
    """A programme; its version is a row of its own."""

    class Meta:
        model = Programme
        django_get_or_create = ("code",)

    code = "tests"
    name_en = "Partner programme"


class ProgrammeVersionFactory(DjangoModelFactory):
    """The first version, in force for two years, with the default terms or those given as ``settings``."""

    class Meta:
        model = ProgrammeVersion
        django_get_or_create = ("programme", "number")

    programme = factory.SubFactory(ProgrammeFactory)
    number = 1
    valid_from = factory.LazyFunction(long_ago)
    settings = factory.LazyFunction(dict)


class TierFactory(DjangoModelFactory):
    """A tier of the programme."""

    class Meta:
        model = Tier
        django_get_or_create = ("programme", "code")

    programme = factory.SubFactory(ProgrammeFactory)
    code = "silver"
    name_en = "Silver"
    rank = 1
    benefits = factory.LazyFunction(dict)


class TierBenefitsFactory(DjangoModelFactory):
    """What a tier gave from an instant on."""

    class Meta:
        model = TierBenefits

    tier = factory.SubFactory(TierFactory)
    valid_from = factory.LazyFunction(timezone.now)


class PartnerFactory(DjangoModelFactory):
    """An active dealer; ``parent`` puts it below a distributor."""

    class Meta:
        model = Partner
        skip_postgeneration_save = True

    account = factory.SubFactory(AccountFactory, kind=Kind.PARTNER)
    programme = factory.SubFactory(ProgrammeFactory)
    created_at = factory.LazyFunction(long_ago)

    @factory.post_generation
    def path(self, create, extracted, **kwargs):
        """Set the place in the partner tree, as ``partners.services`` does."""
        above = self.parent.path if self.parent_id else ""
        self.path = extracted or f"{above}{self.pk}/"
        if create:
            type(self).objects.filter(pk=self.pk).update(path=self.path)


class MembershipFactory(DjangoModelFactory):
    """A salesperson of a partner."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    partner = factory.SubFactory(PartnerFactory)
    role = factory.SubFactory(RoleFactory, code="dealer_sales", side=Side.PARTNER)


class PartnerTierFactory(DjangoModelFactory):
    """A tier held since two years."""

    class Meta:
        model = PartnerTier

    partner = factory.SubFactory(PartnerFactory)
    tier = factory.SubFactory(TierFactory)
    valid_from = factory.LazyFunction(long_ago)


class AuthorisationFactory(DjangoModelFactory):
    """A partner may sell a line in a territory, openly, since two years."""

    class Meta:
        model = Authorisation

    partner = factory.SubFactory(PartnerFactory)
    line = factory.SubFactory(ProductLineFactory)
    territory = factory.SubFactory(TerritoryFactory, code="cn-east")
    valid_from = factory.LazyFunction(long_ago)


class AgreementTemplateFactory(DjangoModelFactory):
    """The dealers' agreement in English."""

    class Meta:
        model = AgreementTemplate
        django_get_or_create = ("type", "language", "version")

    type = "dealer"
    language = "en"
    version = 1
    title = "Dealer agreement"
    text = "The parties agree."


class AgreementFactory(DjangoModelFactory):
    """An agreement in force since two years."""

    class Meta:
        model = Agreement

    partner = factory.SubFactory(PartnerFactory)
    template = factory.SubFactory(AgreementTemplateFactory)
    valid_from = factory.LazyFunction(long_ago)
    accepted_at = factory.LazyFunction(long_ago)


class CertificateFactory(DjangoModelFactory):
    """A certificate held since two years."""

    class Meta:
        model = Certificate

    partner = factory.SubFactory(PartnerFactory)
    code = "pump-basics"
    valid_from = factory.LazyFunction(long_ago)
