"""The match index of known organisations, on both databases and beside trigrams, at growing sizes."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from . import identity_rival
from .measures import table
from .surroundings import ROOT, database, environment

LEAST_SHOWN = 0.9
PROMISED_HOSTILE_MS = 50
BACK_ENDS = ("PostgreSQL", "SQLite")


def measure(*, sizes: Sequence[int], questions: int, seed: int) -> str:
    """Return the tables: building, look-ups, the rival, kinds of questions, hostile names.

    Leaves with the tables and an error where too few of the organisations asked for are among the first three.
    """
    sizes = sorted(sizes)
    runs = {
        (back_end, size): _run(back_end, size, questions, seed, hostile=size == sizes[-1])
        for back_end in BACK_ENDS
        for size in sizes
    }
    print("pg_trgm …", file=sys.stderr, flush=True)
    rivals = {size: identity_rival.measure(size, questions, seed) for size in sizes}
    parts = [
        _figures(sizes, runs, rivals),
        _growth(sizes, runs, rivals),
        _kinds(sizes, runs),
        _hostile(sizes[-1], runs),
        _notes(questions, sizes, runs, rivals),
    ]
    report = "\n\n".join(parts)
    if broken := failures(runs):
        sys.exit("\n".join([report, "", *broken]))
    return report


def failures(runs: dict[tuple[str, int], dict]) -> list[str]:
    """Return a line for each run that showed too few of the organisations asked for: the engine is broken."""
    lines = []
    for (back_end, size), found in runs.items():
        right, of = _shown(found)
        if right <= LEAST_SHOWN * of:
            lines.append(
                f"bench: {back_end}, {size:,}: {right} of {of} organisations among the first three,"
                f" not more than {LEAST_SHOWN:.0%}: {found['shown']}"
            )
    return lines


def _run(back_end: str, size: int, questions: int, seed: int, *, hostile: bool) -> dict:
    """Measure one back end at one size in a process of its own."""
    print(f"{back_end}, {size:,} organisations …", file=sys.stderr, flush=True)
    arguments = [str(number) for number in (size, questions, seed, int(hostile))]
    command = [sys.executable, "-m", "benchmarks.identity_run", *arguments]
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as data:
        if back_end == "PostgreSQL":
            with database(f"identity_{size}") as url:
                printed = _printed(command, environment(url, data))
        else:
            printed = _printed(command, environment("", data))
    found: dict = json.loads(printed.splitlines()[-1])
    return found


def _printed(command: list[str], env: dict[str, str]) -> str:
    env = env | {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings")}
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _shown(found: dict) -> tuple[int, int]:
    """Return (how many of the organisations asked for were among the first three, of how many)."""
    counts = found["shown"].values()
    return sum(right for right, _of in counts), sum(of for _right, of in counts)


def _share(right: int, of: int) -> str:
    return f"{right / of:.3f}" if of else ""


def _times(times: dict | None) -> list[str]:
    return [f"{times[name]:.2f}" for name in ("p50", "p95", "p99")] if times else ["", "", ""]


def _figures(sizes: Sequence[int], runs: dict, rivals: dict) -> str:
    heads = ["organisations"]
    heads += ["build CPU s", "build wall s", "MB", "examine p50 ms", "p95", "p99"]
    heads += ["find_matches p50 ms", "p95", "p99", "among first 3"]
    rows = []
    for back_end in BACK_ENDS:
        for size in sizes:
            found = runs[back_end, size]
            row = [f"{back_end}, {size:,}", f"{found['cpu']:.1f}", f"{found['wall']:.1f}"]
            row += [f"{found['bytes'] / 1e6:.1f}", *_times(found["examined"]), *_times(found["matches"])]
            rows.append([*row, _share(*_shown(found))])
    for size, found in rivals.items():
        row = [f"pg_trgm, {size:,}", "", f"{found['wall']:.1f}", f"{found['bytes'] / 1e6:.1f}", "", "", ""]
        rows.append([*row, *_times(found["matches"]), _share(*found["shown"])])
    return table(heads, rows)


def _growth(sizes: Sequence[int], runs: dict, rivals: dict) -> str:
    """Return how much slower the slowest twentieth gets from the smallest size to the largest."""
    first, last = sizes[0], sizes[-1]

    def row(words: str, small: dict | None, large: dict | None) -> list[str]:
        if not small or not large:
            return [words, "", "", ""]
        ratio = large["p95"] / small["p95"]
        return [words, f"{small['p95']:.2f}", f"{large['p95']:.2f}", f"{ratio:.2f}"]

    rows = [
        row(f"{words} ({back_end})", runs[back_end, first][name], runs[back_end, last][name])
        for back_end in BACK_ENDS
        for words, name in (("examine", "examined"), ("find_matches", "matches"))
    ]
    rows.append(row("pg_trgm", rivals[first]["matches"], rivals[last]["matches"]))
    return table(["growth", f"p95 ms, {first:,}", f"p95 ms, {last:,}", "p95 ratio"], rows)


def _kinds(sizes: Sequence[int], runs: dict) -> str:
    """Return the share among the first three by the way the organisation was written, at every size."""
    by_size = [runs["PostgreSQL", size] for size in sizes]
    kinds = sorted({kind for found in by_size for kind in found["shown"]})
    rows = [[kind, *(_share(*found["shown"].get(kind, (0, 0))) for found in by_size)] for kind in kinds]
    rows.append(["new, taken for a known one", *(_share(*found["held"]) for found in by_size)])
    return table(["among the first three (PostgreSQL)", *(f"{size:,}" for size in sizes)], rows)


def _hostile(size: int, runs: dict) -> str:
    rows = []
    for back_end in BACK_ENDS:
        found = runs[back_end, size]["hostile"]
        rows.append(
            [back_end, *_times(found), f"{found['worst']:.2f}", PROMISED_HOSTILE_MS, found["slowest"]]
        )
    heads = [f"hostile names, {size:,}", "p50 ms", "p95", "p99", "worst", "promised p99", "slowest"]
    return table(heads, rows)


def _notes(questions: int, sizes: Sequence[int], runs: dict, rivals: dict) -> str:
    ctype, reads_chinese = rivals[sizes[-1]]["ctype"]
    of = _shown(runs["PostgreSQL", sizes[-1]])[1]
    lines = [
        f"{questions} questions at each size, {of} of them about organisations that are kept."
        " `examine`: keys, records and comparison, without groups and judgement; asked after `find_matches`,"
        " so that everything is warm. Times in process."
        " Building: without making the names; CPU of this process, not of the database server's.",
        f"The rival's database has the ctype `{ctype}`, under which Chinese text has"
        f" {'trigrams' if reads_chinese else 'NO trigrams: its figures are worth nothing'};"
        f" a statement may take {identity_rival.TIMEOUT_MS} ms, all questions {identity_rival.BUDGET} s.",
    ]
    for size, found in rivals.items():
        asked = found["matches"]["count"] if found["matches"] else 0
        if found["timeouts"] or asked < questions:
            lines.append(f"pg_trgm, {size:,}: {asked} questions asked, {found['timeouts']} of them too slow.")
    return "\n".join(f"- {line}" for line in lines)
