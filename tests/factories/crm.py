"""Territories, catalogue, accounts, projects, opportunities, activities."""

from datetime import timedelta

import factory
from django.utils import timezone
from djmoney.money import Money
from factory.django import DjangoModelFactory

from crm.accounts.models import Account, AccountShare, Contact, DuplicatePair, HouseListing, Merge
from crm.activities.models import Activity, ActivityKind
from crm.catalog.models import Product, ProductFamily, ProductLine
from crm.opportunities.models import Opportunity, OpportunityLine, OpportunityShare, Stage
from crm.projects.models import Project
from crm.territories.models import StaffScope, Territory

from .core import RoleFactory, UserFactory


class TerritoryFactory(DjangoModelFactory):
    """A root of the tree, or a child of ``parent``; found by its code when it is there already."""

    class Meta:
        model = Territory

    parent = None
    code = factory.Sequence(lambda n: f"territory-{n}")
    name_en = factory.LazyAttribute(lambda territory: territory.code.replace("-", " ").title())
    country = "CN"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        parent = kwargs.pop("parent", None)
        there = Territory.objects.filter(code=kwargs["code"]).first()
        if there is not None:
            return there
        if parent is None:
            return Territory.add_root(**kwargs)
        return Territory.objects.get(pk=parent.pk).add_child(**kwargs)

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        return kwargs


class ProductFamilyFactory(DjangoModelFactory):
    """A product family."""

    class Meta:
        model = ProductFamily
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"family-{n}")
    name_en = factory.LazyAttribute(lambda family: family.code.capitalize())


class ProductLineFactory(DjangoModelFactory):
    """A product line."""

    class Meta:
        model = ProductLine
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"line-{n}")
    name_en = factory.LazyAttribute(lambda line: line.code.capitalize())
    family = factory.SubFactory(ProductFamilyFactory, code="machines")


class ProductFactory(DjangoModelFactory):
    """A product of a line."""

    class Meta:
        model = Product
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"P-{n}")
    name_en = factory.LazyAttribute(lambda product: f"Product {product.code}")
    line = factory.SubFactory(ProductLineFactory)


class StaffScopeFactory(DjangoModelFactory):
    """One role of one member of staff; ``lines`` may be given as a list, none is all."""

    class Meta:
        model = StaffScope
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory, is_staff=True)
    role = factory.SubFactory(RoleFactory, code="channel_manager")

    @factory.post_generation
    def lines(self, create, extracted, **kwargs):
        """Restrict to these lines."""
        if create and extracted:
            self.lines.set(extracted)


class AccountFactory(DjangoModelFactory):
    """A customer account, known to nobody but the table: the match index is the services' to keep."""

    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Customer {n} Co., Ltd.")
    country = "CN"
    city = "Shanghai"
    territory = factory.SubFactory(TerritoryFactory, code="cn-east")


class AccountShareFactory(DjangoModelFactory):
    """An account shared for a month."""

    class Meta:
        model = AccountShare

    account = factory.SubFactory(AccountFactory)
    user = factory.SubFactory(UserFactory, is_staff=True)
    shared_by = factory.SubFactory(UserFactory, is_staff=True)
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))


class ContactFactory(DjangoModelFactory):
    """A person at an account."""

    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")


class HouseListingFactory(DjangoModelFactory):
    """An account the manufacturer serves itself, since a year."""

    class Meta:
        model = HouseListing

    account = factory.SubFactory(AccountFactory)
    valid_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=365))


class DuplicatePairFactory(DjangoModelFactory):
    """Two accounts that may be one, to be looked at."""

    class Meta:
        model = DuplicatePair

    low = factory.SubFactory(AccountFactory)
    high = factory.SubFactory(AccountFactory)
    level = "L3"
    rank = 1
    score = 95.0
    evidence = factory.LazyAttribute(lambda pair: [["name.core", pair.low.name, pair.high.name]])


class MergeFactory(DjangoModelFactory):
    """The record of a merge, with nothing in its journal: the services write real ones."""

    class Meta:
        model = Merge

    survivor = factory.SubFactory(AccountFactory)
    loser = factory.SubFactory(AccountFactory)
    merged_at = factory.LazyFunction(timezone.now)
    undo_until = factory.LazyAttribute(lambda merge: merge.merged_at + timedelta(days=30))


class ProjectFactory(DjangoModelFactory):
    """A project of an account."""

    class Meta:
        model = Project

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda n: f"Plant {n}")
    normal_name = factory.LazyAttribute(lambda project: project.name.lower())


class StageFactory(DjangoModelFactory):
    """A step of the funnel."""

    class Meta:
        model = Stage
        django_get_or_create = ("code",)

    code = "qualified"
    name_en = "Qualified"
    order = 20
    probability = 25


class OpportunityFactory(DjangoModelFactory):
    """An open direct opportunity; ``partner_account`` makes it a partner's."""

    class Meta:
        model = Opportunity

    name = factory.Sequence(lambda n: f"Opportunity {n}")
    account = factory.SubFactory(AccountFactory)
    territory = factory.SelfAttribute("account.territory")
    stage = factory.SubFactory(StageFactory)
    value = factory.LazyFunction(lambda: Money("120000.00", "CNY"))


class OpportunityLineFactory(DjangoModelFactory):
    """A product line an opportunity is about."""

    class Meta:
        model = OpportunityLine

    opportunity = factory.SubFactory(OpportunityFactory)
    line = factory.SubFactory(ProductLineFactory)


class OpportunityShareFactory(DjangoModelFactory):
    """An opportunity shared for a month."""

    class Meta:
        model = OpportunityShare

    opportunity = factory.SubFactory(OpportunityFactory)
    user = factory.SubFactory(UserFactory, is_staff=True)
    shared_by = factory.SubFactory(UserFactory, is_staff=True)
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))


class ActivityFactory(DjangoModelFactory):
    """A call made just now."""

    class Meta:
        model = Activity

    kind = ActivityKind.CALL
    account = factory.SubFactory(AccountFactory)
    subject = factory.Sequence(lambda n: f"Call {n}")
    done_at = factory.LazyFunction(timezone.now)
    done_by = factory.SubFactory(UserFactory, is_staff=True)
