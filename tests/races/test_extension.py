"""More time asked at the millisecond a protection ends, while a rival files and the clock expires it (PostgreSQL).

Never two overlapping windows, and never both lost: whoever is too late, the other has it. The positive control asks as
a careless service would, check first and write after, without the lines' lock: then the windows overlap, or the
database alone keeps them apart.
"""

import threading
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connections, transaction
from django.utils import timezone

from core import clock
from deal_registration import guards, services
from deal_registration.enums import ClaimState, State
from deal_registration.exceptions import CannotExtend
from deal_registration.models import Claim, ExtensionRequest, Registration, RegistrationLine
from deal_registration.services.clocks import expire_protections
from tests.races.crowd import at_once, prepare

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 40
DEALERS = 8  # so that none holds more than its slots
SOON = timedelta(milliseconds=400)


def rounds(make_partner, places, line, count: int):
    """Return ``count`` pairs of (draft, actor) for the holder and for a rival, each pair for a customer of its own."""
    work = prepare(make_partner, places, line, dealers=DEALERS, filings=2 * count)
    for number, (draft, _actor) in enumerate(work):
        Registration.objects.filter(pk=draft).update(customer_name=f"{NAMES[number // 2]} Works Ltd.")
    return list(zip(work[0::2], work[1::2], strict=True))


NAMES = [f"{one}{two}" for one in ("Amber", "Birch", "Cedar", "Dune", "Ember", "Fjord") for two in
         ("brook", "cliff", "dale", "field", "gate", "haven", "lake", "moor")]  # fmt: skip


def protect(draft: int, actor):
    """File and screen the holder's draft; its protection ends very soon. Return the line and that instant."""
    services.submit(draft, actor=actor, at=timezone.now())
    line = RegistrationLine.objects.get(registration_id=draft)
    assert services.screen_line(line.pk) == State.APPROVED
    with transaction.atomic():
        ends_at = clock.deciding_time() + SOON
    RegistrationLine.objects.filter(pk=line.pk).update(protected_until=ends_at)
    Claim.objects.filter(registration_line=line).update(ends_at=ends_at)
    return line, ends_at


def wait_until(instant) -> None:
    """Return once the database's clock shows ``instant``."""
    while (left := (instant - clock.deciding_time()).total_seconds()) > 0:
        time.sleep(min(left, 0.005))


def contest(holder, rival, ask) -> None:
    """Let the holder ask, the clock expire and the rival file, all at the end of the holder's protection."""
    line, ends_at = protect(*holder)
    has_filed = threading.Event()

    def asks() -> None:
        ask(holder, line, ends_at, has_filed)

    def expires() -> None:
        wait_until(ends_at)
        expire_protections(ends_at)

    def files() -> None:
        wait_until(ends_at)
        services.submit(rival[0], actor=rival[1], at=timezone.now())
        services.screen_line(RegistrationLine.objects.get(registration_id=rival[0]).pk)
        has_filed.set()

    errors = at_once([asks, expires, files], lambda act: act(), threads=3)
    assert errors == []


def careful(holder, line, ends_at, has_filed) -> None:
    """Ask through the service, near the end: nearer or less near by turns, so that both come to pass."""
    wait_until(ends_at - timedelta(milliseconds=4 + 8 * (holder[0] % 40)))
    try:
        services.ask_extension(holder[0], actor=holder[1], at=timezone.now(), note="Still negotiating.")
    except CannotExtend:
        pass


def careless(holder, line, ends_at, has_filed) -> None:
    """Ask as a service without the lock would: look whether it is in time, do something else, write."""
    row = RegistrationLine.objects.get(pk=line.pk)
    if row.state != State.APPROVED or row.protected_until <= clock.deciding_time():
        return
    has_filed.wait(30)
    later = ends_at + timedelta(days=30)
    with transaction.atomic():
        Claim.objects.filter(registration_line=line).update(ends_at=later, state=ClaimState.APPROVED)
        RegistrationLine.objects.filter(pk=line.pk).update(protected_until=later, state=State.APPROVED)


def windows(*drafts: int) -> list[tuple]:
    """Return the windows in which each protected, in order."""
    claims = Claim.objects.filter(registration_line__registration_id__in=drafts, ends_at__isnull=False)
    return sorted(claims.exclude(registration_line__state=State.REJECTED).values_list("starts_at", "ends_at"))


def overlap(found: list[tuple]) -> bool:
    """Tell whether two of the windows overlap."""
    return any(one[1] > other[0] for one, other in pairwise(found))


def test_one_of_the_two_has_it_and_no_windows_overlap(make_partner, places, lines):
    won_by_asking = 0
    for holder, rival in rounds(make_partner, places, lines.pumps, ROUNDS):
        contest(holder, rival, careful)
        held = RegistrationLine.objects.get(registration_id=holder[0]).state == State.APPROVED
        taken = RegistrationLine.objects.get(registration_id=rival[0]).state == State.APPROVED
        assert held != taken, "both have it, or both have lost it"
        assert not overlap(windows(holder[0], rival[0]))
        asked = ExtensionRequest.objects.filter(registration_line__registration_id=holder[0]).exists()
        assert asked == held, "an accepted question keeps the window, a refused one does not"
        won_by_asking += held
    print(f"{won_by_asking} of {ROUNDS} asked in time")


def test_positive_control_without_the_lock_windows_overlap(make_partner, places, lines):
    guards.remove()
    try:
        found = []
        for holder, rival in rounds(make_partner, places, lines.pumps, 3):
            contest(holder, rival, careless)
            found.append(overlap(windows(holder[0], rival[0])))
        assert any(found), "a careless service was never caught: the test above shows nothing"
    finally:
        Claim.objects.all().delete()
        guards.install()


def test_without_the_lock_the_database_alone_still_refuses(make_partner, places, lines):
    (holder, rival), *_others = rounds(make_partner, places, lines.pumps, 1)
    with pytest.raises(AssertionError, match=guards.CONSTRAINT):
        contest(holder, rival, careless)
    assert not overlap(windows(holder[0], rival[0]))
    connections.close_all()
