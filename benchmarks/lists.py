"""Registration list, review queue, detail and search, asked over HTTP, with 1,000 and 1,000,000 registrations."""

import random
from collections.abc import Callable

from .measures import spread, table
from .surroundings import Portal, database, portal
from .visitors import Visitor

SIZES = ("10k", "1m")
READERS = (
    ("channel head, sees all", "channel.head@meridian.example", True),
    ("dealer, sees own", "manager@hulan-fluid.example", False),
)
WARM_UP = 10


def measure(*, requests: int, seed: int, keep: bool = False, sizes=SIZES) -> str:
    """Return the table: p50 and p95 of each page at each size, and the ratio of the p95s."""
    found: dict[tuple[str, str], list] = {}
    loaded = []
    counts = []
    for size in sizes:
        with database(size, keep=keep) as url, portal(url, size) as served:
            if served.loaded_in is not None:
                loaded.append(f"demo {size} loaded in {served.loaded_in:.0f} s; ")
            registrations = served.rows("SELECT count(*) FROM deal_registration_registration")[0][0]
            counts.append(registrations)
            for reader, email, is_staff in READERS:
                visitor = Visitor(served.port, email)
                for page, ask in _pages(served, visitor, random.Random(seed), is_staff).items():
                    for _ in range(WARM_UP):
                        ask()
                    times = spread([ask() for _ in range(requests)])
                    found.setdefault((page, reader), []).append((registrations, times))
    rows = []
    for (page, reader), by_size in found.items():
        figures = [text for _count, times in by_size for text in (f"{times.p50:.0f}", f"{times.p95:.0f}")]
        ratio = by_size[-1][1].p95 / by_size[0][1].p95
        rows.append([f"{page} ({reader})", *figures, f"{ratio:.2f}"])
    heads = ["ms over HTTP"]
    heads += [f"{name}, {count:,}" for count in counts for name in ("p50", "p95")]
    return table([*heads, "p95 ratio"], rows) + f"\n\n{''.join(loaded)}{requests} requests each."


def _pages(
    served: Portal, visitor: Visitor, rng: random.Random, is_staff: bool
) -> dict[str, Callable[[], float]]:
    """Return what is asked: each call asks once, for something else than the last time where it can."""
    names = [
        row[0]
        for row in served.rows(
            "SELECT customer_name FROM deal_registration_registration ORDER BY ref LIMIT 400"
        )
    ]
    places = [
        row[0]
        for row in served.rows("SELECT DISTINCT city FROM accounts_account WHERE city <> '' ORDER BY city")
    ]
    references = [
        row[0] for row in served.rows("SELECT ref FROM deal_registration_registration ORDER BY ref LIMIT 400")
    ]

    def words() -> str:
        name = rng.choice(names)
        begin = rng.randrange(max(1, len(name) - 5))
        return rng.choice((name[begin : begin + 4], rng.choice(places), rng.choice(references)[:6]))

    waiting = [
        row[0]
        for row in served.rows(
            "SELECT ref FROM deal_registration_registration WHERE review_due_at IS NOT NULL ORDER BY ref LIMIT 200"
        )
    ]
    pages = {
        "a list without a row (floor)": lambda: visitor.timed("/registrations/", q="zzqqxx"),
        "registration list": lambda: visitor.timed("/registrations/"),
        "registration list, filtered": lambda: visitor.timed("/registrations/", state="approved", q=words()),
        "registration list, page 2 by value": lambda: visitor.timed(
            "/registrations/", sort="-value", page="2"
        ),
        "search": lambda: visitor.timed("/search/", q=words()),
    }
    if is_staff:
        pages["review queue"] = lambda: visitor.timed("/review/")
        pages["detail"] = lambda: visitor.timed(f"/review/{rng.choice(waiting)}/")
    return pages
