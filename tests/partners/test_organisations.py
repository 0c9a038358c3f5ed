"""Partner organisations: creating, the tree, their states."""

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.ledger.models import Event
from core.workflow import TransitionRefused
from partners import services
from partners.enums import PartnerState
from partners.exceptions import PartnerError
from partners.models import Partner
from tests import factories
from tests.cast import actor_of

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("test")


def events_of(partner) -> list[str]:
    """Return the types of a partner's events, oldest first."""
    return list(Event.objects.about("partners.partner", partner.pk).values_list("type", flat=True))


def test_an_organisation_becomes_a_partner(programme, places, channel_manager):
    account = factories.AccountFactory(name="New Dealer", territory=places.shanghai)
    tier = factories.TierFactory(programme=programme)
    partner = services.create_partner(
        account=account, programme=programme, tier=tier, actor=actor_of(channel_manager), at=timezone.now()
    )
    account.refresh_from_db()
    assert account.kind == "partner"
    assert partner.path == f"{account.pk}/"
    assert events_of(partner) == ["partner.created", "partner.tier_set"]


def test_nobody_makes_a_partner_outside_their_scope(programme, places, other_channel_manager):
    account = factories.AccountFactory(territory=places.shanghai)
    with pytest.raises(NotAllowed):
        services.create_partner(
            account=account, programme=programme, actor=actor_of(other_channel_manager), at=timezone.now()
        )


def test_an_organisation_is_a_partner_once(own_partner, programme):
    with pytest.raises(PartnerError) as refused:
        services.create_partner(
            account=own_partner.account, programme=programme, actor=SYSTEM, at=timezone.now()
        )
    assert refused.value.field == "account"


def test_a_move_takes_everybody_below_along(make_partner, own_partner, sub_partner):
    deepest = make_partner("Deepest", parent=sub_partner)
    top = make_partner("Top")
    services.set_parent(own_partner.pk, parent_pk=top.pk, actor=SYSTEM, at=timezone.now())
    deepest.refresh_from_db()
    assert deepest.path == f"{top.pk}/{own_partner.pk}/{sub_partner.pk}/{deepest.pk}/"
    assert events_of(own_partner)[-1] == "partner.moved"


def test_no_partner_lies_below_itself(own_partner, sub_partner):
    for above in (own_partner, sub_partner):
        with pytest.raises(PartnerError):
            services.set_parent(own_partner.pk, parent_pk=above.pk, actor=SYSTEM, at=timezone.now())


def test_staying_where_one_is_leaves_no_event(own_partner, sub_partner):
    services.set_parent(sub_partner.pk, parent_pk=own_partner.pk, actor=SYSTEM, at=timezone.now())
    assert events_of(sub_partner) == []


class TreeTest(TestCase):
    """However partners are moved about, every path is that of the one above and the own id."""

    @settings(max_examples=25)
    @given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), max_size=12))
    def test_paths_follow_parents(self, moves):
        programme = factories.ProgrammeFactory()
        partners = [factories.PartnerFactory(programme=programme) for _ in range(6)]
        for child, parent in moves:
            try:
                services.set_parent(
                    partners[child].pk,
                    parent_pk=partners[parent].pk if parent is not None else None,
                    actor=SYSTEM,
                    at=timezone.now(),
                )
            except PartnerError:
                continue
        rows = {row.pk: row for row in Partner.objects.all()}
        for row in rows.values():
            above = rows[row.parent_id].path if row.parent_id else ""
            assert row.path == f"{above}{row.pk}/"


def test_a_suspension_ends_the_sessions_of_the_partners_people(
    client, own_partner, dealer_sales, rival, channel_manager
):
    client.force_login(dealer_sales, backend="django.contrib.auth.backends.ModelBackend")
    before = dealer_sales.session_salt, rival.session_salt
    services.suspend(own_partner.pk, reason="Unpaid", actor=actor_of(channel_manager), at=timezone.now())
    dealer_sales.refresh_from_db()
    rival.refresh_from_db()
    assert dealer_sales.session_salt != before[0]
    assert rival.session_salt == before[1]
    assert events_of(own_partner) == ["partner.suspended"]


def test_states_follow_the_table(own_partner):
    at = timezone.now()
    services.suspend(own_partner.pk, reason="Unpaid", actor=SYSTEM, at=at)
    with pytest.raises(TransitionRefused):
        services.suspend(own_partner.pk, reason="Unpaid", actor=SYSTEM, at=at)
    services.reinstate(own_partner.pk, actor=SYSTEM, at=at)
    services.terminate(own_partner.pk, reason="Closed down", actor=SYSTEM, at=at)
    with pytest.raises(TransitionRefused):
        services.reinstate(own_partner.pk, actor=SYSTEM, at=at)
    own_partner.refresh_from_db()
    assert own_partner.state == PartnerState.TERMINATED


def test_suspending_needs_a_reason_and_the_scope(
    own_partner, channel_manager, other_channel_manager, administrator
):
    with pytest.raises(PartnerError):
        services.suspend(own_partner.pk, reason=" ", actor=actor_of(channel_manager), at=timezone.now())
    with pytest.raises(NotAllowed):
        services.suspend(own_partner.pk, reason="x", actor=actor_of(other_channel_manager), at=timezone.now())
    services.suspend(own_partner.pk, reason="x", actor=actor_of(administrator), at=timezone.now())
