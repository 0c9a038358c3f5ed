"""Any sequence of merges and undos: nothing is lost, the tree stays a tree, the index agrees; backwards is exact."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.actor import system_actor
from crm.accounts import services
from crm.accounts.exceptions import AccountError
from crm.accounts.models import Account, Contact, Lifecycle, Merge
from crm.accounts.services import merging
from crm.identity.models import MatchRecord
from tests.crm.merging_world import differences, everything, make_account

pytestmark = pytest.mark.django_db
ACTOR = system_actor("tests")
NAMES = ("North Star Pumps", "Big Dipper Valves", "Southern Cross Drives", "Harbour Works", "Delta Marine")
COUNT = len(NAMES)
INDEXES = st.integers(0, COUNT - 1)

MERGE = st.tuples(st.just("merge"), INDEXES, INDEXES)
PARENT = st.tuples(st.just("parent"), INDEXES, INDEXES)
UNDO = st.tuples(st.just("undo"), st.integers(0, 9), st.just(0))
STEPS = st.lists(st.one_of(MERGE, MERGE, PARENT, UNDO, UNDO), min_size=2, max_size=12)
FOREST = st.lists(st.one_of(st.none(), INDEXES), min_size=COUNT, max_size=COUNT)
ANY_TIMES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def world(forest: list[int | None]) -> list[Account]:
    """Make accounts with a contact each, in a forest; a parent must come before its child."""
    made = []
    for number, above in enumerate(forest):
        account = make_account(ACTOR, NAMES[number], phone=f"021-555{number}", city=f"City {number % 2}")
        services.add_contact(account.pk, data={"name": NAMES[number]}, actor=ACTOR, at=timezone.now())
        if above is not None and above < number:
            services.set_parent(account.pk, parent_pk=made[above].pk, actor=ACTOR, at=timezone.now())
        made.append(account)
    return made


def step(accounts: list[Account], what: str, one: int, other: int) -> Merge | None:
    """Do one step, or nothing where it is refused; return the merge of a merge."""
    now = timezone.now()
    try:
        with transaction.atomic():
            if what == "merge":
                return services.merge_accounts(
                    accounts[one].pk, accounts[other].pk, actor=ACTOR, at=now
                ).merge
            if what == "parent":
                known = Account.objects.known().filter(pk__in=(accounts[one].pk, accounts[other].pk))
                if one != other and known.count() == 2:
                    services.set_parent(accounts[one].pk, parent_pk=accounts[other].pk, actor=ACTOR, at=now)
            elif standing := list(Merge.objects.standing().order_by("pk")):
                services.undo_merge(standing[one % len(standing)].pk, actor=ACTOR, at=now)
    except (AccountError, Account.DoesNotExist):
        return None
    return None


def check() -> None:
    """Nothing hangs on a merged account, nothing leads in a circle, index and accounts agree."""
    rows = {row.pk: row for row in Account.objects.all()}
    there = {pk: row for pk, row in rows.items() if row.lifecycle != Lifecycle.MERGED}
    assert Contact.objects.count() == COUNT
    assert set(Contact.objects.values_list("account_id", flat=True)) <= set(there)
    for row in rows.values():
        assert rows[merging.final_of(row)].lifecycle != Lifecycle.MERGED
        assert (row.lifecycle == Lifecycle.MERGED) == Merge.objects.standing().filter(loser=row).exists()
    for pk, row in there.items():
        top, seen = row, {pk}
        while top.parent_id is not None:
            assert top.parent_id in there, "stands below a merged account"
            assert top.parent_id not in seen, "a circle"
            seen.add(top.parent_id)
            top = rows[top.parent_id]
        assert (row.group_root_id or pk) == top.pk
    index = dict(MatchRecord.objects.values_list("organisation_id", "group_id"))
    assert index == {pk: row.group_root_id or pk for pk, row in there.items()}


@given(forest=FOREST, steps=STEPS)
@ANY_TIMES
def test_whatever_is_merged_and_undone_nothing_is_lost(forest, steps):
    with transaction.atomic():
        accounts = world(forest)
        for what, one, other in steps:
            step(accounts, what, one, other)
            check()
        transaction.set_rollback(True)


@given(forest=FOREST, pairs=st.lists(st.tuples(INDEXES, INDEXES), min_size=1, max_size=8))
@ANY_TIMES
def test_undone_from_the_last_each_state_comes_back_to_the_byte(forest, pairs):
    with transaction.atomic():
        accounts = world(forest)
        before: list[tuple[Merge, dict]] = []
        for one, other in pairs:
            state = everything()
            merge = step(accounts, "merge", one, other)
            if merge is not None:
                before.append((merge, state))
        for merge, state in reversed(before):
            services.undo_merge(merge.pk, actor=ACTOR, at=timezone.now())
            assert differences(state, everything()) == {}
            check()
        transaction.set_rollback(True)
