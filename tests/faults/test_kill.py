"""``kill -9`` at random points of filing, screening, approving and expiring (PostgreSQL).

Whatever was acknowledged is there, nothing is half there, nothing is protected twice, and after a restart
every job is done. The positive control acknowledges before it stores, and is caught.
"""

import json
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from core.jobs import run_due
from core.jobs.models import Job
from core.ledger.models import Event
from deal_registration.enums import State
from deal_registration.models import Claim, Registration, RegistrationLine
from tests.races.crowd import prepare

pytestmark = [pytest.mark.postgres, pytest.mark.faults, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("PORTAL_FAULT_KILLS", "4"))
EACH = 12


def environment() -> dict[str, str]:
    """Return the surroundings of a process that works on this test's own database."""
    db = connection.settings_dict
    login = f"{db['USER']}:{db['PASSWORD']}" if db["PASSWORD"] else db["USER"]
    url = f"postgres://{login}@{db['HOST']}:{db['PORT']}/{db['NAME']}"
    return {**os.environ, "PORTAL_TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"}


def kill_at_random(work: list, path: Path, rng: random.Random, mode: str = "") -> list[int]:
    """Let a process work on drafts and kill it somewhere; return the drafts that it acknowledged."""
    path.write_text(json.dumps([[draft, actor.user_id, actor.organisation_id] for draft, actor in work]))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.dying_process", str(path), mode],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(rng.uniform(0.2, 2.5))
    process.kill()
    said = process.stdout.read()
    process.wait()
    process.stdout.close()
    return [int(line) for line in said.splitlines()]


def stored(drafts: list[int]) -> set[int]:
    """Return which drafts are filed, each with its event."""
    refs = dict(Registration.objects.filter(pk__in=drafts).exclude(state="draft").values_list("ref", "pk"))
    filed = Event.objects.filter(type="registration.submitted", object_ref__in=[str(ref) for ref in refs])
    return {refs[ref] for ref in refs if str(ref) in set(filed.values_list("object_ref", flat=True))}


def check_whole(line) -> None:
    """No half state: places without a gap, an event for each filing, claims that say what the lines say."""
    rows = RegistrationLine.objects.filter(line=line)
    numbers = sorted(rows.filter(sequence_number__isnull=False).values_list("sequence_number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert not rows.filter(state=State.DRAFT, sequence_number__isnull=False).exists()
    assert not rows.exclude(state=State.DRAFT).filter(sequence_number__isnull=True).exists()
    assert Event.objects.filter(type="registration.submitted").count() == len(numbers)
    now = timezone.now()
    open_claims = Claim.objects.filter(state="approved", ends_at__gt=now)
    scopes = list(open_claims.values_list("customer_id", "project_id", "line_id"))
    assert len(scopes) == len(set(scopes))


def finish() -> None:
    """Do what a restarted worker does once the leases of the dead have lapsed."""
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    while run_due(limit=200):
        pass


def test_whatever_was_acknowledged_is_there(make_partner, places, lines, tmp_path):
    rng = random.Random(int(os.environ.get("PORTAL_FAULT_SEED", "5")))
    work = prepare(make_partner, places, lines.pumps, dealers=2 + KILLS, filings=KILLS * EACH)
    names = ("ka", "lo", "mi", "nu", "re", "so", "ti", "va")
    for number, (draft, _actor) in enumerate(work):
        if number % 3:  # one in three files the contested customer
            name = "".join(rng.choice(names) for _ in range(4)).title() + f" {number}"
            Registration.objects.filter(pk=draft).update(customer_name=f"{name} Works Ltd.")
    acknowledged = []
    for number in range(KILLS):
        now = timezone.now()
        ending = RegistrationLine.objects.filter(state=State.APPROVED).values_list("pk", flat=True)[:2]
        for pk in list(ending):  # something to expire while the next one is killed
            RegistrationLine.objects.filter(pk=pk).update(protected_until=now)
            Claim.objects.filter(registration_line=pk).update(starts_at=now - timedelta(days=90), ends_at=now)
        said = kill_at_random(work[number * EACH : (number + 1) * EACH], tmp_path / "work.json", rng)
        acknowledged += said
        assert stored(said) == set(said)
        check_whole(lines.pumps)
    assert acknowledged
    finish()
    check_whole(lines.pumps)
    assert stored(acknowledged) == set(acknowledged)
    assert not Job.objects.exclude(state="done").filter(kind__startswith="registration").exists()
    assert not RegistrationLine.objects.filter(state=State.SCREENING).exists()


def test_positive_control_acknowledging_too_early_is_caught(make_partner, places, lines, tmp_path):
    work = prepare(make_partner, places, lines.pumps, dealers=4, filings=60)
    rng = random.Random(3)
    lost = 0
    for number in range(5):
        said = kill_at_random(work[number * 12 : (number + 1) * 12], tmp_path / "work.json", rng, "too_early")
        lost += len(set(said) - stored(said))
        if lost:
            break
    assert lost
