"""The match index against the accounts: what the check finds, what repairing and rebuilding leave."""

from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.access.actor import system_actor
from core.access.exceptions import NotAllowed
from core.jobs.models import Job
from core.jobs.services import LeaseLost, run_job, take
from crm import identity
from crm.accounts import services
from crm.accounts.models import Account, Lifecycle
from crm.accounts.services import match_index, upgrading
from crm.accounts.services.match_index import Findings
from crm.accounts.services.taking_back import forget_alias, take_back_account
from crm.identity import Candidate
from crm.identity.models import Alias, MatchKey, MatchRecord
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("tests")
NAMES = (
    "华星泵业有限公司",
    "远大轴承（上海）有限公司",
    "North Star Waterworks Co., Ltd.",
    "Schraubenwerk Lindau GmbH",
    "台灣精密閥門股份有限公司",
)


def make(name: str, **data) -> Account:
    return services.create_account(data={"name": name, **data}, actor=SYSTEM, at=timezone.now())


def remember(account: Account, name: str) -> None:
    services.remember_alias(account.pk, name=name, source="decision", actor=SYSTEM, at=timezone.now())


def merge(survivor: Account, loser: Account):
    return services.merge_accounts(survivor.pk, loser.pk, actor=SYSTEM, at=timezone.now()).merge


def found(name: str) -> list[int]:
    return [match.organisation_id for match in identity.find_matches(Candidate(name))]


def whole_index() -> tuple[list, list]:
    """Return every record and key, as rows."""
    records = MatchRecord.objects.order_by("pk").values_list("pk", "group_id", "is_known", "line")
    return list(records), sorted(MatchKey.objects.values_list("entry", flat=True))


def keys_of(account: Account) -> list[int]:
    """Return the keys kept of an account."""
    mask = (1 << 32) - 1
    return [key for key in whole_index()[1] if key & mask == account.pk]


def empty() -> None:
    MatchRecord.objects.all().delete()
    MatchKey.objects.all().delete()


@pytest.fixture
def known(db) -> list[Account]:
    """Accounts with everything the index keeps: ids, aliases, a group, a prospect, one that was merged."""
    accounts = [
        make(name, registry_id=f"2209913{at}", phone=f"+8621555000{at}") for at, name in enumerate(NAMES)
    ]
    remember(accounts[0], "Huaxing Pumps")
    remember(accounts[2], "Polaris Water")
    services.set_parent(accounts[1].pk, parent_pk=accounts[0].pk, actor=SYSTEM, at=timezone.now())
    services.become_prospect(
        candidate=Candidate("Somebody Typed This Ltd."), territory=None, actor=SYSTEM, at=timezone.now()
    )
    merge(accounts[2], make("Big Dipper Chemicals"))
    return accounts


# --- what the check finds, and repairing mends


def lose_record(account: Account) -> None:
    """As a load that forgot the index: neither record nor keys."""
    MatchKey.objects.filter(entry__in=keys_of(account)).delete()
    MatchRecord.objects.filter(pk=account.pk).delete()


def lose_record_alone(account: Account) -> None:
    MatchRecord.objects.filter(pk=account.pk).delete()


