"""Authorisations, agreements, tiers, programmes: what holds at an instant."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.ledger.models import Event
from partners import selectors, services
from partners.enums import Exclusivity
from partners.exceptions import PartnerError
from partners.models import Agreement, Authorisation, PartnerTier, ProgrammeVersion
from partners.policy import Bar
from partners.terms import ProgrammeTerms
from tests import factories
from tests.cast import actor_of

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")
DAY = timedelta(days=1)


@pytest.fixture
def now():
    """Return one instant for the whole test."""
    return timezone.now()


def authorise(partner, line, territory, at, **fields):
    """Authorise as the system does."""
    return services.authorise(partner.pk, line=line, territory=territory, actor=SYSTEM, at=at, **fields)


# --- authorisations ---------------------------------------------------------------------------------


def test_an_authorisation_holds_from_its_beginning_to_its_end(own_partner, lines, places, now):
    authorise(own_partner, lines.drives, places.germany, now, valid_from=now + DAY, valid_until=now + 3 * DAY)
    for days, held in ((0, False), (1, True), (2, True), (3, False)):
        rows = selectors.authorisations_at(own_partner, lines.drives, now + days * DAY)
        assert bool(rows) is held, days


@pytest.mark.parametrize(
    ("mine", "theirs", "refused"),
    [
        ("china", "shanghai", True),
        ("shanghai", "china", True),
        ("east", "east", True),
        ("north", "shanghai", False),
    ],
)
def test_two_never_hold_common_ground_exclusively(
    own_partner, rival_partner, lines, places, now, mine, theirs, refused
):
    authorise(own_partner, lines.drives, getattr(places, mine), now, exclusivity=Exclusivity.EXCLUSIVE)
    again = {"exclusivity": Exclusivity.EXCLUSIVE}
    if refused:
        with pytest.raises(PartnerError) as error:
            authorise(rival_partner, lines.drives, getattr(places, theirs), now, **again)
        assert error.value.field == "exclusivity"
    else:
        authorise(rival_partner, lines.drives, getattr(places, theirs), now, **again)


def test_exclusive_after_exclusive_is_free(own_partner, rival_partner, lines, places, now):
    first = authorise(own_partner, lines.drives, places.east, now - DAY, exclusivity=Exclusivity.EXCLUSIVE)
    services.end_authorisation(first.pk, actor=SYSTEM, at=now)
    authorise(rival_partner, lines.drives, places.east, now, exclusivity=Exclusivity.EXCLUSIVE)


def test_the_same_twice_is_refused(own_partner, lines, places, now):
    authorise(own_partner, lines.drives, places.east, now)
    with pytest.raises(PartnerError):
        authorise(own_partner, lines.drives, places.east, now)


def test_an_empty_period_is_refused(own_partner, lines, places, now):
    with pytest.raises(PartnerError) as error:
        authorise(own_partner, lines.drives, places.east, now, valid_until=now)
    assert error.value.field == "valid_until"


def test_only_inside_the_own_scope(own_partner, lines, places, now, channel_manager, make_staff):
    actor = actor_of(channel_manager)
    with pytest.raises(NotAllowed):
        services.authorise(own_partner.pk, line=lines.drives, territory=places.germany, actor=actor, at=now)
    pumps_only = actor_of(make_staff("pumps_only", "channel_manager", places.china, [lines.pumps]))
    with pytest.raises(NotAllowed):
        services.authorise(own_partner.pk, line=lines.drives, territory=places.east, actor=pumps_only, at=now)
    services.authorise(own_partner.pk, line=lines.drives, territory=places.east, actor=actor, at=now)


def test_one_that_has_not_begun_is_taken_back(own_partner, lines, places, now):
    later = authorise(own_partner, lines.drives, places.east, now, valid_from=now + DAY)
    services.end_authorisation(later.pk, actor=SYSTEM, at=now)
    assert not Authorisation.objects.filter(pk=later.pk).exists()
    assert Event.objects.filter(type="partner.authorisation_ended", partner_id=own_partner.pk).exists()


def test_who_holds_a_territory_above_or_below(own_partner, rival_partner, lines, places, now):
    authorise(own_partner, lines.drives, places.china, now, exclusivity=Exclusivity.OPEN)
    authorise(rival_partner, lines.drives, places.east, now, exclusivity=Exclusivity.EXCLUSIVE)
    for place, found in (("shanghai", True), ("east", True), ("china", True), ("north", False)):
        rows = list(selectors.who_holds(getattr(places, place), lines.drives, now))
        assert [row.partner for row in rows] == ([rival_partner] if found else []), place
    (row,) = selectors.who_holds(places.china, lines.drives, now)
    assert not selectors.covers_territory(row, places.china)
    assert selectors.covers_territory(row, places.shanghai)


# --- agreements -------------------------------------------------------------------------------------


def test_the_manager_accepts_for_the_own_company(own_partner, dealer_manager, dealer_sales, rival, now):
    Agreement.objects.filter(partner=own_partner).delete()
    template = factories.AgreementTemplateFactory(type=own_partner.type)
    for user in (dealer_sales, rival):
        with pytest.raises(NotAllowed):
            services.accept_agreement(own_partner.pk, template=template, actor=actor_of(user), at=now)
    services.accept_agreement(own_partner.pk, template=template, actor=actor_of(dealer_manager), at=now)
    agreement = selectors.agreement_in_force(own_partner, now)
    assert agreement.accepted_by == dealer_manager
    assert Bar.NO_AGREEMENT not in selectors.may_file(own_partner, now)


def test_a_new_agreement_ends_the_one_before(own_partner, now):
    before = selectors.agreement_in_force(own_partner, now)
    template = factories.AgreementTemplateFactory(type=own_partner.type, version=2)
    after = services.accept_agreement(own_partner.pk, template=template, actor=SYSTEM, at=now)
    before.refresh_from_db()
    assert before.valid_until == now
    assert selectors.agreement_in_force(own_partner, now) == after


def test_an_ended_agreement_bars_filing(own_partner, now):
    agreement = selectors.agreement_in_force(own_partner, now)
    services.end_agreement(agreement.pk, reason="Breach", actor=SYSTEM, at=now)
    assert Bar.NO_AGREEMENT in selectors.may_file(own_partner, now)
    assert selectors.may_file(own_partner, now - DAY) == ()


def test_the_text_of_another_type_is_refused(own_partner, now):
    template = factories.AgreementTemplateFactory(type="service")
    with pytest.raises(PartnerError):
        services.accept_agreement(own_partner.pk, template=template, actor=SYSTEM, at=now)


def test_an_accepted_text_is_not_rewritten(own_partner, now):
    template = selectors.agreement_in_force(own_partner, now).template
    template.text = "Something else"
    with pytest.raises(PartnerError):
        services.save_agreement_template(template, actor=SYSTEM, at=now)


# --- tiers and programmes ---------------------------------------------------------------------------


def test_one_tier_at_a_time(own_partner, programme, now):
    gold = factories.TierFactory(
        programme=programme, code="gold", rank=9, benefits={"extra_protection_days": 30}
    )
    services.set_tier(own_partner.pk, tier=gold, actor=SYSTEM, at=now)
    assert selectors.tier_at(own_partner, now) == gold
    assert selectors.benefits_at(own_partner, now).extra_protection_days == 30
    assert selectors.tier_at(own_partner, now - DAY) != gold
    assert PartnerTier.objects.filter(partner=own_partner).in_force(now).count() == 1


def test_a_foreign_programmes_tier_is_refused(own_partner, now):
    foreign = factories.TierFactory(programme=factories.ProgrammeFactory(code="other"), code="x")
    with pytest.raises(PartnerError):
        services.set_tier(own_partner.pk, tier=foreign, actor=SYSTEM, at=now)


def test_terms_are_those_in_force_then(own_partner, programme, administrator, now):
    services.publish_version(
        programme.pk,
        terms=ProgrammeTerms(protection_days=120),
        valid_from=now + DAY,
        actor=actor_of(administrator),
        at=now,
    )
    assert selectors.terms_at(own_partner, now).protection_days == 90
    assert selectors.terms_at(own_partner, now + DAY).protection_days == 120
    assert ProgrammeVersion.objects.filter(programme=programme).count() == 2


def test_the_past_is_not_rewritten(programme, administrator, now):
    with pytest.raises(PartnerError) as error:
        services.publish_version(
            programme.pk, terms=ProgrammeTerms(), valid_from=now - DAY, actor=actor_of(administrator), at=now
        )
    assert error.value.field == "valid_from"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (ProgrammeTerms(protection_days=0), "protection_days"),
        (ProgrammeTerms(protection_reminder_days=(90,)), "protection_reminder_days"),
        (ProgrammeTerms(review_target_business_days=3), "review_ceiling_business_days"),
        (ProgrammeTerms(disclosure="everything"), "disclosure"),
        (ProgrammeTerms(minimum_value={"XXX": "1"}), "minimum_value"),
    ],
)
def test_terms_that_make_no_sense_are_refused(programme, administrator, now, terms, field):
    with pytest.raises(PartnerError) as error:
        services.publish_version(programme.pk, terms=terms, actor=actor_of(administrator), at=now)
    assert error.value.field == field
    assert not Event.objects.filter(type="programme.version_published").exists()


def test_only_who_keeps_settings_publishes(programme, channel_manager, dealer_manager, now):
    for user in (channel_manager, dealer_manager):
        with pytest.raises(NotAllowed):
            services.publish_version(programme.pk, terms=ProgrammeTerms(), actor=actor_of(user), at=now)


def test_terms_survive_their_storage():
    terms = ProgrammeTerms(minimum_value={"CNY": "1000"}, required_certificates={"pumps": "basics"})
    assert ProgrammeTerms.from_json(terms.to_json()) == terms


def test_a_stranger_in_the_stored_terms_is_ignored():
    assert ProgrammeTerms.from_json({"protection_days": 5, "colour": "red"}).protection_days == 5
