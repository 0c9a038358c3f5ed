"""``make bench``: run the measurements on databases of their own and print a table of each.

``make bench ARGS="lists"`` or ``ARGS="filings --filings 400"`` runs one of them.
"""

import argparse
import os
import platform
from datetime import UTC, datetime

import psycopg

from . import check, filings, identity, ledger, lists
from .surroundings import server_url


def main() -> None:
    """Measure what was asked for, or everything."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "entries",
        nargs="*",
        choices=["lists", "check", "filings", "identity", "ledger", []],
        help="default: all",
    )
    parser.add_argument("--requests", type=int, default=200, help="requests for each page (default 200)")
    parser.add_argument("--filings", type=int, default=10_000, help="filings in all (default 10,000)")
    parser.add_argument("--dealers", type=int, default=50, help="dealers filing at once (default 50)")
    parser.add_argument(
        "--sizes",
        type=_numbers,
        default=[10_000, 100_000, 1_000_000],
        help="known organisations, with commas",
    )
    parser.add_argument("--queries", type=int, default=1000, help="organisations to look up (default 1000)")
    parser.add_argument("--events", type=int, default=1_000_000, help="events to check (default 1000000)")
    parser.add_argument("--per-seal", type=int, default=1000, help="events under a seal (default 1000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", action="store_true", help="keep the databases of lists and check for the next run"
    )
    parser.add_argument(
        "--demos",
        type=lambda text: text.split(","),
        default=["10k", "1m"],
        help="sizes of the demos that lists and check compare, with commas (default 10k,1m)",
    )
    options = parser.parse_args()
    wanted = options.entries or ["lists", "check", "filings", "identity", "ledger"]
    with psycopg.connect(server_url()) as connection:
        version = connection.execute("SHOW server_version").fetchone()[0].split()[0]
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores {platform.machine()} · "
        f"Python {platform.python_version()} · PostgreSQL {version} · load {os.getloadavg()[0]:.1f}\n",
        flush=True,
    )
    if "lists" in wanted:
        print(
            "\n## Registration list and search\n\n"
            + lists.measure(
                requests=options.requests, seed=options.seed, keep=options.keep, sizes=options.demos
            )
        )
    if "check" in wanted:
        print(
            "\n## The conflict check\n\n"
            + check.measure(
                questions=options.queries, seed=options.seed, keep=options.keep, sizes=options.demos
            )
        )
    if "filings" in wanted:
        print("\n## Filings\n\n" + filings.measure(filings=options.filings, dealers=options.dealers))
    if "identity" in wanted:
        print(
            "\n## Known organisations\n\n"
            + identity.measure(sizes=options.sizes, questions=options.queries, seed=options.seed)
        )
    if "ledger" in wanted:
        print(
            "\n## Check of the ledger\n\n"
            + ledger.measure(
                events=options.events, per_seal=options.per_seal, seed=options.seed, keep=options.keep
            )
        )


def _numbers(text: str) -> list[int]:
    """Return the numbers of a list such as ``10000,100000``."""
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    main()
