"""Planning the crowd over a demo's world, and loading it: several processes, COPY, indexes built afterwards."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import closing
from itertools import groupby
from multiprocessing import get_context
from os import cpu_count

from django.core.management.color import no_style
from django.db import connection, connections, models, transaction

from core.ledger import current_position
from core.ledger.models import Event, FactSet
from core.search.models import SearchTerm
from crm import identity
from crm.accounts.models import Account
from crm.identity.models import MatchKey, MatchRecord
from deal_registration.models import Claim, LineSequence, Registration, RegistrationLine

from .crowd import Crowd, Dealer
from .partners import PartnerOfDemo, may_file
from .people import reviewer_for
from .programme import ProgrammeOfDemo
from .rows import Rows
from .tables import without_indexes
from .world import Progress, World

NUMBERED = (Account, Registration, RegistrationLine, Claim, Event, FactSet, SearchTerm)
COPIED = (*NUMBERED, MatchRecord, MatchKey)
STRETCH = 2_000

_crowd: Crowd | None = None  # of this process, set when it begins


def plan_crowd(world: World, programme: ProgrammeOfDemo) -> None:
    """Fill in the crowd's plan from the saved world: who files where, on which lines, and who decides."""
    crowd, geography = world.crowd, world.geography
    crowd.territories = {code: row.pk for code, row in geography.territories.items()}
    crowd.codes = {pk: code for code, pk in crowd.territories.items()}
    with_cities = {city.territory for cities in geography.cities.values() for city in cities}
    crowd.reviewers = {crowd.territories[code]: reviewer_for(world, code).pk for code in with_cities}
    crowd.owners = {crowd.territories[code]: world.reps[world.region_of(code)].pk for code in with_cities}
    crowd.programme_id = programme.programme.pk
    crowd.typical_value = dict(world.catalogue.typical_value)
    crowd.protection = [
        (version.valid_from, programme.terms_at(version.valid_from).protection_days)
        for version in programme.versions
    ]
    for one in world.partners:
        dealer = _dealer(world, one)
        for line in one.lines:
            if may_file(one, line) and dealer.cities:
                crowd.dealers.setdefault(line.pk, []).append(dealer)
    crowd.lines = [
        (line.pk, line.code) for line in world.catalogue.lines.values() if line.pk in crowd.dealers
    ]


def _dealer(world: World, one: PartnerOfDemo) -> Dealer:
    inside = {code for region in one.regions for code in world.geography.below(region)}
    return Dealer(
        pk=one.partner.pk,
        name=one.partner.account.name,
        user_ids=tuple(user.pk for user in one.users),
        cities=tuple(
            city for cities in world.geography.cities.values() for city in cities if city.territory in inside
        ),
    )


def join_sequences(crowd: Crowd, rows: Rows, lines: Iterable) -> None:
    """Move the sequences of the lines past the crowd."""
    for line in lines:
        count, last_at = crowd.filed_on(line.pk)
        if count:
            row = rows.sequences.setdefault(line.pk, LineSequence(line=line))
            row.last_number += count
            row.last_at = max(row.last_at or last_at, last_at)


def load_crowd(crowd: Crowd, progress: Progress) -> None:
    """Load the whole crowd after the played part was committed. Whatever happens, the indexes are put back."""
    crowd.first = {model._meta.label_lower: _last(model) + 1 for model in NUMBERED}
    for at in crowd.played.values():
        at.sort()
    back = without_indexes(model._meta.db_table for model in COPIED)
    try:
        _copy(crowd, progress)
    finally:
        _put_back(back, progress)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), NUMBERED):
            cursor.execute(statement)
        for model in COPIED:
            cursor.execute(f"VACUUM (ANALYZE) {connection.ops.quote_name(model._meta.db_table)}")
    identity.analyse()


def _last(model: type[models.Model]) -> int:
    return model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0


def _copy(crowd: Crowd, progress: Progress) -> None:
    """Let one process a core make and copy stretch after stretch."""
    what = "accounts and registrations with claims, events, match keys"
    stretches = [range(at, min(at + STRETCH, crowd.count)) for at in range(0, crowd.count, STRETCH)]
    connections.close_all()
    done = 0
    with ProcessPoolExecutor(
        cpu_count(), mp_context=get_context("fork"), initializer=_begin, initargs=(crowd,)
    ) as pool:
        for finished in as_completed([pool.submit(_load, numbers) for numbers in stretches]):
            done += finished.result()
            progress(what, done, crowd.count)


def _begin(crowd: Crowd) -> None:
    global _crowd
    _crowd = crowd


def _load(numbers: range) -> int:
    """Make and copy one stretch, in a transaction of its own; return how many registrations it had."""
    from .crowd_rows import Stretch

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        stretch = Stretch(_crowd, numbers, current_position())
        stretch.make()
        for table in stretch.tables():
            table.load()
    return len(numbers)


def _put_back(statements: list[str], progress: Progress) -> None:
    """Build the indexes and constraints again: keys and indexes table by table, foreign keys at last."""
    foreign = [statement for statement in statements if " FOREIGN KEY " in statement]
    others = sorted((one for one in statements if one not in foreign), key=_table_of)
    done = 0
    with ThreadPoolExecutor(cpu_count()) as crew:
        for group in (
            [list(of_table) for _table, of_table in groupby(others, key=_table_of)],
            [foreign],
        ):
            for finished in as_completed([crew.submit(_execute, each) for each in group]):
                done += finished.result()
                progress("indexes and constraints", done, len(statements))


def _table_of(statement: str) -> str:
    """Return the table that a statement of ``without_indexes`` is about."""
    words = statement.split()
    return (words[words.index("ON") + 1] if words[0] == "CREATE" else words[2]).removeprefix("public.")


def _execute(statements: list[str]) -> int:
    with closing(connections["default"].copy()) as own, own.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for statement in statements:
            cursor.execute(statement)
    return len(statements)
