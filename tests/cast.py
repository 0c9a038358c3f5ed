"""The fixed cast of every test: who they are, where they work, and a signed-in client for each.

Places: ``china`` with ``east`` (Shanghai below it) and ``north``; ``germany`` apart. Lines: ``pumps``,
``valves``, ``drives``. Partners ``own_partner`` and ``rival_partner`` deal in pumps and valves all over
China; ``sub_partner`` stands below ``own_partner``. Objects are named for their part: ``own``, ``rival``.

Every fixture makes only what it needs; ``cast`` makes everybody.
"""

from datetime import timedelta
from functools import cached_property
from types import SimpleNamespace

import pytest
from django.utils import timezone
from djmoney.money import Money

from core.access.actor import ANONYMOUS, Actor, actor_for
from core.access.defaults import DEFAULT_ROLES, ensure_default_roles
from core.access.models import Role
from core.calendars.models import BusinessCalendar
from core.jobs import run_due
from core.jobs.models import Job, JobState
from core.ledger import readers, seals
from crm.opportunities.models import Stage
from deal_registration import services
from tests import factories
from tests.strict import StrictClient

DEALERS = ("dealer_manager", "dealer_sales", "rival", "sub_dealer")
STAFF = ("channel_manager", "other_channel_manager", "sales_rep", "marketing", "administrator")
CAST = (*DEALERS, *STAFF)
EVERYBODY = (*CAST, "anonymous")


def role(code: str) -> Role:
    """Return a default role as a new portal has it, also where the kept tables are older than its permissions."""
    ensure_default_roles()
    row = Role.objects.get(code=code)
    wanted = next(list(default.permissions) for default in DEFAULT_ROLES if default.code == code)
    if row.permissions != wanted:
        row.permissions = wanted
        row.save(update_fields=["permissions"])
    return row


def actor_of(user) -> Actor:
    """Return the actor of a user (None: of a visitor), built anew as a request would."""
    return ANONYMOUS if user is None else actor_for(type(user).objects.get(pk=user.pk))


def client_for(user, **options) -> StrictClient:
    """Return a client signed in as ``user``; None is a visitor. GETs that write are errors."""
    client = StrictClient(**options)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


