"""Exactly one, and the first, on the embedded database: eight processes file fifty each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from core.jobs import run_due
from tests.races.crowd import check_order, prepare, protected

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES, EACH = 8, 50


def file_in_processes(work) -> list[str]:
    """Let every process file its share at once; return what they raised."""
    env = {**os.environ}  # the data folder of this run is in it
    env |= {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    env.pop("PORTAL_TEST_DATABASE_URL", None)
    started = []
    for number in range(PROCESSES):
        share = [[draft, actor.user_id, actor.organisation_id] for draft, actor in work[number::PROCESSES]]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.races.filing_process"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        process.stdin.write(json.dumps(share))
        process.stdin.close()
        started.append(process)
    errors = []
    for process in started:
        errors += json.loads(process.stdout.read() or '["the process died"]')
        process.wait()
    return errors


def test_eight_processes_file_fifty_each(make_partner, places, lines):
    if connection.vendor != "sqlite":
        pytest.skip("the embedded database's own race")
    work = prepare(make_partner, places, lines.pumps, dealers=20, filings=PROCESSES * EACH)
    connection.close()
    assert file_in_processes(work) == []
    while run_due(limit=500):
        pass
    check_order(lines.pumps, PROCESSES * EACH)
    assert protected() == [1]
