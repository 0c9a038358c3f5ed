"""Two dealers file one customer in two spellings at the same instant, pair after pair: never are both protected.

A lock for each customer would not do: which customer it is, is only known once it was looked up. The positive
control is the same crowd without the line's lock and the database's rule.
"""

import os
import random

import pytest
from django.db import transaction
from django.utils import timezone

from core.access.actor import system_actor
from core.jobs.services import run_job
from crm.accounts.services import create_account
from deal_registration import guards, services
from deal_registration.models import Claim, Registration, RegistrationLine
from deal_registration.services import screening
from tests.races.crowd import at_once, prepare, waiting_jobs

pytestmark = [pytest.mark.postgres, pytest.mark.races, pytest.mark.django_db(transaction=True)]

PAIRS = int(os.environ.get("PORTAL_RACE_PAIRS", "20"))
THREADS = 8


def spellings(rng: random.Random) -> tuple[str, str]:
    """Return one name, unlike all others, in two spellings."""
    syllables = ["".join((rng.choice("bdfgklmnprstvz"), rng.choice("aeiou"))) for _ in range(8)]
    name = "".join(syllables[:4]).title() + " " + "".join(syllables[4:]).title()
    return f"{name} Refinery Co., Ltd.", f"{name.upper()} REFINERY COMPANY LIMITED"


def pairs_of(work: list) -> list[list]:
    """Give the drafts of each pair one customer in two spellings; return the pairs."""
    rng = random.Random(11)
    pairs = [work[place : place + 2] for place in range(0, len(work), 2)]
    for pair in pairs:
        for (draft, _actor), name in zip(pair, spellings(rng), strict=True):
            Registration.objects.filter(pk=draft).update(customer_name=name)
    return pairs


def submit(item) -> None:
    """File one draft."""
    draft, actor = item
    services.submit(draft, actor=actor, at=timezone.now())


def protections(pairs: list[list]) -> list[int]:
    """Return how many of each pair are protected."""
    holders = Claim.objects.filter(state="approved")
    held = set(holders.values_list("registration_line__registration_id", flat=True))
    return [sum(draft in held for draft, _actor in pair) for pair in pairs]


def test_of_two_spellings_at_most_one_is_protected(make_partner, places, lines):
    dealers = 2 * max(1, PAIRS // 8)  # few filings each: a dealer's slots are bounded
    work = prepare(make_partner, places, lines.pumps, dealers=dealers, filings=2 * PAIRS)
    pairs = pairs_of(work)
    assert at_once(work, submit, threads=THREADS) == []
    assert at_once(waiting_jobs(), run_job, threads=4) == []
    found = protections(pairs)
    assert max(found) == 1
    assert sum(found) > PAIRS / 2, "one of them is the rule"


def test_positive_control_without_the_lock_both_are_protected(make_partner, places, lines):
    work = prepare(make_partner, places, lines.pumps, dealers=2, filings=40)
    pairs = pairs_of(work)
    for (draft, _actor), _other in pairs:  # known before: making a prospect takes a lock of its own
        name = Registration.objects.get(pk=draft).customer_name
        create_account(data={"name": name}, actor=system_actor("test"), at=timezone.now())
    for item in work:
        submit(item)

    def unguarded(pk: int) -> None:
        with transaction.atomic():
            screening._screen(pk, timezone.now())

    guards.remove()
    try:
        order = RegistrationLine.objects.order_by("registration_id").values_list("pk", flat=True)
        at_once(list(order), unguarded, threads=THREADS)
        assert max(protections(pairs)) == 2
    finally:
        Claim.objects.all().delete()
        guards.install()
