"""News: for whom, in which language, until when."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation
from wagtail.models import Locale

from content.models import NewsIndexPage, NewsPage
from content.selectors import news_for
from core.access.actor import ANONYMOUS
from tests.cast import actor_of, client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish():
    """Publish a piece of news in English: ``publish("Title", audience="partners")``."""
    index = NewsIndexPage.objects.get(locale__language_code="en")

    def make(title: str, **fields) -> NewsPage:
        return index.add_child(
            instance=NewsPage(
                title=title, summary=f"Summary of {title}", **{"date": date(2026, 11, 1), **fields}
            )
        )

    return make


def titles(user) -> set[str]:
    """Return the titles of the news a user is shown."""
    return {page.title for page in news_for(actor_of(user), limit=50)}


def test_each_audience_reads_its_own(publish, dealer_sales, channel_manager):
    for audience in ("everyone", "partners", "staff"):
        publish(audience.capitalize(), audience=audience)
    assert titles(dealer_sales) == {"Everyone", "Partners"}
    assert titles(channel_manager) == {"Everyone", "Partners", "Staff"}
    assert titles(None) == set()


@pytest.mark.parametrize(
    ("who", "audience", "status"),
    [
        ("dealer_sales", "everyone", 200),
        ("dealer_sales", "partners", 200),
        ("dealer_sales", "staff", 404),
        ("channel_manager", "staff", 200),
        ("anonymous", "everyone", 302),
        ("anonymous", "staff", 302),
    ],
)
def test_a_page_opens_for_its_audience_only(request, publish, who, audience, status):
    publish("Secret", audience=audience)
    response = client_for(request.getfixturevalue(who)).get("/news/secret/")
    assert response.status_code == status
    if status != 200:
        assert "Summary of Secret" not in response.content.decode()


def test_the_list_and_the_home_page_leave_out_what_is_not_for_the_reader(publish, dealer_sales):
    publish("Only staff", audience="staff")
    publish("For all")
    client = client_for(dealer_sales)
    for address in ("/news/", "/"):
        body = client.get(address).content.decode()
        assert "For all" in body
        assert "Only staff" not in body
    visitor = client_for(None).get("/").content.decode()
    assert "For all" not in visitor


def test_visitors_are_sent_to_sign_in_and_back(publish):
    response = client_for(None).get("/news/")
    assert response.status_code == 302
    assert response.url == "/auth/login/?next=/news/"


def test_expired_news_is_gone(publish, dealer_sales):
    publish("Over", expire_at=timezone.now() - timedelta(minutes=1))
    publish("Still on", expire_at=timezone.now() + timedelta(minutes=1))
    assert titles(dealer_sales) == {"Still on"}
    assert client_for(dealer_sales).get("/news/over/").status_code == 404


def test_a_draft_is_not_shown(publish, dealer_sales):
    publish("Draft", live=False)
    assert titles(dealer_sales) == set()
    assert client_for(dealer_sales).get("/news/draft/").status_code == 404


def test_translated_news_is_shown_once_in_the_readers_language(publish, dealer_sales):
    page = publish("English news")
    publish("Only English")
    copy = page.copy_for_translation(Locale.objects.get(language_code="zh-hans"))
    copy.title = "中文新闻"
    copy.live = True
    copy.save()
    with translation.override("zh-hans"):
        assert titles(dealer_sales) == {"中文新闻", "Only English"}
    with translation.override("zh-hant"):
        assert titles(dealer_sales) == {"English news", "Only English"}


def test_the_newest_come_first(publish, dealer_sales):
    publish("Old", date=date(2026, 1, 1))
    publish("New", date=date(2026, 10, 1))
    assert [page.title for page in news_for(actor_of(dealer_sales), limit=1)] == ["New"]


def test_more_news_takes_no_more_queries(publish, dealer_sales, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_for(dealer_sales)
    publish("First")
    client.get("/news/")
    with CaptureQueriesContext(connection) as one:
        client.get("/news/")
    publish("Second")
    publish("Third")
    with django_assert_num_queries(len(one)):
        client.get("/news/")


def test_nobody_is_told_nothing():
    assert news_for(ANONYMOUS) == []
