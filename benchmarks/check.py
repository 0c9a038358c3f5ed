"""The conflict check end to end (identity, claims, facts, verdict), beside an exact look-up on the same rows."""

import json
import subprocess
import sys
import tempfile

from .measures import table
from .surroundings import ROOT, database, environment, load

SIZES = ("10k", "1m")
PROMISED_MS, PROMISED_GROWTH = 25, 1.3


def measure(*, questions: int, seed: int, keep: bool = False, sizes=SIZES) -> str:
    """Return the table: percentiles of the check and of the look-up at each demo size, and how they grow."""
    found = {size: _run(size, questions, seed, keep) for size in sizes}
    rows = []
    for one in found.values():
        shape = f"{one['accounts']:,} accounts, {one['claims']:,} claims"
        for what, name in (("check", "the check"), ("lookup", "domain, mail, phone")):
            times = one[what]
            rows.append(
                [
                    f"{name}, {shape}",
                    *(f"{times[mark]:.2f}" for mark in ("p50", "p95", "p99")),
                    one["queries"][what],
                ]
            )
    first, last = found[sizes[0]], found[sizes[-1]]
    growth = last["check"]["p95"] / first["check"]["p95"]
    look_up = last["lookup"]["p95"] / first["lookup"]["p95"]
    return "\n".join(
        [
            table(["ms in process", "p50", "p95", "p99", "queries at most"], rows),
            "",
            f"The check's p95 grows {growth:.2f}-fold (promised: {PROMISED_GROWTH}), to "
            f"{last['check']['p95']:.1f} ms (promised: {PROMISED_MS}); the look-up's {look_up:.2f}-fold. "
            f"{questions} questions each; processor time a check: {first['cpu_ms']:.1f} and {last['cpu_ms']:.1f} ms.",
        ]
    )


def _run(size: str, questions: int, seed: int, keep: bool) -> dict:
    """Ask in a process of its own, on a database with a demo of ``size``."""
    with database(size, keep=keep) as url, tempfile.TemporaryDirectory(prefix="portal-bench-") as data:
        env = environment(url, data)
        load(url, size, env)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.check_run", str(questions), str(seed)],
            cwd=ROOT,
            env=env,
            check=True,
            stdout=subprocess.PIPE,
        )
        return json.loads(done.stdout)
