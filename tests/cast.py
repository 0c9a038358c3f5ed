"""The fixed cast of every test: who they are, where they work, and a signed-in client for each.

Places: ``china`` with ``east`` (Shanghai below it) and ``north``; ``germany`` apart. Lines: ``pumps``,
``valves``, ``drives``. Partners ``own_partner`` and ``rival_partner`` deal in pumps and valves all over
China; ``sub_partner`` stands below ``own_partner``. Objects are named for their part: ``own``, ``rival``.

Every fixture makes only what it needs; ``cast`` makes everybody.
"""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from core.access.actor import ANONYMOUS, Actor, actor_for
from core.access.defaults import DEFAULT_ROLES, ensure_default_roles
from core.access.models import Role
from tests import factories
from tests.strict import StrictClient

DEALERS = ("dealer_manager", "dealer_sales", "rival", "sub_dealer")
STAFF = ("channel_manager", "other_channel_manager", "sales_rep", "marketing", "administrator")
CAST = (*DEALERS, *STAFF)
EVERYBODY = (*CAST, "anonymous")


def role(code: str) -> Role:
    """Return a default role, created where the defaults are not installed."""
    ensure_default_roles()
    return Role.objects.get(code=code)


def actor_of(user) -> Actor:
    """Return the actor of a user (None: of a visitor), built anew as a request would."""
    return ANONYMOUS if user is None else actor_for(type(user).objects.get(pk=user.pk))


def client_for(user, **options) -> StrictClient:
    """Return a client signed in as ``user``; None is a visitor. GETs that write are errors."""
    client = StrictClient(**options)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def persons(request) -> SimpleNamespace:
    """Return the whole cast by name, ``anonymous`` being None."""
    return SimpleNamespace(
        **{name: request.getfixturevalue(name) for name in CAST},
        anonymous=None,
    )


# --- places and lines ------------------------------------------------------------------------------


@pytest.fixture
def calendar(db):
    """Monday to Friday, nine to six, in Shanghai."""
    from core.calendars.models import BusinessCalendar

    return BusinessCalendar.objects.filter(is_default=True).first() or factories.BusinessCalendarFactory(
        name="Shanghai", is_default=True
    )


@pytest.fixture
def places(calendar) -> SimpleNamespace:
    """The territories: china (east with Shanghai, north) and germany."""
    china = factories.TerritoryFactory(code="cn", name_en="China", calendar=calendar)
    east = factories.TerritoryFactory(code="cn-east", name_en="East China", parent=china)
    shanghai = factories.TerritoryFactory(code="cn-shanghai", name_en="Shanghai", parent=east)
    north = factories.TerritoryFactory(code="cn-north", name_en="North China", parent=china)
    germany = factories.TerritoryFactory(code="de", name_en="Germany", country="DE", calendar=calendar)
    return SimpleNamespace(china=china, east=east, shanghai=shanghai, north=north, germany=germany)


@pytest.fixture
def lines(db) -> SimpleNamespace:
    """The product lines."""
    made = {}
    for order, code in enumerate(("pumps", "valves", "drives")):
        made[code] = factories.ProductLineFactory(code=code, name_en=code.capitalize(), order=order)
    return SimpleNamespace(**made)


@pytest.fixture
def stage(db):
    """The first step of the funnel."""
    from crm.opportunities.models import Stage

    return Stage.objects.order_by("order").first() or factories.StageFactory()


# --- partners --------------------------------------------------------------------------------------


@pytest.fixture
def programme(db):
    """The programme of the cast's partners, with version 1 and the default terms."""
    programme = factories.ProgrammeFactory()
    factories.ProgrammeVersionFactory(programme=programme)
    return programme


@pytest.fixture
def make_partner(programme, places, lines) -> Callable:
    """Make an active partner that may file: agreement, tier, pumps and valves all over China."""

    def make(name: str, *, parent=None, territory=None, **fields):
        account = factories.AccountFactory(
            name=name, kind="partner", territory=territory or places.east, owner=None
        )
        partner = factories.PartnerFactory(account=account, programme=programme, parent=parent, **fields)
        factories.AgreementFactory(partner=partner)
        factories.PartnerTierFactory(partner=partner, tier__programme=programme)
        for line in (lines.pumps, lines.valves):
            factories.AuthorisationFactory(partner=partner, line=line, territory=places.china)
        return partner

    return make


@pytest.fixture
def own_partner(make_partner):
    """The dealer whose people most tests act as."""
    return make_partner("Own Machinery Co., Ltd.")


@pytest.fixture
def rival_partner(make_partner):
    """The dealer that must not be seen."""
    return make_partner("Rival Trading Co., Ltd.")


@pytest.fixture
def sub_partner(make_partner, own_partner):
    """A sub-dealer of ``own_partner`` that shares with it."""
    return make_partner("Sub Dealer Ltd.", parent=own_partner)


# --- people ----------------------------------------------------------------------------------------


@pytest.fixture
def make_dealer(db) -> Callable:
    """Make a person of a partner."""

    def make(name: str, partner, code: str = "dealer_sales", **fields):
        user = factories.UserFactory(
            email=f"{name}@{partner.ref.lower()}.example",
            full_name=name.replace("_", " ").title(),
            time_zone="Asia/Shanghai",
            **fields,
        )
        factories.MembershipFactory(user=user, partner=partner, role=role(code))
        return user

    return make


