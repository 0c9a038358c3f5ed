"""Partners in the global search."""

import pytest

from core.search import search_everything
from crm.accounts.services.accounts import keep_in_step
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def found(user, query: str) -> set[str]:
    """Return the names of the partners that a user finds."""
    groups = search_everything(actor_of(user), query)
    return {hit.title for group in groups if group.source.key == "partners" for hit in group.hits}


def test_staff_find_the_partners_of_their_scope(
    channel_manager, other_channel_manager, dealer_manager, rival_partner
):
    account = rival_partner.account
    account.other_name = "竞争贸易有限公司"
    account.save()
    keep_in_step(account)
    for query in ("rival", "Rival Trad", "竞争", "競爭貿易"):
        assert found(channel_manager, query) == {account.name}, query
    for user in (other_channel_manager, dealer_manager):
        assert found(user, "rival") == set()
