"""A rival's texts are in no page, part, suggestion, export, file, PDF, mail or notice of anybody else."""

import pytest

from tests.cast import CAST, client_for

from .checks import nothing
from .crawl import crawl, seeds, text_of
from .world import MARKER, OWNERS

pytestmark = pytest.mark.django_db

# Whose texts each may read; see OWNERS.
MAY_READ = {
    "dealer_manager": frozenset({"plea"}),
    "dealer_sales": frozenset({"plea"}),
    "sub_dealer": frozenset({"draft"}),
    "rival": frozenset({"rival", "crm", "away", "rdraft", "firm", "asked"}),
    "channel_manager": frozenset({"rival", "crm", "firm", "note", "staff", "plea", "asked"}),
    "other_channel_manager": frozenset({"away", "firm", "abroad"}),
    "sales_rep": frozenset({"crm", "firm", "staff"}),
    "marketing": frozenset(),
    "administrator": frozenset({"plea", "rival", "crm", "away", "firm", "note", "staff", "abroad", "asked"}),
    "anonymous": frozenset(),
}
# What each must come across, so that silence means something.
MUST_READ = {
    "dealer_manager": {"plea"},
    "rival": {"rival", "crm", "away", "rdraft", "firm", "asked"},
    "channel_manager": {"rival", "crm", "firm", "note", "staff", "asked"},
    "other_channel_manager": {"away", "firm", "abroad"},
    "sales_rep": {"crm", "staff"},
    "administrator": {"rival", "firm"},
    "sub_dealer": {"draft"},
}


def owners_in(text: str) -> set[str]:
    return {marker.lower()[2:-3] for marker in MARKER.findall(text)}


# A salesperson opens nothing that their manager does not.
@pytest.mark.parametrize("person", [*(name for name in CAST if name != "dealer_sales"), "anonymous"])
def test_nobody_reads_what_is_not_theirs(person, world):
    client = client_for(getattr(world.people, person, None))
    leaks, met, pages = [], set(), 0
    foreign = world.references_unseen_by(person)
    for url, text in crawl(client, seeds(world, person)):
        pages += 1
        met |= owners_in(text)
        found = world.canaries.found_in(text, allowed=MAY_READ[person])
        found += [ref for ref in foreign if ref in text and ref not in url.upper()]
        if found:
            leaks.append((url, found))
    nothing(leaks)
    assert MUST_READ.get(person, set()) <= met
    assert pages > 40


@pytest.mark.filterwarnings(
    "ignore::django.core.paginator.UnorderedObjectListWarning"
)  # lists of wagtail-localize
@pytest.mark.parametrize("person", ["marketing", "administrator"])
def test_admin_shows_marketing_no_business(person, world):
    client = client_for(getattr(world.people, person))
    leaks, pages = [], 0
    for url, text in crawl(client, seeds(world, person, cms=True), cms=True):
        pages += 1
        found = world.canaries.found_in(text, allowed=MAY_READ[person])
        if found:
            leaks.append((url, found))
    nothing(leaks)
    assert pages > 40


def test_mails_carry_nothing_of_others(world):
    """Every mail that left, to whom it went."""
    by_address = {getattr(world.people, name).email: name for name in CAST}
    leaks = []
    for message in world.mails:
        parts = [message.subject, message.body, str(message.message())]
        parts += [str(content) for content, _kind in getattr(message, "alternatives", ())]
        for address in message.recipients():
            found = world.canaries.found_in("\n".join(parts), allowed=MAY_READ[by_address[address]])
            if found:
                leaks.append((address, message.subject, found))
    nothing(leaks)
    assert {"dealer_sales", "rival", "channel_manager"} <= {
        by_address[address] for message in world.mails for address in message.recipients()
    }


def test_notices_carry_nothing_of_others(world):
    from core.notifications.models import Notification

    cast = {getattr(world.people, name).pk: name for name in CAST}
    notices = Notification.objects.filter(user_id__in=cast).select_related("user")
    assert notices.exists()
    leaks = [
        (notice.user.email, notice.kind, found)
        for notice in notices
        if (
            found := world.canaries.found_in(
                f"{notice.context} {notice.url}", allowed=MAY_READ[cast[notice.user_id]]
            )
        )
    ]
    nothing(leaks)


def test_typing_ahead_offers_own_customers_alone(world):
    urls = [
        f"{path}?q={words}"
        for path in ("/accounts/options/", "/accounts/customers/", "/search/", "/registrations/new/")
        for words in ("Kestrel", "zq", "K", "Rival", "Own", "91310000")
    ]
    for person in ("dealer_sales", "sub_dealer"):
        client = client_for(getattr(world.people, person))
        for url in urls:
            text = text_of(client.get(url))
            assert world.canaries.found_in(text, allowed=MAY_READ[person]) == [], (person, url)


def test_every_owner_has_canaries(world):
    assert {what.split(":")[0] for what in world.canaries.planted.values()} == set(OWNERS)
