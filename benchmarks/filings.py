"""Filings per second through HTTP, all on one product line, against the bare insert under the same lock.

The floor is what the database alone does: lock the line's counter, count it up, insert one narrow row, commit, by as
many connections at once. Both run on the same server, one after the other.
"""

import re
import threading
import time
import uuid
from datetime import date, timedelta

import psycopg

from .measures import spread, table
from .surroundings import Portal, database, portal
from .visitors import Visitor

FILED_BY_EACH = "filed by benchmark"
SCRATCH = "bench_filing"
COMPLAINT = re.compile(r'<li><a href="#id_[^"]*">([^<]*)</a>')


def measure(*, filings: int, dealers: int) -> str:
    """Return the table: filings a second by ``dealers`` sessions at once, and the floor."""
    with database("filings") as url, portal(url, "small") as served:
        http_seconds, times = _through_http(served, filings, dealers)
        _check(served, filings)
        inserts = filings * 10
        floor_seconds = _bare_inserts(url, inserts, dealers)
    per_second, floor = filings / http_seconds, inserts / floor_seconds
    found = spread(times)
    return (
        table(
            ["filings", "a second", "p50 ms", "p95 ms"],
            [
                [
                    f"through HTTP, {dealers} dealers at once",
                    f"{per_second:.1f}",
                    f"{found.p50:.0f}",
                    f"{found.p95:.0f}",
                ],
                [f"bare locked insert, {dealers} connections", f"{floor:.0f}", "", ""],
            ],
        )
        + f"\n\n{filings:,} filings, none lost, gapless; {per_second / floor:.3f} of the bare insert."
    )


def _through_http(served: Portal, filings: int, dealers: int) -> tuple[float, list[float]]:
    """File as many dealers at once; return the seconds in all and each filing's milliseconds."""
    emails = served.rows(
        "SELECT u.email FROM people_user u JOIN partners_membership m ON m.user_id = u.id "
        "JOIN partners_authorisation a ON a.partner_id = m.partner_id JOIN catalog_productline l ON l.id = a.line_id "
        "WHERE l.code = 'P-CENT' GROUP BY u.email ORDER BY u.email"
    )
    line = served.rows("SELECT id FROM catalog_productline WHERE code = 'P-CENT'")[0][0]
    visitors = [Visitor(served.port, emails[number % len(emails)][0]) for number in range(dealers)]
    left = list(range(filings))
    times: list[float] = []
    errors: list[Exception] = []

    def work(visitor: Visitor) -> None:
        page = visitor.get("/registrations/new/")
        fields = visitor.management(page) | {"csrfmiddlewaretoken": visitor.token(page)}
        while not errors:
            try:
                number = left.pop()
            except IndexError:
                return
            begun = time.perf_counter()
            try:
                status, where = visitor.post("/registrations/new/", fields | _filing(number, line))
                if status != 302 or where.endswith("/edit/"):
                    raise RuntimeError(
                        f"a filing was answered with {status}: {COMPLAINT.findall(where) or where[:200]}"
                    )
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


def _filing(number: int, line: int) -> dict[str, object]:
    """Return a complete registration of one customer nobody else names."""
    return {
        "one_time_key": uuid.uuid4().hex,
        "action": "submit",
        "customer_name": f"Bench {uuid.uuid4().hex[:12]} {number} GmbH",
        "customer_country": "DE",
        "customer_city": "Hamburg",
        "territory": "de-hh",
        "opportunity_type": "new",
        "line_ids": [line],
        "value_0": "120000",
        "value_1": "EUR",
        "expected_close_on": (date.today() + timedelta(days=60)).isoformat(),
        "own_reference": FILED_BY_EACH,
    }


def _check(served: Portal, filings: int) -> None:
    """Raise unless every filing is there and the line's sequence has no gap."""
    filed, without_gap = served.rows(
        "SELECT (SELECT count(*) FROM deal_registration_registration WHERE own_reference = 'filed by benchmark' "
        "AND state <> 'draft'), (SELECT count(*) = max(sequence_number) FROM deal_registration_registrationline r "
        "JOIN catalog_productline l ON l.id = r.line_id WHERE l.code = 'P-CENT' AND sequence_number IS NOT NULL)"
    )[0]
    if filed != filings or not without_gap:
        raise RuntimeError(f"{filed} of {filings} filings are there; gapless: {without_gap}")


def _bare_inserts(url: str, inserts: int, connections: int) -> float:
    """Return the seconds that the bare inserts took, each under the lock of one counter row."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {SCRATCH}_counter (id int PRIMARY KEY, last bigint NOT NULL)")
        connection.execute(
            f"CREATE TABLE {SCRATCH} (id bigserial PRIMARY KEY, line int NOT NULL, number bigint NOT NULL, "
            "at timestamptz NOT NULL, UNIQUE (line, number))"
        )
        connection.execute(f"INSERT INTO {SCRATCH}_counter VALUES (1, 0)")
    left = list(range(inserts))

    def work() -> None:
        with psycopg.connect(url) as connection:
            while True:
                try:
                    left.pop()
                except IndexError:
                    return
                with connection.transaction():
                    last = connection.execute(
                        f"SELECT last FROM {SCRATCH}_counter WHERE id = 1 FOR UPDATE"
                    ).fetchone()[0]
                    connection.execute(f"UPDATE {SCRATCH}_counter SET last = %s WHERE id = 1", [last + 1])
                    connection.execute(
                        f"INSERT INTO {SCRATCH} (line, number, at) VALUES (1, %s, clock_timestamp())",
                        [last + 1],
                    )

    threads = [threading.Thread(target=work) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun
