"""`make test`: set up, run the tests in their groups, and close with what was skipped and why.

    python3 tools/test.py [group …] [-- arguments for pytest]

ordinary   SQLite, on all processors
races      several processes on one SQLite file, faults put in on purpose; one after the other
postgres   what only PostgreSQL can show
browser    real clicks in Chromium against a live server, with a database of its own
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import postgres
import setup
from setup import PYTHON, ROOT, SetupError, say

GROUPS = {
    "ordinary": "not (postgres or browser or races or faults or bench)",
    "races": "(races or faults) and not (postgres or browser or bench)",
    "postgres": "postgres and not (browser or bench)",
    "browser": "browser and not bench",
}
KEPT = ("PORTAL_CHROMIUM", "PORTAL_APT", "PORTAL_RACE", "PORTAL_TEST_")
NO_TESTS = 5


@dataclass
class Outcome:
    """What one group came to."""

    group: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reasons: Counter = field(default_factory=Counter)
    broken: bool = False

    @property
    def is_good(self) -> bool:
        return not self.failed and not self.broken

    def line(self) -> str:
        note = ", and pytest itself ended with an error" if self.broken and not self.failed else ""
        return (
            f"{self.group:<9} {self.passed} passed, {self.failed} failed, {self.skipped} skipped"
            f"  ({self.seconds:.0f} s){note}"
        )


def environment(data: str, **more: str) -> dict:
    """Nothing of the person's own settings reaches a test."""
    env = {
        key: value
        for key, value in os.environ.items()
        if not (key.startswith("PORTAL_") and not key.startswith(KEPT))
        and key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PORTAL_TEST_DATABASE_URL")
    }
    return {**env, "PORTAL_MODE": "test", "PORTAL_DATA_DIR": data, "PYTHONUTF8": "1", **more}


def pytest(arguments: list, env: dict, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT, env=env, check=False, **options
    )


def read_report(outcome: Outcome, report: Path) -> None:
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            outcome.skipped += 1
            outcome.reasons[skipped.get("message") or "no reason given"] += 1
        else:
            outcome.passed += 1


def run(group: str, extra: list, *, parallel: bool = False, **env: str) -> Outcome:
    outcome = Outcome(group)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-tests-") as folder:
        report = Path(folder) / "report.xml"
        data = Path(folder) / "data"
        data.mkdir()
        workers = os.environ.get("PORTAL_TEST_WORKERS") or str(min(os.cpu_count() or 1, 8))
        spread = ["-n", workers, "--dist", "worksteal"] if parallel and workers not in ("0", "1") else []
        print(f"\n── {group} " + "─" * (90 - len(group)), flush=True)
        arguments = ["-q", "-m", GROUPS[group], f"--junitxml={report}", *spread, *extra]
        code = pytest(arguments, environment(str(data), **env)).returncode
        if report.exists():
            read_report(outcome, report)
        outcome.broken = code not in (0, 1, NO_TESTS)
        outcome.seconds = time.monotonic() - begun
    return outcome


def left_out(group: str, reason: str, extra: list) -> Outcome:
    """A group that cannot run here: its tests are counted, so that the last line does not hide them."""
    with tempfile.TemporaryDirectory(prefix="portal-tests-") as folder:
        arguments = ["-q", "--collect-only", "-m", GROUPS[group], *extra]
        listed = pytest(arguments, environment(folder), capture_output=True, text=True)
    count = sum("::" in line for line in listed.stdout.splitlines())
    say(f"SKIPPED: the {group} group, {count} tests: {reason}")
    outcome = Outcome(group, skipped=count, broken=listed.returncode not in (0, NO_TESTS))
    outcome.reasons[f"the whole {group} group: {reason}"] += count
    return outcome


def run_on_postgres(extra: list) -> Outcome:
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(postgres.server())
        except postgres.NoPostgres as error:
            return left_out("postgres", str(error), extra)
        # Django makes test_<name> from this name and drops it again; ours alone on a server that others use.
        name = f"portal_{os.getpid()}"
        return run("postgres", extra, PORTAL_TEST_DATABASE_URL=postgres.with_database(url, name))


def chromium() -> str | None:
    named = os.environ.get("PORTAL_CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and setup.apt_install(["chromium", setup.CJK_FONT], "Chromium"):
        found = shutil.which("chromium")
    return found


def run_in_browser(extra: list) -> Outcome:
    program = chromium()
    if program is None:
        reason = "Chromium is not installed (Debian: sudo apt-get install chromium)"
        return left_out("browser", reason, extra)
    return run("browser", extra, PORTAL_CHROMIUM=program, DJANGO_ALLOW_ASYNC_UNSAFE="true")


def summary(outcomes: list) -> None:
    print("\n── summary " + "─" * 83)
    for outcome in outcomes:
        print(outcome.line())
    reasons = sum((outcome.reasons for outcome in outcomes), Counter())
    if reasons:
        print("\nskipped:")
        for reason, count in reasons.most_common():
            print(f"  {count} × {reason.removeprefix('Skipped: ')}")
    passed, failed, skipped = (
        sum(getattr(outcome, name) for outcome in outcomes) for name in ("passed", "failed", "skipped")
    )
    broken = [outcome.group for outcome in outcomes if outcome.broken and not outcome.failed]
    if broken:
        print(f"\npytest ended with an error in: {', '.join(broken)}")
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)


def main(arguments: list) -> int:
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    wanted, extra = arguments[:cut] or list(GROUPS), arguments[cut + 1 :]
    unknown = [name for name in wanted if name not in GROUPS]
    if unknown:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        setup.finish(setup.start(dev=True))
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    ways = {
        "ordinary": lambda: run("ordinary", extra, parallel=True),
        "races": lambda: run("races", extra),
        "postgres": lambda: run_on_postgres(extra),
        "browser": lambda: run_in_browser(extra),
    }
    outcomes = []
    try:
        for group in wanted:
            outcomes.append(ways[group]())
    except KeyboardInterrupt:
        summary(outcomes)
        return 130
    summary(outcomes)
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
