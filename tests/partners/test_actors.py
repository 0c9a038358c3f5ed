"""The actor: what staff and dealers are built into."""

import pytest
from django.contrib.auth import get_user_model

from core.access.actor import actor_for
from partners.actors import SESSION_KEY
from partners.enums import PartnerState
from partners.models import Membership, Partner
from tests import factories
from tests.cast import actor_of, role

pytestmark = pytest.mark.django_db


def fresh(user):
    """Return the user as a request loads them."""
    return get_user_model().objects.get(pk=user.pk)


def test_staff_hold_each_role_within_its_own_scope(make_staff, places, lines):
    user = make_staff("two_roles", "channel_manager", places.east, [lines.pumps])
    factories.StaffScopeFactory(user=user, role=role("sales_rep"), territory=None)
    actor = actor_of(user)
    by_role = {scope.role: scope for scope in actor.scopes}
    assert by_role["channel_manager"].territory_path == places.east.path
    assert by_role["channel_manager"].line_ids == {lines.pumps.pk}
    assert by_role["sales_rep"].territory_path == ""
    assert by_role["sales_rep"].line_ids is None
    assert "registrations.decide" not in by_role["sales_rep"].permissions
    assert actor.may("registrations.decide")
    assert actor.may("opportunities.work")
    assert not actor.is_dealer


def test_a_dealer_acts_for_the_organisation_and_those_below(
    dealer_sales, own_partner, sub_partner, rival_partner
):
    actor = actor_of(dealer_sales)
    assert actor.organisation_id == own_partner.pk
    assert actor.organisation_ids == {own_partner.pk, sub_partner.pk}
    assert actor.may("registrations.file")
    assert not actor.is_staff


def test_below_does_not_see_above(sub_dealer, sub_partner):
    assert actor_of(sub_dealer).organisation_ids == {sub_partner.pk}


def test_who_keeps_its_business_to_itself_hides_those_below_too(
    make_partner, dealer_sales, own_partner, sub_partner
):
    deepest = make_partner("Deepest", parent=sub_partner)
    assert deepest.pk in actor_of(dealer_sales).organisation_ids
    Partner.objects.filter(pk=sub_partner.pk).update(shares_with_parent=False)
    assert actor_of(dealer_sales).organisation_ids == {own_partner.pk}


def test_a_path_that_only_begins_alike_is_not_below(make_partner, dealer_sales, own_partner):
    stranger = make_partner("Stranger")
    Partner.objects.filter(pk=stranger.pk).update(path=f"{own_partner.pk}9/{stranger.pk}/")
    assert actor_of(dealer_sales).organisation_ids == {own_partner.pk}


def test_an_unplaced_partner_sees_itself_only(dealer_sales, own_partner, rival_partner):
    Partner.objects.filter(pk=own_partner.pk).update(path="")
    assert actor_of(dealer_sales).organisation_ids == {own_partner.pk}


def test_people_of_a_suspended_partner_may_look_only(dealer_manager, own_partner):
    Partner.objects.filter(pk=own_partner.pk).update(state=PartnerState.SUSPENDED)
    actor = actor_of(dealer_manager)
    assert actor.organisation_id == own_partner.pk
    assert actor.permissions
    assert all(permission.endswith(".view") for permission in actor.permissions)


def test_people_of_a_terminated_partner_have_no_organisation(dealer_manager, own_partner):
    Partner.objects.filter(pk=own_partner.pk).update(state=PartnerState.TERMINATED)
    actor = actor_of(dealer_manager)
    assert actor.organisation_id is None
    assert not actor.permissions


def test_an_ended_membership_counts_no_more(dealer_sales):
    Membership.objects.filter(user=dealer_sales).update(is_active=False)
    assert actor_of(dealer_sales).organisation_id is None


def test_the_session_chooses_among_several_partners(dealer_sales, own_partner, rival_partner):
    factories.MembershipFactory(user=dealer_sales, partner=rival_partner, role=role("dealer_manager"))
    user = fresh(dealer_sales)
    assert actor_for(user, {}).organisation_id == own_partner.pk
    chosen = actor_for(user, {SESSION_KEY: rival_partner.pk})
    assert chosen.organisation_id == rival_partner.pk
    assert chosen.roles == {"dealer_manager"}


@pytest.mark.parametrize("foreign", ["999999", "x", None, [], "-1"])
def test_a_session_that_names_a_foreign_partner_changes_nothing(dealer_sales, own_partner, foreign):
    assert actor_for(fresh(dealer_sales), {SESSION_KEY: foreign}).organisation_id == own_partner.pk


def test_a_disabled_person_is_nobody(dealer_sales):
    dealer_sales.is_active = False
    dealer_sales.save()
    assert actor_of(dealer_sales).is_anonymous


def test_who_was_made_on_the_command_line_may_give_roles(db):
    user = get_user_model().objects.create_superuser("root@manufacturer.example", "x", full_name="Root")
    actor = actor_of(user)
    assert actor.may("people.manage")
    assert not actor.may("registrations.decide")


def test_an_actor_takes_few_queries(
    dealer_manager, administrator, sub_partner, django_assert_max_num_queries
):
    for user in (fresh(dealer_manager), fresh(administrator)):
        with django_assert_max_num_queries(3):
            actor_for(user, {})