class Cast:
    """The cast in the making: everything is made at first use, in the database at hand, and kept.

    The fixtures below hand it out piece by piece; a test that keeps a world for a whole module builds its own.
    """

    # --- places and lines

    @cached_property
    def calendar(self):
        """Monday to Friday, nine to six, in Shanghai."""
        there = BusinessCalendar.objects.filter(is_default=True).first()
        return there or factories.BusinessCalendarFactory(name="Shanghai", is_default=True)

    @cached_property
    def places(self) -> SimpleNamespace:
        """The territories: china (east with Shanghai, north) and germany."""
        make = factories.TerritoryFactory
        china = make(code="cn", name_en="China", calendar=self.calendar)
        east = make(code="cn-east", name_en="East China", parent=china)
        shanghai = make(code="cn-shanghai", name_en="Shanghai", parent=east)
        north = make(code="cn-north", name_en="North China", parent=china)
        germany = make(code="de", name_en="Germany", country="DE", calendar=self.calendar)
        return SimpleNamespace(china=china, east=east, shanghai=shanghai, north=north, germany=germany)

    @cached_property
    def lines(self) -> SimpleNamespace:
        """The product lines."""
        made = {
            code: factories.ProductLineFactory(code=code, name_en=code.capitalize(), order=order)
            for order, code in enumerate(("pumps", "valves", "drives"))
        }
        return SimpleNamespace(**made)

    # --- partners

    @cached_property
    def programme(self):
        """The programme of the cast's partners, with version 1 and the default terms."""
        programme = factories.ProgrammeFactory()
        factories.ProgrammeVersionFactory(programme=programme)
        return programme

    def make_partner(self, name: str, *, parent=None, territory=None, **fields):
        """Make an active partner that may file: agreement, tier, pumps and valves all over China."""
        account = factories.AccountFactory(name=name, kind="partner", territory=territory or self.places.east)
        partner = factories.PartnerFactory(account=account, programme=self.programme, parent=parent, **fields)
        factories.AgreementFactory(partner=partner)
        factories.PartnerTierFactory(partner=partner, tier__programme=self.programme)
        for line in (self.lines.pumps, self.lines.valves):
            factories.AuthorisationFactory(partner=partner, line=line, territory=self.places.china)
        return partner

    @cached_property
    def own_partner(self):
        """The dealer whose people most tests act as."""
        return self.make_partner("Own Machinery Co., Ltd.")

    @cached_property
    def rival_partner(self):
        """The dealer that must not be seen."""
        return self.make_partner("Rival Trading Co., Ltd.")

    @cached_property
    def sub_partner(self):
        """A sub-dealer of ``own_partner`` that shares with it."""
        return self.make_partner("Sub Dealer Ltd.", parent=self.own_partner)

    # --- people

    def make_dealer(self, name: str, partner, code: str = "dealer_sales", **fields):
        """Make a person of a partner."""
        user = factories.UserFactory(
            email=f"{name}@{partner.ref.lower()}.example",
            full_name=name.replace("_", " ").title(),
            time_zone="Asia/Shanghai",
            **fields,
        )
        factories.MembershipFactory(user=user, partner=partner, role=role(code))
        return user

    def make_staff(self, name: str, code: str, territory=None, lines=(), **fields):
        """Make a member of staff with one role in one territory (None: everywhere) on some lines (none: all)."""
        user = factories.UserFactory(
            email=f"{name}@manufacturer.example",
            full_name=name.replace("_", " ").title(),
            is_staff=True,
            **fields,
        )
        factories.StaffScopeFactory(user=user, role=role(code), territory=territory, lines=list(lines))
        return user

    @cached_property
    def dealer_manager(self):
        """Manages the team of ``own_partner``."""
        return self.make_dealer("dealer_manager", self.own_partner, "dealer_manager")

    @cached_property
    def dealer_sales(self):
        """Sells for ``own_partner``."""
        return self.make_dealer("dealer_sales", self.own_partner)

    @cached_property
    def rival(self):
        """Sells for ``rival_partner``."""
        return self.make_dealer("rival", self.rival_partner)

    @cached_property
    def sub_dealer(self):
        """Sells for ``sub_partner``, below ``own_partner``."""
        return self.make_dealer("sub_dealer", self.sub_partner)

    @cached_property
    def channel_manager(self):
        """Decides in East China, on all lines."""
        return self.make_staff("channel_manager", "channel_manager", self.places.east)

    @cached_property
    def other_channel_manager(self):
        """Decides in Germany, on all lines: nothing of the cast's business is theirs."""
        return self.make_staff("other_channel_manager", "channel_manager", self.places.germany)

    @cached_property
    def sales_rep(self):
        """Sells directly in East China."""
        return self.make_staff("sales_rep", "sales_rep", self.places.east)

    @cached_property
    def marketing(self):
        """Writes pages and news."""
        return self.make_staff("marketing", "marketing")

    @cached_property
    def administrator(self):
        """Keeps settings, people and jobs."""
        return self.make_staff("administrator", "administrator")

    anonymous = None

    def everybody(self) -> SimpleNamespace:
        """Return the whole cast by name, ``anonymous`` being None."""
        return SimpleNamespace(**{name: getattr(self, name) for name in EVERYBODY})

    # --- registrations, filed as people file them

    def save_draft(self, user, *, lines=None, contacts=None, at=None, **changes):
        """Save a draft through the services: ``save_draft(user, customer_name=…, lines=[…])``."""
        return services.save_draft(
            actor=actor_of(user),
            at=at or timezone.now(),
            data=deal(self.places, **changes),
            contacts=contacts or [CONTACT],
            line_ids=[line.pk for line in lines or (self.lines.pumps,)],
        )

    def file_deal(self, user, *, at=None, **changes):
        """File a deal through the services; it waits to be screened until jobs run."""
        draft = self.save_draft(user, at=at, **changes)
        return services.submit(draft.pk, actor=actor_of(user), at=at or timezone.now())

    @cached_property
    def own(self):
        """A registration of ``own_partner``, filed by ``dealer_sales`` and screened: in review."""
        filed = self.file_deal(
            self.dealer_sales, own_reference="OWN-1", customer_name="Own Customer Waterworks Co., Ltd."
        )
        run_all_jobs()
        filed.refresh_from_db()
        return filed

    @cached_property
    def rival_registration(self):
        """A registration of ``rival_partner``, in the same territory, screened: in review."""
        filed = self.file_deal(
            self.rival, own_reference="RIVAL-1", customer_name="Rival Customer Chemicals Co., Ltd."
        )
        run_all_jobs()
        filed.refresh_from_db()
        return filed

    def approve(self, registration):
        """Approve every line as ``channel_manager``; return the registration, fresh."""
        services.approve(
            registration.pk,
            actor=actor_of(self.channel_manager),
            at=timezone.now(),
            line_ids=list(registration.lines.values_list("line_id", flat=True)),
        )
        run_all_jobs()
        registration.refresh_from_db()
        return registration

    @cached_property
    def approved(self):
        """``own``, approved: protected, with its account and opportunity."""
        return self.approve(self.own)


