"""What ``identity`` is compared with: one plain table, B-trees for what is certain, trigrams for names."""

import time
from dataclasses import asdict

import psycopg
from psycopg import errors

from .identity_run import FIRST, WARM_UP
from .measures import spread
from .organisations import Organisation, Question, Sample
from .surroundings import database

# pg_trgm makes trigrams of what the ctype calls letters. Under "C" no Chinese character is one: a name would have
# no trigram and never be found. So the rival gets a database with a ctype that knows Unicode, where there is one.
CTYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "en_US.utf8")
TIMEOUT_MS = 1_000
BUDGET = 300  # seconds for all questions of a size; those that are not reached are not counted

TABLE = """
CREATE TABLE organisation (id bigint, name text, registry_id text, domain text, phone text)
"""
INDEXES = """
ALTER TABLE organisation ADD PRIMARY KEY (id);
CREATE INDEX ON organisation (registry_id) WHERE registry_id <> '';
CREATE INDEX ON organisation (domain) WHERE domain <> '';
CREATE INDEX ON organisation (phone) WHERE phone <> '';
CREATE INDEX ON organisation USING gin (lower(name) gin_trgm_ops)
"""
BY_NAME = """
SELECT id FROM organisation WHERE lower(name) %% lower(%(name)s)
ORDER BY similarity(lower(name), lower(%(name)s)) DESC, id LIMIT 3
"""


def measure(size: int, questions: int, seed: int) -> dict:
    """Load, ask the same questions, and return the same figures as the engine's run."""
    with database(f"rival_{size}", ctypes=CTYPES) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        ctype = connection.execute(
            "SELECT datctype, cardinality(show_trgm('华鑫')) > 0 FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        sample = Sample(size, questions + WARM_UP, seed)
        begun = time.perf_counter()
        load(connection, sample)
        built = time.perf_counter() - begun
        room = connection.execute("SELECT pg_total_relation_size('organisation')").fetchone()[0]
        connection.execute(f"SET statement_timeout = {TIMEOUT_MS}")
        return {"wall": built, "bytes": room, "ctype": ctype} | ask(connection, sample.questions())


def load(connection: psycopg.Connection, sample: Sample) -> None:
    """Copy the organisations into the table and index it."""
    connection.execute(TABLE)
    with connection.cursor() as cursor, cursor.copy("COPY organisation FROM STDIN") as copy:
        for number, one in enumerate(sample.organisations(), 1):
            copy.write_row((number, one.name, one.registry_id, one.website, one.phone))
    connection.execute(INDEXES)
    connection.execute("VACUUM (ANALYZE) organisation")


def ask(connection: psycopg.Connection, questions: list[Question]) -> dict:
    """Ask the questions within the budget; a name that takes too long counts as not found, with the time it took."""
    times, shown, timeouts = [], [], 0
    begun_all = time.perf_counter()
    for at, question in enumerate(questions):
        if time.perf_counter() - begun_all > BUDGET:
            break
        begun = time.perf_counter()
        try:
            found = find(connection, question.asked)
        except errors.QueryCanceled:
            found, timeouts = [], timeouts + (at >= WARM_UP)
        spent = (time.perf_counter() - begun) * 1000
        if at >= WARM_UP:
            times.append(spent)
            if question.origin:
                shown.append(question.origin in found)
    return {
        "matches": asdict(spread(times)) if times else None,
        "shown": [sum(shown), len(shown)],
        "timeouts": timeouts,
    }


def find(connection: psycopg.Connection, asked: Organisation) -> list[int]:
    """Return at most three organisations: by registry id, else by domain or phone, else by the likeness of names."""
    for column, value in (
        ("registry_id", asked.registry_id),
        ("domain", asked.website),
        ("phone", asked.phone),
    ):
        if value:
            rows = connection.execute(
                f"SELECT id FROM organisation WHERE {column} = %s AND {column} <> '' ORDER BY id LIMIT {FIRST}",
                [value],
            ).fetchall()
            if rows:
                return [pk for (pk,) in rows]
    if not asked.name:
        return []
    return [pk for (pk,) in connection.execute(BY_NAME, {"name": asked.name}).fetchall()]
