"""Who works for which partner."""

import pytest
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.ledger.models import Event
from core.ledger.timelines import timeline
from partners import services
from partners.exceptions import PartnerError
from partners.models import Membership
from tests import factories
from tests.cast import actor_of, role

pytestmark = pytest.mark.django_db


def test_a_person_is_added_and_removed_and_their_sessions_end(own_partner, administrator):
    actor, at = actor_of(administrator), timezone.now()
    user = factories.UserFactory()
    membership = services.add_membership(
        user=user, partner=own_partner, role=role("dealer_sales"), actor=actor, at=at
    )
    user.refresh_from_db()
    salt = user.session_salt
    services.end_membership(membership.pk, actor=actor, at=at)
    user.refresh_from_db()
    assert user.session_salt != salt
    assert actor_of(user).organisation_id is None
    services.add_membership(user=user, partner=own_partner, role=role("dealer_manager"), actor=actor, at=at)
    assert Membership.objects.get(user=user).role.code == "dealer_manager"
    types = list(Event.objects.about("partners.partner", own_partner.pk).values_list("type", flat=True))
    assert types == ["partner.member_added", "partner.member_removed", "partner.member_added"]


def test_another_role_ends_the_sessions(own_partner, dealer_sales, administrator):
    membership = Membership.objects.get(user=dealer_sales)
    salt = dealer_sales.session_salt
    services.change_membership_role(
        membership.pk, role=role("dealer_manager"), actor=actor_of(administrator), at=timezone.now()
    )
    dealer_sales.refresh_from_db()
    assert dealer_sales.session_salt != salt


def test_staff_staff_roles_and_twice_are_refused(own_partner, dealer_sales, sales_rep, administrator):
    actor, at = actor_of(administrator), timezone.now()
    for user, code in (
        (sales_rep, "dealer_sales"),
        (factories.UserFactory(), "sales_rep"),
        (dealer_sales, "dealer_sales"),
    ):
        with pytest.raises(PartnerError):
            services.add_membership(user=user, partner=own_partner, role=role(code), actor=actor, at=at)


def test_a_channel_manager_keeps_the_people_of_own_partners_only(
    own_partner, channel_manager, other_channel_manager, dealer_manager
):
    at = timezone.now()
    for user in (other_channel_manager, dealer_manager):
        with pytest.raises(NotAllowed):
            services.add_membership(
                user=factories.UserFactory(),
                partner=own_partner,
                role=role("dealer_sales"),
                actor=actor_of(user),
                at=at,
            )
    services.add_membership(
        user=factories.UserFactory(),
        partner=own_partner,
        role=role("dealer_sales"),
        actor=actor_of(channel_manager),
        at=at,
    )


def test_the_partner_reads_its_own_history_without_staff_names(
    own_partner, channel_manager, dealer_manager, rival
):
    services.suspend(own_partner.pk, reason="Unpaid", actor=actor_of(channel_manager), at=timezone.now())
    (entry,) = timeline(own_partner, actor_of(dealer_manager))
    assert ("Reason", "Unpaid") in entry.facts
    assert channel_manager.full_name not in entry.by
    assert timeline(own_partner, actor_of(rival)) == []
