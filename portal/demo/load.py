"""Loads the whole demo into an empty database: rows, events and indexes in one transaction, sealed afterwards."""

from collections.abc import Iterator
from datetime import datetime
from random import Random

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from core import search
from core.ledger import bulk_record
from core.ledger.models import Event
from core.ledger.readers import skip_to_end
from core.ledger.seals import seal_all
from crm import identity
from crm.accounts.models import Account, Lifecycle
from crm.accounts.services import candidate_of
from crm.accounts.services import search_texts as account_texts
from crm.accounts.services.contacts import contact_texts
from crm.opportunities.services.terms import search_texts as opportunity_texts
from crm.projects.services import project_texts
from deal_registration.enums import State
from deal_registration.honour.services import count_history, restate
from deal_registration.models import Registration
from deal_registration.texts import search_texts as registration_texts

from .accounts import load_accounts
from .board import Board
from .catalogue import load_catalogue
from .course import Course
from .crowd import Crowd
from .crowd_load import join_sequences, load_crowd, plan_crowd
from .deals import plan_deals
from .foundations import note_reference_data
from .history import History
from .names import NameMaker
from .news import load_news
from .notices import load_notices
from .partners import load_partners
from .people import People
from .pipeline import load_pipeline
from .programme import load_programme
from .territories import load_territories
from .world import Progress, World

MOST_COUNTED_AT_ONCE = 100_000  # of a larger demo, the job counts in the background


def is_empty() -> bool:
    """Tell whether the database holds no organisations yet."""
    return not Account.objects.exists()


def load_demo(*, accounts: int, seed: int, now: datetime, progress: Progress, crowd: int = 0) -> World:
    """Load a demo of ``accounts`` customers and a tenth as many registrations, as it stands at ``now``.

    ``crowd``: how many customers with a registration each come on top, of which only the rows are made (PostgreSQL
    only, and not in the one transaction). The same seed and time make the same demo, but for the ledger's salts.
    Readers of the ledger pass over it: what happened before the demo was made is no news.
    """
    with transaction.atomic():
        world, course = _play(accounts, seed, now, progress, Crowd(crowd, now, seed))
        _index(world, course)
        bulk_record(_counted(world.history, progress))
        progress("news pages", 0, 1)
        load_news(now)
        progress("news pages", 1, 1)
        progress("notices", load_notices(now), 0)
    if crowd:
        load_crowd(world.crowd, progress)
    total = Event.objects.count()
    seal_all(lambda count: progress("events sealed", count, total))
    skip_to_end()
    if accounts <= MOST_COUNTED_AT_ONCE:
        progress("registrations counted for honour", count_history(), 0)
        restate(at=now)
    return world


def _play(accounts: int, seed: int, now: datetime, progress: Progress, crowd: Crowd) -> tuple[World, Course]:
    """Make and save every row."""
    rng = Random(seed)
    world = World(
        rng=rng,
        now=now,
        accounts=accounts,
        progress=progress,
        geography=load_territories(),
        catalogue=load_catalogue(),
        names=NameMaker(rng, long_share=min(0.9, 0.3 + accounts / 100_000)),
        crowd=crowd,
    )
    note_reference_data(
        world,
        {
            "product_family": world.catalogue.families,
            "product_line": list(world.catalogue.lines.values()),
            "product": world.catalogue.products,
            "territory": list(world.geography.territories.values()),
        },
    )
    people = People(world)
    people.load_staff()
    programme = load_programme(world)
    load_partners(world, people, programme)
    people.load_addresses()
    load_accounts(world)
    direct = load_pipeline(world)
    _index_identities(
        world, [one.account for one in world.organisations] + [one.partner.account for one in world.partners]
    )
    _count_rows()
    if crowd.count:
        plan_crowd(world, programme)
    board = Board(world)
    board.fill(direct)
    course = Course(world, programme, board, direct)
    course.play(plan_deals(world, direct, accounts // 10))
    course.protection.set_promises()
    join_sequences(crowd, course.rows, world.catalogue.lines.values())
    course.rows.save(world)
    _set_changed_at(course)
    return world, course


def _count_rows() -> None:
    """Let PostgreSQL count what was loaded so far: until then it plans as if the tables were empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _set_changed_at(course: Course) -> None:
    """Put right when registrations last changed: saving them said just now."""
    Registration.objects.update(updated_at=Coalesce(F("received_at"), F("created_at")))
    latest: dict[datetime, list[int]] = {}
    for filed in course.filed:
        times = [line.ended_at or line.decided_at or line.screened_at for line in filed.lines]
        at = max((moment for moment in times if moment), default=None)
        if at:
            latest.setdefault(at, []).append(filed.registration.pk)
    for at, keys in latest.items():
        Registration.objects.filter(pk__in=keys).update(updated_at=at)


def _counted(history: History, progress: Progress) -> Iterator:
    """Yield the built events, telling the progress."""
    total = len(history.noted)
    for number, draft in enumerate(history.drafts(), start=1):
        yield draft
        if number % 500 == 0 or number == total:
            progress("events", number, total)


def _index_identities(world: World, accounts: list[Account]) -> None:
    """Put organisations into the match index."""

    def entries():
        for number, account in enumerate(accounts, start=1):
            is_known = account.lifecycle == Lifecycle.ACCOUNT
            yield account.pk, candidate_of(account), account.group_root_id or account.pk, is_known
            if number % 500 == 0 or number == len(accounts):
                world.progress("match index", number, len(accounts))

    identity.index_many(entries())


def _index(world: World, course: Course) -> None:
    """Fill the match index and the search terms."""
    _index_identities(world, course.rows.prospects)
    for account, name, source, at in course.tell.aliases:
        identity.add_alias(account.pk, name, source=source, at=at)
    accounts = [one.account for one in world.organisations]
    accounts += [one.partner.account for one in world.partners] + course.rows.prospects
    known = [account for account in accounts if account.lifecycle == Lifecycle.ACCOUNT]
    opportunities = [one.opportunity for one in course.direct] + course.rows.opportunities
    filed = [row for row in course.rows.registrations if row.state != State.DRAFT]
    texts = (
        ("accounts.account", {account.pk: account_texts(account) for account in known}),
        ("accounts.registry", {account.pk: [account.registry_id] for account in known}),
        ("accounts.contact", {contact.pk: contact_texts(contact) for contact in world.contacts}),
        ("projects.project", {project.pk: project_texts(project) for project in course.rows.projects}),
        ("opportunities.opportunity", {row.pk: opportunity_texts(row) for row in opportunities}),
        ("deal_registration.registration", {row.pk: registration_texts(row) for row in filed}),
    )
    for number, (object_type, texts_by_id) in enumerate(texts, start=1):
        search.index_many(object_type, texts_by_id)
        world.progress("search terms", number, len(texts))
