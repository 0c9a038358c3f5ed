"""``check`` on one database, in a process of its own: Django's database comes from its surroundings.

``python -m benchmarks.check_run QUESTIONS SEED`` prints what it found as one line of JSON.
"""

import json
import os
import random
import sys
import time
from dataclasses import asdict

import django

from .measures import spread

WARM_UP = 30
LOOKUP = "bench_lookup"
MAKE = (
    f"DROP TABLE IF EXISTS {LOOKUP}",
    f"CREATE TABLE {LOOKUP} AS SELECT a.id, replace(a.website, 'www.', '') AS domain, coalesce((SELECT c.email "
    "FROM accounts_contact c WHERE c.account_id = a.id AND c.email <> '' LIMIT 1), '') AS mail, a.phone "
    "FROM accounts_account a",
    f"CREATE INDEX ON {LOOKUP} (domain) WHERE domain <> ''",
    f"CREATE INDEX ON {LOOKUP} (mail) WHERE mail <> ''",
    f"CREATE INDEX ON {LOOKUP} (phone) WHERE phone <> ''",
    f"ANALYZE {LOOKUP}",
)
FIND = f"SELECT id FROM {LOOKUP} WHERE domain = %s AND domain <> '' UNION SELECT id FROM {LOOKUP} WHERE mail = %s AND "
FIND += f"mail <> '' UNION SELECT id FROM {LOOKUP} WHERE phone = %s AND phone <> '' LIMIT 3"


def main() -> None:
    """Ask, look up, print."""
    count, seed = (int(text) for text in sys.argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.db import connection

    from crm.accounts.models import Account
    from deal_registration.models import Claim

    typed = questions(count + WARM_UP, random.Random(seed))
    with connection.cursor() as cursor:
        for statement in MAKE:
            cursor.execute(statement)
    wall, cpu, most = ask(typed)
    found = {
        "accounts": Account.objects.count(),
        "claims": Claim.objects.count(),
        "check": asdict(spread(wall[WARM_UP:])),
        "cpu_ms": sum(cpu[WARM_UP:]) / count,
        "lookup": asdict(spread(look_up(typed)[WARM_UP:])),
        "queries": {"check": most, "lookup": 1},
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {LOOKUP}")
    print(json.dumps(found))


def questions(count: int, rng: random.Random) -> list[tuple]:
    """Return (unsaved registration, product line): four fifths about filed customers, by another partner."""
    from deal_registration.models import Registration
    from partners.models import Partner
    from portal.demo.crowd import Crowd

    partners = list(Partner.objects.filter(state="active").select_related("account", "programme"))
    filed = Registration.objects.exclude(state="draft").order_by("pk")
    first, last = filed.values_list("pk", flat=True).first(), filed.values_list("pk", flat=True).last()
    nobody = Crowd(0, _now())
    made = []
    while len(made) < count:
        row = (
            filed.filter(pk__gte=rng.randint(first, last))
            .select_related("territory")
            .prefetch_related("lines__line__family")
            .first()
        )
        if row is None:
            continue
        line = row.lines.all()[0].line
        asked = Registration(partner=rng.choice(partners), territory=row.territory)
        for field in ("name", "registry_id", "country", "city", "address", "website", "phone"):
            setattr(asked, f"customer_{field}", getattr(row, f"customer_{field}"))
        if rng.random() < 0.2 and row.customer_country in ("CN", "DE"):
            asked.customer_name = nobody.name_of(rng.randint(2_000_000, 20_000_000), _city_of(row)).name
            asked.customer_registry_id = asked.customer_website = asked.customer_phone = ""
        made.append((asked, line))
    return made


def _now():
    from core import clock

    return clock.now()


def _city_of(row):
    from portal.demo.territories import City

    return City(row.customer_city, row.customer_city, row.customer_country, "", "")


def ask(typed: list[tuple]) -> tuple[list[float], list[float], int]:
    """Return wall and processor milliseconds of each check, and the most statements any of the warm-up took."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from deal_registration.asking import judge_question

    wall, cpu, most = [], [], 0
    for number, (registration, line) in enumerate(typed):
        at = _now()
        if number < WARM_UP:
            with CaptureQueriesContext(connection) as seen:
                judge_question(registration, [line], at=at)
            most = max(most, len(seen))
            wall.append(0.0)
            cpu.append(0.0)
            continue
        begun, spent = time.perf_counter(), time.process_time()
        judge_question(registration, [line], at=at)
        wall.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return wall, cpu, most


def look_up(typed: list[tuple]) -> list[float]:
    """Return the milliseconds of an exact look-up of each question's domain, mail and phone."""
    from django.db import connection

    times = []
    with connection.cursor() as cursor:
        for registration, _line in typed:
            website = registration.customer_website
            asked = [
                website.removeprefix("www."),
                website if "@" in website else "",
                registration.customer_phone,
            ]
            begun = time.perf_counter()
            cursor.execute(FIND, asked)
            cursor.fetchall()
            times.append((time.perf_counter() - begun) * 1000)
    return times


if __name__ == "__main__":
    main()
