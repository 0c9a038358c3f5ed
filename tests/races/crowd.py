"""Many dealers filing one customer and line at once: set-up, the crowd itself, and what must be true afterwards."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connections
from djmoney.money import Money

from core.access.actor import Actor
from core.jobs.models import Job
from deal_registration.enums import State
from deal_registration.models import Claim, Registration, RegistrationLine
from partners.models import ProgrammeVersion, Tier
from tests import factories

CUSTOMER = "Contested Refinery Co., Ltd."


def prepare(make_partner, places, line, *, dealers: int, filings: int) -> list[tuple[int, Actor]]:
    """Make ``dealers`` partners and ``filings`` drafts of one customer, spread over them, approved by rule if clear.

    Returns (draft, actor who submits it) pairs.
    """
    partners = [make_partner(f"Dealer {number} Trading") for number in range(dealers)]
    for version in ProgrammeVersion.objects.all():
        version.settings = {**version.settings, "auto_approve": True}
        version.save()
    Tier.objects.update(benefits={"auto_approval_ceiling": {"CNY": "1000000"}})
    user = factories.UserFactory(email="crowd@example.com", full_name="Crowd")
    drafts = Registration.objects.bulk_create(
        Registration(
            partner_id=partners[number % dealers].pk,
            created_by=user,
            customer_name=CUSTOMER,
            customer_country="CN",
            territory=places.shanghai,
            value=Money("1000", "CNY"),
            expected_close_on=date.today() + timedelta(days=60),
        )
        for number in range(filings)
    )
    RegistrationLine.objects.bulk_create(RegistrationLine(registration=draft, line=line) for draft in drafts)
    return [
        (
            draft.pk,
            Actor(
                user_id=user.pk,
                permissions=frozenset({"registrations.file", "registrations.view"}),
                organisation_id=draft.partner_id,
                organisation_ids=frozenset({draft.partner_id}),
            ),
        )
        for draft in drafts
    ]


def at_once(work: list, do: Callable, *, threads: int) -> list[BaseException]:
    """Let ``threads`` threads do ``do(item)`` for every item of ``work``; return what they raised."""
    queue, errors, lock = list(work), [], threading.Lock()
    start = threading.Barrier(threads)

    def run() -> None:
        start.wait()
        try:
            while True:
                with lock:
                    if not queue:
                        return
                    item = queue.pop(0)
                try:
                    do(item)
                except Exception as error:
                    errors.append(error)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=run) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return errors


def waiting_jobs() -> list[int]:
    """Return the screening jobs, last filed first: the worst order for fairness."""
    return list(Job.objects.filter(state="waiting").order_by("-pk").values_list("pk", flat=True))


def protected() -> list[int]:
    """Return the places in the sequence of the protected claims."""
    return list(Claim.objects.filter(state="approved").values_list("sequence_number", flat=True))


def check_order(line, filings: int) -> None:
    """Nothing lost, gapless numbers, times that rise with them, nobody left unscreened."""
    rows = list(RegistrationLine.objects.filter(line=line).order_by("sequence_number"))
    assert [row.sequence_number for row in rows] == list(range(1, filings + 1))
    times = [row.received_at for row in rows]
    assert times == sorted(set(times))
    assert not [row for row in rows if row.state == State.SCREENING]


def verdicts(line) -> list[tuple[int, str, tuple[str, ...]]]:
    """Return (place, state, codes) of every filing, by place."""
    return [
        (row.sequence_number, row.state, tuple(sorted(hit["code"] for hit in row.verdict["hits"])))
        for row in RegistrationLine.objects.filter(line=line).order_by("sequence_number")
    ]