CONTACT = {"name": "Chen Wei", "email": "chen.wei@example.com", "phone": "+86 21 5555 0100"}


def deal(places, **changes) -> dict:
    """Return what a dealer types: a complete form but for lines and contacts."""
    return {
        "customer_name": "Huadong Water Works Co., Ltd.",
        "customer_country": "CN",
        "customer_city": "Shanghai",
        "customer_address": "1 Century Avenue",
        "territory": places.shanghai,
        "value": Money("250000.00", "CNY"),
        "expected_close_on": timezone.localdate() + timedelta(days=60),
        "description": "Four pumps for a new station.",
        **changes,
    }


def run_all_jobs(limit: int = 500) -> int:
    """Run every job that is due, and what those enqueue; return how many. A job that fails is an error."""
    total = 0
    for _round in range(50):
        done = run_due(limit)
        total += done
        if not done:
            break
    else:
        raise AssertionError("jobs enqueue each other without end")
    failed = Job.objects.exclude(error="").exclude(state=JobState.DONE).first()
    if failed is not None:
        raise AssertionError(f"the job {failed} failed:\n{failed.error}")
    return total


def settle_all() -> None:
    """Let everything happen that happens within seconds: jobs, the ledger's readers, their mails, seals."""
    for _round in range(10):
        if not run_all_jobs() + readers.follow_all():
            break
    seals.seal_all()


@pytest.fixture
def making(db) -> Cast:
    """The cast in the making; the fixtures below are its parts."""
    return Cast()


def _part(name: str):
    """Return the fixture that hands out one part of the cast."""

    def part(making):
        return getattr(making, name)

    part.__doc__ = getattr(Cast, name).__doc__
    return pytest.fixture(part, name=name)


calendar, places, lines, programme = map(_part, ("calendar", "places", "lines", "programme"))
own_partner, rival_partner, sub_partner = map(_part, ("own_partner", "rival_partner", "sub_partner"))
make_partner, make_dealer, make_staff = map(_part, ("make_partner", "make_dealer", "make_staff"))
dealer_manager, dealer_sales, rival, sub_dealer = map(_part, DEALERS)
channel_manager, other_channel_manager, sales_rep, marketing, administrator = map(_part, STAFF)
save_draft, file_deal = map(_part, ("save_draft", "file_deal"))
own, rival_registration, approved = map(_part, ("own", "rival_registration", "approved"))


@pytest.fixture
def anonymous():
    """Nobody: a visitor."""


@pytest.fixture
def stage(db):
    """The first step of the funnel."""
    return Stage.objects.order_by("order").first() or factories.StageFactory()


@pytest.fixture
def cast(making) -> SimpleNamespace:
    """Everybody, by name."""
    return making.everybody()


__all__ = [
    "CAST",
    "DEALERS",
    "EVERYBODY",
    "STAFF",
    "Cast",
    "actor_of",
    "client_for",
    "deal",
    "role",
    "run_all_jobs",
    "settle_all",
]