def save_without_index(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(name="Renamed Behind Everybody GmbH")


def add_alias_without_index(account: Account) -> None:
    Alias.objects.create(organisation_id=account.pk, name="Brandname", normal_name="brandname", source="x")


def wrong_group(account: Account) -> None:
    MatchRecord.objects.filter(pk=account.pk).update(group_id=account.pk + 1000)


def wrong_lifecycle(account: Account) -> None:
    MatchRecord.objects.filter(pk=account.pk).update(is_known=False)


def merged_behind_everybody(account: Account) -> None:
    other = Account.objects.exclude(pk=account.pk).exclude(lifecycle=Lifecycle.MERGED).latest("pk")
    Account.objects.filter(pk=account.pk).update(lifecycle=Lifecycle.MERGED, merged_into=other)


def deleted_behind_everybody(account: Account) -> None:
    from core.search.models import SearchTerm

    SearchTerm.objects.filter(object_id=account.pk).delete()
    Account.objects.filter(pk=account.pk)._raw_delete(using="default")


def lose_a_key(account: Account) -> None:
    MatchKey.objects.filter(entry=keys_of(account)[0]).delete()


def surplus_key(account: Account) -> None:
    MatchKey.objects.create(entry=(12345 << 32) | account.pk)


def surplus_key_of_nobody(account: Account) -> None:
    MatchKey.objects.create(entry=(12345 << 32) | 4_000_000_000)


DAMAGES = {
    lose_record: Findings(missing=1),
    save_without_index: Findings(wrong=1),
    add_alias_without_index: Findings(wrong=1),
    wrong_group: Findings(wrong=1),
    wrong_lifecycle: Findings(wrong=1),
    merged_behind_everybody: Findings(orphans=1),
    deleted_behind_everybody: Findings(orphans=1),
    lose_a_key: Findings(missing_keys=1),
    surplus_key: Findings(surplus_keys=1),
    surplus_key_of_nobody: Findings(surplus_keys=1),
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_is_found_named_and_mended(known, damage):
    assert not match_index.check()
    damage(known[3])
    damaged = whole_index()
    assert match_index.check() == DAMAGES[damage]
    assert whole_index() == damaged, "a check changes nothing"
    with pytest.raises(CommandError, match="--repair"):
        call_command("match_index", "check", stdout=StringIO(), stderr=StringIO())
    assert whole_index() == damaged

    told = StringIO()
    call_command("match_index", "check", "--repair", stdout=told, stderr=StringIO())
    assert "Mended" in told.getvalue()
    assert match_index.check() == Findings()
    call_command("match_index", "check", stdout=StringIO(), stderr=StringIO())


def test_a_record_gone_whose_keys_stayed_is_one_missing_and_its_keys_too_many(known):
    before = whole_index()
    count = len(keys_of(known[3]))
    lose_record_alone(known[3])
    assert match_index.check() == Findings(missing=1, surplus_keys=count)
    assert match_index.check(repair=True) == Findings(missing=1)  # with the record back, they are asked for
    assert whole_index() == before


def test_many_damages_at_once_are_counted_and_mended(known):
    lose_record(known[0])
    wrong_group(known[1])
    lose_a_key(known[2])
    surplus_key(known[4])
    merged_behind_everybody(known[3])
    names = Findings(missing=1, wrong=1, orphans=1, missing_keys=1, surplus_keys=1)
    assert match_index.check() == names
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("match_index", "check", stdout=told, stderr=StringIO())
    said = "1 without an entry, 1 with a wrong one; 1 entries of nobody; 1 keys missing, 1 too many"
    assert said in told.getvalue()
    assert match_index.check(repair=True) == names
    assert match_index.check() == Findings()
    assert found(known[0].name)[0] == known[0].pk


def test_pieces_smaller_than_what_is_there_make_no_difference(known, monkeypatch):
    monkeypatch.setattr(match_index, "BATCH", 2)
    monkeypatch.setattr(match_index, "LOCKED_AT_ONCE", 1)
    monkeypatch.setattr(match_index, "SLICE", 2)
    expected = whole_index()
    seen = []
    assert match_index.check(lambda done, total: seen.append((done, total))) == Findings()
    assert [done for done, _total in seen] == [2, 4, 6] and seen[-1] == (6, 6)
    empty()
    MatchKey.objects.create(entry=(1 << 32) | known[0].pk)
    MatchKey.objects.create(entry=(1 << 32) | 4_000_000_000)
    findings = match_index.check(repair=True)
    assert findings == Findings(missing=6, surplus_keys=2)
    assert whole_index() == expected


# --- rebuilding


def test_a_rebuilt_index_is_what_the_services_had_written(known):
    expected = whole_index()
    aliases = list(Alias.objects.order_by("pk").values_list())
    empty()
    assert match_index.rebuild() == 6
    assert whole_index() == expected
    assert list(Alias.objects.order_by("pk").values_list()) == aliases
    assert found("Polaris Water")[0] == known[2].pk
    assert match_index.rebuild() == 0


def test_rebuilding_writes_keys_that_were_lost_though_the_records_stayed(known):
    expected = whole_index()
    MatchKey.objects.all().delete()
    match_index.rebuild()
    assert whole_index() == expected


def test_the_command_rebuilds_and_says_how_much(known):
    empty()
    told = StringIO()
    call_command("match_index", "rebuild", stdout=told, stderr=StringIO())
    assert "6 entries" in told.getvalue()
    assert match_index.check() == Findings()


def test_the_services_undo_each_other_without_a_trace(known):
    """Whatever is renamed, remembered and forgotten again: the index is what a rebuild would make it."""
    before = whole_index()
    account = known[0]
    for name in ("Another Name AG", account.name):
        services.update_account(account.pk, data={"name": name}, actor=SYSTEM, at=timezone.now())
        assert match_index.check() == Findings()
    remember(account, "星华")
    assert match_index.check() == Findings()
    forget_alias(account.pk, name="星华", actor=SYSTEM, at=timezone.now())
    assert whole_index() == before
    new = make("Gone Tomorrow Ltd.")
    remember(new, "Ephemeral")
    take_back_account(new.pk, actor=SYSTEM, at=timezone.now())
    assert whole_index() == before
    assert match_index.check() == Findings()


def test_more_names_than_are_kept_are_the_same_when_rebuilt(known):
    for number in range(16):
        remember(known[3], f"Brand {chr(97 + number)}{chr(110 - number)}ora Works")
        assert match_index.check() == Findings()
    expected = whole_index()
    empty()
    match_index.rebuild()
    assert whole_index() == expected


# --- who is in it


def test_a_prospect_is_in_the_index_and_not_known(known):
    prospect = Account.objects.get(lifecycle=Lifecycle.PROSPECT)
    for _once_more in range(2):
        assert MatchRecord.objects.get(pk=prospect.pk).is_known is False
        matches = identity.find_matches(Candidate(prospect.name))
        assert [(match.organisation_id, match.is_known) for match in matches] == [(prospect.pk, False)]
        empty()
        match_index.rebuild()
    services.promote(prospect.pk, actor=SYSTEM, at=timezone.now())
    assert MatchRecord.objects.get(pk=prospect.pk).is_known is True
    assert match_index.check() == Findings()


def test_a_merged_account_is_in_no_index_and_comes_back_with_its_aliases(known):
    survivor, loser = known[0], known[3]
    remember(loser, "Bodensee Bolts")
    before, aliases = whole_index(), list(Alias.objects.order_by("pk").values_list())
    done = merge(survivor, loser)
    assert not MatchRecord.objects.filter(pk=loser.pk).exists() and keys_of(loser) == []
    assert found("Bodensee Bolts")[0] == survivor.pk
    merged = whole_index()
    empty()
    match_index.rebuild()
    assert whole_index() == merged
    assert match_index.check() == Findings()

    services.undo_merge(done.pk, actor=SYSTEM, at=timezone.now())
    assert whole_index() == before
    assert list(Alias.objects.order_by("pk").values_list()) == aliases
    assert found("Bodensee Bolts")[0] == loser.pk
    empty()
    match_index.rebuild()
    assert whole_index() == before


# --- by a job


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(match_index, "BATCH", 2)


def test_the_job_goes_on_where_a_dead_worker_stopped(known, small_batches, monkeypatch, clock):
    from datetime import timedelta

    expected = whole_index()
    empty()
    job = match_index.start_rebuild(actor=SYSTEM)
    began, progress = [], []
    check_batch, report = match_index.check_batch, match_index.jobs.report

    def noted(after, **options):
        began.append(after)
        if len(began) == 3:
            raise SystemExit  # as a worker that is killed: nothing is caught, nothing written
        return check_batch(after, **options)

    monkeypatch.setattr(match_index, "check_batch", noted)
    with pytest.raises(SystemExit):
        run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.payload["done"], job.progress) == ("running", 4, 66)
    assert MatchRecord.objects.count() == 4

    def told(row, percent):
        progress.append(percent)
        report(row, percent)

    monkeypatch.setattr(match_index.jobs, "report", told)
    clock.shift(timedelta(minutes=6))
    assert run_job(job.pk)
    assert began[3] == began[2] == job.payload["after"]
    assert progress[0] == 100 and set(progress[1:]) == {99}
    job.refresh_from_db()
    assert (job.state, job.progress) == ("done", 100)
    assert whole_index() == expected


def test_a_worker_that_was_taken_for_dead_stops_and_writes_no_cursor(known, small_batches, clock):
    from datetime import timedelta

    job = match_index.start_rebuild(actor=SYSTEM)
    slow = take(job.pk)
    clock.shift(timedelta(minutes=6))
    assert run_job(job.pk)
    finished = Job.objects.get(pk=job.pk).payload
    with pytest.raises(LeaseLost):
        match_index.rebuild_by_job(slow)
    assert Job.objects.get(pk=job.pk).payload == finished


def test_two_starts_make_one_job_and_a_later_one_another(known, sales_rep):
    from tests.cast import actor_of

    one, two = (match_index.start_rebuild(actor=SYSTEM) for _ in range(2))
    assert one == two
    assert run_job(one.pk)
    assert match_index.start_rebuild(actor=SYSTEM) != one
    with pytest.raises(NotAllowed):
        match_index.start_rebuild(actor=actor_of(sales_rep))


def test_the_job_takes_away_what_nobody_stands_behind(known):
    expected = whole_index()
    surplus_key(known[0])
    surplus_key_of_nobody(known[0])
    MatchRecord.objects.create(organisation_id=9_000_000, group_id=9_000_000, line="\nghost")
    job = match_index.start_rebuild(actor=SYSTEM)
    assert run_job(job.pk)
    assert whole_index() == expected


# --- after an upgrade


def test_migrating_puts_into_the_index_who_is_not_in_it(known, capsys):
    expected = whole_index()
    empty()
    call_command("migrate", verbosity=0)
    assert whole_index() == expected

    MatchRecord.objects.filter(pk=known[1].pk).delete()  # a rebuild that was ended half-way
    call_command("migrate", verbosity=1, stdout=StringIO())
    assert whole_index() == expected
    assert "Rebuilding the match index" in capsys.readouterr().out


def test_migrating_looks_no_further_where_every_account_is_there(known, monkeypatch):
    monkeypatch.setattr(upgrading, "rebuild", lambda: pytest.fail("nothing was lacking"))
    call_command("migrate", verbosity=0)


def test_nothing_happens_where_the_tables_are_of_another_release(known):
    from django.db.migrations.loader import MigrationLoader

    empty()
    loader = MigrationLoader(connection)
    earlier = loader.project_state(("identity", "0001_initial")).apps
    assert not upgrading.rebuild_where_lacking("default", state=earlier, say=print)
    assert MatchRecord.objects.count() == 0
    assert upgrading.rebuild_where_lacking("default", say=print)
    assert MatchRecord.objects.count() == 6


def test_a_check_says_where_accounts_lack_their_entries(known):
    def said() -> list[str]:
        return [one.id for one in run_checks(databases=["default"]) if one.id == "accounts.W001"]

    assert said() == []
    AccountFactory()
    assert said() == ["accounts.W001"]
    match_index.rebuild()
    assert said() == []
