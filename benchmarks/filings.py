"""Filings of one customer and product line through HTTP by many dealers at once, beside two floors of the same run.

One floor is what the database alone does: lock the line's counter, count it up, insert one narrow row, commit, by as
many connections at once. The other is the same insert behind the portal's own HTTP stack (``floor_urls``), because
that stack, and no lock, is the ceiling of a web request. Afterwards every line is screened: exactly one is protected.
"""

import re
import threading
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import psycopg

from .bare import COUNT, INSERT, LOCK, TABLES
from .dealers import EMAIL
from .measures import spread, table
from .surroundings import Portal, database, portal
from .visitors import Visitor

FILED_BY_EACH = "filed by benchmark"
CUSTOMER = "Umkämpfte Raffinerie Unterelbe GmbH"
COMPLAINT = re.compile(r'<li><a href="#id_[^"]*">([^<]*)</a>')
WORKERS = 8


def measure(*, filings: int, dealers: int) -> str:
    """Return the table: filings a second by ``dealers`` sessions at once, and the two floors."""
    with (
        database("filings") as url,
        portal(url, "small", workers=WORKERS, threads=2, application="benchmarks.floor") as served,
    ):
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in TABLES:
                connection.execute(statement)
        served.run("benchmarks.dealers", str(dealers))
        visitors = [Visitor(served.port, EMAIL.format(number)) for number in range(dealers)]
        http_seconds, times = _through_http(served, visitors, filings)
        stack_seconds, stack_times = _bare_through_http(visitors, filings)
        inserts = filings * 4
        floor_seconds = _bare_inserts(url, inserts, WORKERS)
        begun = time.perf_counter()
        served.run("benchmarks.dealers", "screen")
        screening = time.perf_counter() - begun
        _check(served, filings)
    per_second = filings / http_seconds
    stack, floor = filings / stack_seconds, inserts / floor_seconds
    rows = [
        _row(f"filings through HTTP, {dealers} dealers, {WORKERS} workers", per_second, times),
        _row("bare locked insert behind the same HTTP stack", stack, stack_times),
        _row(f"bare locked insert, {WORKERS} connections", floor, []),
    ]
    return (
        table(["", "a second", "p50 ms", "p95 ms"], rows)
        + f"\n\n{filings:,} filings of one customer and line: all stored, gapless, no error; one is protected, the "
        f"first (screened in {screening:.0f} s). A filing reaches {per_second / stack:.2f} of the bare insert "
        f"behind the same HTTP stack, and {per_second / floor:.3f} of the bare insert."
    )


def _row(what: str, per_second: float, times: list[float]) -> list[str]:
    found = spread(times) if times else None
    return [what, f"{per_second:.1f}", *((f"{found.p50:.0f}", f"{found.p95:.0f}") if found else ("", ""))]


def _through_http(served: Portal, visitors: list[Visitor], filings: int) -> tuple[float, list[float]]:
    """File as many dealers at once; return the seconds in all and each filing's milliseconds."""
    line = served.rows("SELECT id FROM catalog_productline WHERE code = 'P-CENT'")[0][0]
    forms = {}
    for visitor in visitors:
        page = visitor.get("/registrations/new/")
        forms[visitor] = visitor.management(page) | {"csrfmiddlewaretoken": visitor.token(page)}

    def file(visitor: Visitor) -> None:
        status, where = visitor.post("/registrations/new/", forms[visitor] | _filing(line))
        if status != 302 or where.endswith("/edit/"):
            raise RuntimeError(
                f"a filing was answered with {status}: {COMPLAINT.findall(where) or where[:200]}"
            )

    return _at_once(visitors, filings, file)


def _bare_through_http(visitors: list[Visitor], inserts: int) -> tuple[float, list[float]]:
    """Let the same people post the bare insert; return the seconds in all and each one's milliseconds."""
    tokens = {visitor: visitor.token(visitor.get("/registrations/new/")) for visitor in visitors}

    def insert(visitor: Visitor) -> None:
        status, where = visitor.post("/bench/bare-filing/", {"csrfmiddlewaretoken": tokens[visitor]})
        if status != 302:
            raise RuntimeError(f"a bare insert was answered with {status}: {where[:200]}")

    return _at_once(visitors, inserts, insert)


def _at_once(visitors: list[Visitor], count: int, do: Callable[[Visitor], None]) -> tuple[float, list[float]]:
    """Let all visitors do ``do`` again and again, ``count`` times together; raises the first error."""
    left = list(range(count))
    times: list[float] = []
    errors: list[Exception] = []

    def work(visitor: Visitor) -> None:
        while not errors:
            try:
                left.pop()
            except IndexError:
                return
            begun = time.perf_counter()
            try:
                do(visitor)
            except Exception as error:
                errors.append(error)
            times.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=work, args=(visitor,)) for visitor in visitors]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if errors:
        raise errors[0]
    return seconds, times


def _filing(line: int) -> dict[str, object]:
    """Return a complete registration of the customer that everybody files; small enough to be approved by rule."""
    return {
        "one_time_key": uuid.uuid4().hex,
        "action": "submit",
        "customer_name": CUSTOMER,
        "customer_country": "DE",
        "customer_city": "Hamburg",
        "territory": "de-hh",
        "opportunity_type": "new",
        "line_ids": [line],
        "value_0": "20000",
        "value_1": "EUR",
        "expected_close_on": (date.today() + timedelta(days=60)).isoformat(),
        "own_reference": FILED_BY_EACH,
    }


def _check(served: Portal, filings: int) -> None:
    """Raise unless every filing is there, the line's sequence has no gap, and the first alone is protected."""
    lines = (
        "deal_registration_registrationline r JOIN catalog_productline l ON l.id = r.line_id "
        "JOIN deal_registration_registration g ON g.id = r.registration_id WHERE l.code = 'P-CENT'"
    )
    filed, unscreened, first = served.rows(
        f"SELECT count(*), count(*) FILTER (WHERE r.state = 'screening'), min(r.sequence_number) FROM {lines} "
        f"AND g.own_reference = '{FILED_BY_EACH}' AND g.state <> 'draft'"
    )[0]
    without_gap = served.rows(
        f"SELECT count(*) = max(sequence_number) FROM {lines} AND r.sequence_number IS NOT NULL"
    )[0][0]
    protected = served.rows(
        "SELECT c.sequence_number FROM deal_registration_claim c JOIN deal_registration_registrationline r "
        "ON r.id = c.registration_line_id JOIN deal_registration_registration g ON g.id = r.registration_id "
        f"WHERE c.state = 'approved' AND g.own_reference = '{FILED_BY_EACH}'"
    )
    if (filed, unscreened, without_gap, protected) != (filings, 0, True, [(first,)]):
        raise RuntimeError(
            f"{filed} of {filings} filings are there, {unscreened} not screened; gapless: {without_gap}; "
            f"protected: {[row[0] for row in protected]}, the first is {first}"
        )


def _bare_inserts(url: str, inserts: int, connections: int) -> float:
    """Return the seconds that the bare inserts took, each under the lock of one counter row."""
    left = list(range(inserts))

    def work() -> None:
        with psycopg.connect(url) as connection:
            while True:
                try:
                    left.pop()
                except IndexError:
                    return
                with connection.transaction():
                    last = connection.execute(LOCK).fetchone()[0]
                    connection.execute(COUNT, [last + 1])
                    connection.execute(INSERT, [last + 1])

    threads = [threading.Thread(target=work) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun
