"""The check of the whole ledger (``verify_ledger``), beside bare SHA-256 over the same bytes in one process."""

import json
import os
import subprocess
import sys
import tempfile
import time

import psycopg

from .measures import table
from .surroundings import ROOT, database, environment, manage

MOST_HASHED = 100_000


def measure(*, events: int, per_seal: int, seed: int, keep: bool = False) -> str:
    """Return the table: seconds of the check with one process and with one for each core, and of its floor."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as data, database("ledger", keep=keep) as url:
        env = environment(url, data)
        # A kept ledger must be checked with the key that sealed it, and this one guards nothing.
        env |= {"PORTAL_LEDGER_SIGNING_KEY": "YmVuY2htYXJrIGtleSwgZ3VhcmRzIG5vdGhpbmchISE="}
        env |= {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings")}
        manage("migrate", "--no-input", "--verbosity", "0", env=env)
        loading = _load(url, env, events, per_seal, seed)
        floor = json.loads(_run("floor", min(events, MOST_HASHED), env=env))
        seconds = {count: _check(count, env) for count in sorted({1, os.cpu_count() or 1}, reverse=True)}
    floor_seconds = floor["seconds"] * events / floor["events"]
    rows = [
        [
            f"verify_ledger, {count} process{'es' if count > 1 else ''}",
            *_figures(taken, events, floor_seconds),
        ]
        for count, taken in seconds.items()
    ]
    rows.append(["bare SHA-256, 1 process", *_figures(floor_seconds, events, floor_seconds)])
    heads = [f"{events:,} events", "s", "µs an event", "of the floor"]
    return (
        table(heads, rows)
        + f"\n\n{loading}{per_seal:,} events under a seal. The command as a whole, with starting Python."
        + f" {floor['bytes'] / floor['events']:.0f} bytes are hashed for an event; the floor was measured over"
        + f" {floor['events']:,} of them."
    )


def _figures(seconds: float, events: int, floor: float) -> list[str]:
    return [f"{seconds:.1f}", f"{seconds / events * 1e6:.1f}", f"{seconds / floor:.1f}"]


def _load(url: str, env: dict[str, str], events: int, per_seal: int, seed: int) -> str:
    """Store and seal the events unless a kept database holds them; return a word on how long that took."""
    with psycopg.connect(url, autocommit=True) as connection:
        held = connection.execute("SELECT count(*) FROM ledger_event").fetchone()[0]
        if held:
            if held != events:
                sys.exit(
                    f"bench: the kept ledger holds {held:,} events; drop the database or ask for as many"
                )
            return "Loaded earlier; "
        begun = time.perf_counter()
        share = -(-events // (os.cpu_count() or 1))
        builders = [
            subprocess.Popen(
                _command("build", first, min(share, events + 1 - first), seed), cwd=ROOT, env=env
            )
            for first in range(1, events + 1, share)
        ]
        endings = [builder.wait() for builder in builders]
        if any(endings):
            sys.exit("bench: the events could not be stored")
        stored = time.perf_counter() - begun
        connection.execute("ANALYZE")
        sealing = json.loads(_run("seal", per_seal, env=env))
        if sealing["events"] != events:
            sys.exit(f"bench: {sealing['events']:,} events were sealed, not {events:,}")
        connection.execute("VACUUM ANALYZE")
    return f"Stored in {stored:.0f} s, sealed in {sealing['seconds']:.0f} s; "


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "benchmarks.ledger_run", *map(str, arguments)]


def _run(*arguments: object, env: dict[str, str]) -> str:
    done = subprocess.run(
        _command(*arguments), cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _check(processes: int, env: dict[str, str]) -> float:
    """Return the seconds that the command takes; one that finds something ends the run."""
    return manage("verify_ledger", "--quiet", "--processes", str(processes), env=env)
