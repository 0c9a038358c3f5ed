"""The crowd of a large demo: its places leave no gap, and what is copied is as good as what the services write."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core.ledger.verification import verify
from crm.accounts.models import Account
from crm.accounts.services import candidate_of
from crm.identity import find_matches
from deal_registration import guards
from deal_registration.models import Claim, LineSequence, Registration, RegistrationLine
from portal.demo.crowd import Crowd, parts_of
from portal.demo.load import load_demo
from portal.demo.territories import City

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
CITY = City("苏州", "Suzhou", "CN", "cn-js", "0512", "3205")
PORT = City("Hamburg", "Hamburg", "DE", "de-hh", "040")


def test_a_million_are_a_played_part_and_a_crowd():
    assert parts_of(1_000) == (1_000, 0)
    assert parts_of(100_000) == (100_000, 0)
    played, crowd = parts_of(1_000_000)
    assert played // 10 + crowd == 1_000_000  # registrations


def test_the_crowd_is_filed_in_office_hours_one_after_the_other():
    crowd = Crowd(5_000, NOW)
    times = [crowd.filed_at(number) for number in range(crowd.count)]
    assert times == sorted(set(times))
    assert all(at.weekday() < 5 and 1 <= at.hour < 10 for at in times)
    assert times[-1] < NOW
    assert NOW - times[0] < timedelta(days=745)


def test_places_of_crowd_and_played_deals_leave_no_gap():
    crowd = Crowd(1_000, NOW, lines=[(7, "P-CENT"), (9, "V-CTRL"), (11, "D-FREQ")])
    played = {7: [NOW - timedelta(days=days) for days in (900, 700, 300.5, 2, 0.01)], 9: []}
    places = defaultdict(list)
    for line_id, times in played.items():
        for number, at in enumerate(sorted(times), start=1):
            places[line_id].append((number + crowd.filed_before(line_id, at), at))
    crowd.played = {line_id: sorted(times) for line_id, times in played.items()}
    for number in range(crowd.count):
        places[crowd.line_of(number)[0]].append((crowd.place_of(number), crowd.filed_at(number)))
    for line_id, found in places.items():
        ordered = sorted(found)
        assert [place for place, _at in ordered] == list(range(1, len(ordered) + 1))
        assert [at for _place, at in ordered] == sorted(at for _place, at in ordered)
        assert crowd.filed_on(line_id)[0] + len(played.get(line_id, [])) == len(ordered)


def test_without_a_crowd_nothing_is_filed_before():
    assert Crowd(0, NOW).filed_before(7, NOW) == 0
    assert Crowd(0, NOW).filed_on(7) == (0, None)


@pytest.mark.parametrize("city", [CITY, PORT])
def test_no_two_of_the_crowd_have_the_same_name(city):
    crowd = Crowd(1_000_000, NOW)
    names = [crowd.name_of(number, city) for number in range(0, 1_000_000, 97)]
    assert len({name.core for name in names}) == len(names)
    assert len({name.slug for name in names}) > 0.999 * len(names)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_loaded_crowd_is_whole():
    """Ledger valid, match index right, sequences gapless, indexes and rules as they were."""
    before = _indexes()
    load_demo(accounts=300, crowd=450, seed=3, now=timezone.now(), progress=lambda *_: None)
    assert _indexes() == before
    assert guards.is_installed()
    report = verify()
    assert report.findings == []
    assert report.events > 2_000
    call_command("match_index", "check")
    assert Account.objects.filter(number__startswith="K").count() == 450
    for sequence in LineSequence.objects.all():
        rows = RegistrationLine.objects.filter(line_id=sequence.line_id, sequence_number__isnull=False)
        found = list(rows.order_by("sequence_number").values_list("sequence_number", "received_at"))
        assert [number for number, _at in found] == list(range(1, sequence.last_number + 1))
        assert [at for _number, at in found] == sorted({at for _number, at in found})
        assert sequence.last_at >= found[-1][1]
    states = Counter(Registration.objects.values_list("state", flat=True))
    assert {"won", "lost", "expired", "rejected"} <= set(states)
    assert not Claim.objects.filter(state="approved", ends_at__lte=timezone.now()).exists()
    one = Account.objects.filter(number="K0000007").get()
    assert find_matches(candidate_of(one))[0].organisation_id == one.pk


def _indexes() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, tablename FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
            "SELECT conname, conrelid::regclass::text || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype IN ('p', 'u', 'x', 'f')"
        )
        return set(cursor.fetchall())
