"""What counts is what was in force when the registration came in, whatever changes before it is checked, or after."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.access.actor import system_actor
from crm.accounts.models import HouseListing
from crm.accounts.services import create_account
from deal_registration import services
from deal_registration.enums import State
from deal_registration.models import RegistrationLine
from partners.models import Authorisation, Certificate, PartnerTier, ProgrammeVersion, Tier
from partners.selectors import benefits_at
from partners.services import save_tier
from tests import factories
from tests.cast import actor_of

pytestmark = pytest.mark.django_db

SYSTEM = system_actor("test")
TICK = timedelta(microseconds=1)


@pytest.fixture
def filed(dealer_sales, file_deal):
    """A registration that came in and is not checked yet."""
    return file_deal(dealer_sales, customer_name="Dated Waterworks Ltd.")


@pytest.fixture
def check(filed, run_jobs):
    """Check it now, then once more; return state and codes, the same both times."""

    def run() -> tuple[str, list[str]]:
        run_jobs()
        first = outcome(filed)
        RegistrationLine.objects.filter(registration=filed).update(state=State.IN_REVIEW)
        services.rescreen_waiting([filed.lines.get().pk])
        assert outcome(filed) == first
        return first

    return run


def outcome(filed) -> tuple[str, list[str]]:
    """State and codes of the only line."""
    line = RegistrationLine.objects.get(registration=filed)
    return line.state, [hit["code"] for hit in line.verdict["hits"]]


def since(filed) -> dict:
    """A validity that begins just after the receipt."""
    return {"valid_from": filed.received_at + TICK}


def until(filed) -> dict:
    """A validity that ends just after the receipt."""
    return {"valid_until": filed.received_at + TICK}


def test_an_authorisation_that_ended_since_still_counts(filed, check):
    Authorisation.objects.filter(partner=filed.partner).update(**until(filed))
    assert check() == (State.IN_REVIEW, [])


def test_an_authorisation_given_since_does_not_help(filed, check):
    Authorisation.objects.filter(partner=filed.partner).update(**since(filed))
    assert check() == (State.REJECTED, ["R03"])


def test_an_exclusive_authorisation_of_another_given_since_does_not_hurt(filed, check, rival_partner, places):
    Authorisation.objects.filter(partner=filed.partner).update(territory=places.germany)
    factories.AuthorisationFactory(
        partner=rival_partner,
        line=filed.lines.get().line,
        territory=places.china,
        exclusivity="exclusive",
        **since(filed),
    )
    assert check() == (State.IN_REVIEW, ["R04"])


def test_an_agreement_that_ended_since_still_counts(filed, check):
    filed.partner.agreements.update(**until(filed))
    assert check() == (State.IN_REVIEW, [])


def test_an_agreement_accepted_since_does_not_help(filed, check):
    filed.partner.agreements.update(**since(filed))
    assert check() == (State.REJECTED, ["R01"])


@pytest.mark.parametrize(("dates", "codes"), [(since, ["R01"]), (until, [])])
def test_a_certificate_counts_as_held_at_the_receipt(filed, check, programme, set_terms, dates, codes):
    set_terms(programme, required_certificates={"pumps": "pump-basics"})
    begun = {"valid_from": filed.received_at - timedelta(days=9), **dates(filed)}
    Certificate.objects.create(partner=filed.partner, code="pump-basics", **begun)
    assert check()[1] == codes


@pytest.mark.parametrize(("dates", "codes"), [(since, []), (until, ["R08"])])
def test_a_house_listing_counts_as_in_force_at_the_receipt(filed, check, dates, codes):
    account = create_account(data={"name": filed.customer_name}, actor=SYSTEM, at=timezone.now())
    begun = {"valid_from": filed.received_at - timedelta(days=9), **dates(filed)}
    HouseListing.objects.create(account=account, **begun)
    assert check() == (State.IN_REVIEW, codes)


def test_terms_published_since_do_not_count(filed, check, programme):
    ProgrammeVersion.objects.create(
        programme=programme,
        number=2,
        valid_from=filed.received_at + TICK,
        settings={"minimum_value": {"CNY": "9000000"}, "protection_days": 10},
    )
    assert check() == (State.IN_REVIEW, [])


def test_a_partner_moved_to_another_programme_since_keeps_the_terms_it_filed_under(filed, check):
    other = factories.ProgrammeFactory()
    factories.ProgrammeVersionFactory(programme=other, settings={"minimum_value": {"CNY": "9000000"}})
    filed.partner.programme = other
    filed.partner.save()
    assert check() == (State.IN_REVIEW, [])


@pytest.mark.parametrize(
    ("ceilings", "state"), [(("0", "1000000"), "in_review"), (("1000000", "0"), "approved")]
)
def test_the_tier_held_at_the_receipt_decides_whether_a_person_is_needed(
    filed, run_jobs, programme, set_terms, ceilings, state
):
    set_terms(programme, auto_approve=True)
    before, after = ({"auto_approval_ceiling": {"CNY": amount}} for amount in ceilings)
    Tier.objects.filter(holders__partner=filed.partner).update(benefits=before)
    PartnerTier.objects.filter(partner=filed.partner).update(**until(filed))
    tier = factories.TierFactory(programme=programme, code="gold", benefits=after)
    PartnerTier.objects.create(partner=filed.partner, tier=tier, **since(filed))
    run_jobs()
    assert outcome(filed)[0] == state


def test_protection_is_as_long_as_tier_and_terms_said_at_the_receipt(filed, run_jobs, programme, making):
    Tier.objects.filter(holders__partner=filed.partner).update(benefits={"extra_protection_days": 5})
    PartnerTier.objects.filter(partner=filed.partner).update(**until(filed))
    tier = factories.TierFactory(programme=programme, code="gold", benefits={"extra_protection_days": 50})
    PartnerTier.objects.create(partner=filed.partner, tier=tier, **since(filed))
    ProgrammeVersion.objects.create(
        programme=programme, number=2, valid_from=filed.received_at + TICK, settings={"protection_days": 10}
    )
    run_jobs()
    line = making.approve(filed).lines.get()
    assert line.protected_until - line.decided_at > timedelta(days=94)
    assert line.protected_until - line.decided_at < timedelta(days=96)


def test_the_terms_are_read_once_in_a_screening(filed):
    line = filed.lines.get()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.screen_line(line.pk)
    asked = [row["sql"] for row in queries if "partners_programmeversion" in row["sql"]]
    assert len(asked) == 1, asked


def test_what_a_tier_gives_counts_as_it_was_at_the_receipt(
    filed, run_jobs, programme, set_terms, making, administrator
):
    set_terms(programme, auto_approve=True)
    tier = Tier.objects.get(holders__partner=filed.partner)
    Tier.objects.filter(pk=tier.pk).update(
        benefits={"auto_approval_ceiling": {"CNY": "0"}, "extra_protection_days": 5}
    )
    for days in (50, 60):
        tier.refresh_from_db()
        tier.benefits = {"auto_approval_ceiling": {"CNY": "1000000"}, "extra_protection_days": days}
        save_tier(tier, actor=actor_of(administrator), at=timezone.now())
    run_jobs()
    assert outcome(filed)[0] == State.IN_REVIEW
    line = making.approve(filed).lines.get()
    assert timedelta(days=94) < line.protected_until - line.decided_at < timedelta(days=96)
    assert benefits_at(filed.partner, timezone.now()).extra_protection_days == 60