@pytest.fixture
def make_staff(db) -> Callable:
    """Make a member of staff with one role in one territory (None: everywhere) on some lines (none: all)."""

    def make(name: str, code: str, territory=None, lines=(), **fields):
        user = factories.UserFactory(
            email=f"{name}@manufacturer.example",
            full_name=name.replace("_", " ").title(),
            is_staff=True,
            **fields,
        )
        factories.StaffScopeFactory(user=user, role=role(code), territory=territory, lines=list(lines))
        return user

    return make


@pytest.fixture
def dealer_manager(make_dealer, own_partner):
    """Manages the team of ``own_partner``."""
    return make_dealer("dealer_manager", own_partner, "dealer_manager")


@pytest.fixture
def dealer_sales(make_dealer, own_partner):
    """Sells for ``own_partner``."""
    return make_dealer("dealer_sales", own_partner)


@pytest.fixture
def rival(make_dealer, rival_partner):
    """Sells for ``rival_partner``."""
    return make_dealer("rival", rival_partner)


@pytest.fixture
def sub_dealer(make_dealer, sub_partner):
    """Sells for ``sub_partner``, below ``own_partner``."""
    return make_dealer("sub_dealer", sub_partner)


@pytest.fixture
def channel_manager(make_staff, places):
    """Decides in East China, on all lines."""
    return make_staff("channel_manager", "channel_manager", places.east)


@pytest.fixture
def other_channel_manager(make_staff, places):
    """Decides in Germany, on all lines: nothing of the cast's business is theirs."""
    return make_staff("other_channel_manager", "channel_manager", places.germany)


@pytest.fixture
def sales_rep(make_staff, places):
    """Sells directly in East China."""
    return make_staff("sales_rep", "sales_rep", places.east)


@pytest.fixture
def marketing(make_staff):
    """Writes pages and news."""
    return make_staff("marketing", "marketing")


@pytest.fixture
def administrator(make_staff):
    """Keeps settings, people and jobs."""
    return make_staff("administrator", "administrator")


@pytest.fixture
def anonymous():
    """Nobody: a visitor."""
    return None


@pytest.fixture
def cast(request) -> SimpleNamespace:
    """Everybody, by name."""
    return persons(request)


# --- registrations, filed as people file them ------------------------------------------------------


def deal(places, **changes) -> dict:
    """Return what a dealer types: a complete form but for lines and contacts."""
    from djmoney.money import Money

    return {
        "customer_name": "Huadong Water Works Co., Ltd.",
        "customer_country": "CN",
        "customer_city": "Shanghai",
        "customer_address": "1 Century Avenue",
        "territory": places.shanghai,
        "value": Money("250000.00", "CNY"),
        "expected_close_on": date.today() + timedelta(days=60),
        "description": "Four pumps for a new station.",
        **changes,
    }


@pytest.fixture
def save_draft(places, lines) -> Callable:
    """Save a draft through the services: ``save_draft(user, customer_name=…, lines=[…])``."""

    def save(user, *, lines=(lines.pumps,), contacts=None, at=None, **changes):
        from deal_registration import services

        return services.save_draft(
            actor=actor_of(user),
            at=at or timezone.now(),
            data=deal(places, **changes),
            contacts=contacts
            or [{"name": "Chen Wei", "email": "chen.wei@example.com", "phone": "+86 21 5555 0100"}],
            line_ids=[line.pk for line in lines],
        )

    return save


@pytest.fixture
def file_deal(save_draft) -> Callable:
    """File a deal through the services; it waits to be screened until jobs run."""

    def file(user, *, at=None, **changes):
        from deal_registration import services

        draft = save_draft(user, at=at, **changes)
        filed = services.submit(draft.pk, actor=actor_of(user), at=at or timezone.now())
        return filed

    return file


@pytest.fixture
def own(file_deal, dealer_sales, run_jobs):
    """A registration of ``own_partner``, filed by ``dealer_sales`` and screened: in review."""
    filed = file_deal(dealer_sales, own_reference="OWN-1", customer_name="Own Customer Waterworks Co., Ltd.")
    run_jobs()
    filed.refresh_from_db()
    return filed


@pytest.fixture
def rival_registration(file_deal, rival, run_jobs):
    """A registration of ``rival_partner``, in the same territory, screened: in review."""
    filed = file_deal(rival, own_reference="RIVAL-1", customer_name="Rival Customer Chemicals Co., Ltd.")
    run_jobs()
    filed.refresh_from_db()
    return filed


@pytest.fixture
def approved(own, channel_manager, run_jobs):
    """``own``, approved: protected, with its account and opportunity."""
    from deal_registration import services

    services.approve(
        own.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        line_ids=list(own.lines.values_list("line_id", flat=True)),
    )
    run_jobs()
    own.refresh_from_db()
    return own


__all__ = [
    "CAST",
    "DEALERS",
    "DEFAULT_ROLES",
    "EVERYBODY",
    "STAFF",
    "actor_of",
    "client_for",
    "deal",
    "persons",
    "role",
]
