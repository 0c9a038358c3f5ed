"""Lists of registrations, however many there are: counts stop, scopes ask for little, filters find by an index."""

import pytest
from django.db.models import Q

from core.access.actor import Actor, StaffScope
from core.ui.paging import count_label, counted
from crm.territories.scopes import covers_everything, limits_lines, within_scopes
from deal_registration.enums import State
from deal_registration.filters import RegistrationFilters
from deal_registration.models import Registration, RegistrationLine
from tests.cast import actor_of

pytestmark = pytest.mark.django_db
VIEW = frozenset({"registrations.view"})


def test_counts_go_no_further_than_the_limit(own, rival_registration):
    rows = Registration.objects.order_by("pk")
    assert counted(rows, 1) == (1, True)
    assert counted(rows, 2) == (2, False)
    assert count_label(rows, 1) == "1+"
    assert count_label(rows) == "2"


def _in_general(actor):
    """The scope as its definition has it: territory and at least one line."""
    inside = RegistrationLine.objects.filter(
        within_scopes(actor, "registrations.view", territory="registration__territory__path", line="line_id")
    )
    return Registration.objects.exclude(state=State.DRAFT).filter(pk__in=inside.values("registration_id"))


def _scopes(places, lines) -> dict[str, tuple[StaffScope, ...]]:
    def scope(territory="", only=None):
        return StaffScope(
            "r", VIEW, territory and territory.path, only and frozenset(line.pk for line in only)
        )

    return {
        "everything": (scope(),),
        "a territory": (scope(places.east),),
        "another territory": (scope(places.shanghai), scope(places.east)),
        "lines": (scope("", [lines.valves]),),
        "a territory with lines": (scope(places.east, [lines.pumps]),),
        "either": (scope(places.east), scope("", [lines.valves])),
        "none": (),
        "of another permission": (StaffScope("r", frozenset({"accounts.view"})),),
    }


def test_scopes_are_asked_in_short_and_mean_the_same(
    own, rival_registration, file_deal, save_draft, dealer_sales, places, lines
):
    file_deal(dealer_sales, lines=[lines.valves], customer_name="Valves Only Ltd.")
    save_draft(dealer_sales, customer_name="Still A Draft Ltd.")
    for what, scopes in _scopes(places, lines).items():
        actor = Actor(user_id=1, permissions=VIEW, scopes=scopes, is_staff=True)
        seen = set(Registration.objects.visible_to(actor).values_list("pk", flat=True))
        assert seen == set(_in_general(actor).values_list("pk", flat=True)), what


def test_what_covers_everything_asks_for_no_lines(lines):
    actor = Actor(user_id=1, permissions=VIEW, scopes=(StaffScope("r", VIEW),), is_staff=True)
    assert covers_everything(actor, "registrations.view")
    assert not limits_lines(actor, "registrations.view")
    assert "registrationline" not in str(Registration.objects.visible_to(actor).query)
    limited = Actor(user_id=1, permissions=VIEW, scopes=(StaffScope("r", VIEW, "", frozenset({1})),))
    assert not covers_everything(limited, "registrations.view")
    assert limits_lines(limited, "registrations.view")


def test_dealers_see_drafts_of_their_own_and_filed_ones_below(
    own, save_draft, dealer_sales, own_partner, sub_dealer
):
    mine = save_draft(dealer_sales)
    theirs = save_draft(sub_dealer)
    actor = actor_of(dealer_sales)
    seen = set(Registration.objects.visible_to(actor).values_list("pk", flat=True))
    assert {own.pk, mine.pk} <= seen
    assert theirs.pk not in seen
    alone = Actor(
        user_id=actor.user_id, organisation_id=own_partner.pk, organisation_ids=frozenset({own_partner.pk})
    )
    assert mine in Registration.objects.visible_to(alone)
    assert " OR " not in str(Registration.objects.visible_to(alone).query)


def test_a_status_under_way_is_found_on_any_line_another_on_the_whole(own, rf, dealer_sales):
    RegistrationLine.objects.filter(registration=own).update(state=State.IN_REVIEW)
    Registration.objects.filter(pk=own.pk).update(state=State.APPROVED)

    def found(state):
        request = rf.get("/", {"state": state})
        request.actor = actor_of(dealer_sales)
        return set(RegistrationFilters(request.GET, queryset=Registration.objects.all(), request=request).qs)

    assert found(State.IN_REVIEW) == {own}
    assert found(State.APPROVED) == {own}
    assert found(State.WON) == set()


@pytest.mark.postgres
def test_the_newest_and_the_dearest_are_read_off_an_index(django_assert_num_queries):
    """PostgreSQL can serve the lists' orders without a sort; it is told not to sort, and must find a way."""
    from django.db import connection, transaction

    head = Registration.objects.filter(~Q(state=State.DRAFT))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for rows in (
            head.order_by("-received_at", "-pk"),
            head.order_by("-value", "-pk"),
            Registration.objects.filter(state=State.WON).order_by("-received_at", "-pk"),
            Registration.objects.filter(partner_id=1).order_by("-value", "-pk"),
            Registration.objects.filter(partner_id=1, state=State.WON).order_by("-received_at", "-pk"),
        ):
            assert "Sort" not in rows[:26].explain()
