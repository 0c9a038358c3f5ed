"""Every block of a page, drawn; and what marketing does with pages beside editing them."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image as Picture
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from content.models import HomePage, NewsIndexPage, NewsPage, StandardPage
from tests.cast import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> HomePage:
    """Return the English home page."""
    return HomePage.objects.get(locale__language_code="en")


@pytest.fixture
def image():
    """Store a small image as an editor would."""
    data = BytesIO()
    Picture.new("RGB", (64, 48), "teal").save(data, "PNG")
    data.seek(0)
    return get_image_model().objects.create(title="Pump hall", file=ImageFile(data, name="hall.png"))


@pytest.fixture
def document():
    """Store a document open to all, its size noted as an upload does."""
    row = get_document_model().objects.create(
        title="Data sheet", file=ContentFile(b"x" * 2048, name="sheet.pdf")
    )
    row.get_file_size()
    return row


def test_every_block_is_drawn(home, image, document, dealer_sales):
    body = [
        ("heading", {"text": "A heading & more"}),
        ("text", "<p>Some <b>bold</b> words</p>"),
        ("picture", {"image": image, "caption": "The hall"}),
        ("quote", {"text": "Well said", "by": "Somebody"}),
        ("call_to_action", {"title": "Do it", "text": "", "button": "Now", "page": home, "address": ""}),
        (
            "cards",
            {
                "cards": [
                    {"icon": "users", "title": "Card", "text": "Text", "page": None, "address": "/news/"}
                ]
            },
        ),
        ("document", {"document": document, "title": ""}),
    ]
    home.add_child(instance=StandardPage(title="All blocks", slug="all-blocks", body=body))
    client = client_for(dealer_sales)
    page = client.get("/all-blocks/").content.decode()
    for words in (
        "A heading &amp; more",
        "<b>bold</b>",
        "The hall",
        "Well said",
        'href="/"',
        "Data sheet",
        "PDF",
        "2.0",
    ):
        assert words in page, words
    source = page.split("<img", 1)[1].split('src="', 1)[1].split('"', 1)[0]
    assert source.startswith("/media/images/")
    assert client.get(source).headers["Content-Type"] == "image/webp"
    assert "style=" not in page.split("<main", 1)[1].split("</main>", 1)[0]


def test_news_and_home_show_their_pictures(home, image, dealer_sales):
    home.picture = image
    home.save()
    index = NewsIndexPage.objects.get(locale__language_code="en")
    index.add_child(instance=NewsPage(title="Pictured", summary="S", picture=image))
    client = client_for(dealer_sales)
    assert client.get("/").content.decode().count("<img") >= 2
    assert "<img" in client.get("/news/pictured/").content.decode()


def test_marketing_previews_translates_and_uploads(marketing, home):
    client = client_for(marketing)
    page = StandardPage.objects.get(locale__language_code="en")
    address = f"/cms/pages/{page.pk}/edit/preview/"
    form = {
        "title": "Changed in the preview",
        "slug": page.slug,
        "introduction": "",
        "body-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    assert client.post(address, form).json()["is_valid"]
    preview = client.get(address, {"mode": ""})
    assert "Changed in the preview" in preview.content.decode()
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert client.get(f"/cms/localize/submit/page/{page.pk}/").status_code in (200, 302)
    for name in ("images", "documents"):
        assert client.get(f"/cms/{name}/").status_code == 200
    assert client.get("/cms/images/add/").status_code == 200
    assert client.get("/cms/documents/multiple/add/").status_code == 200


def test_the_menu_offers_news_to_people_signed_in_only(dealer_sales):
    signed_in = client_for(dealer_sales).get("/").content.decode()
    visitor = client_for(None).get("/").content.decode()
    assert 'href="/news/"' in signed_in
    assert 'href="/news/"' not in visitor
    for page in (signed_in, visitor):
        assert 'href="/deal-registration/"' in page
        assert 'href="/privacy/"' in page


def test_pages_moved_away_are_not_in_the_menu():
    Page.objects.filter(slug="deal-registration").update(live=False)
    assert 'href="/deal-registration/"' not in client_for(None).get("/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_home_page_is_not_deleted_by_accident(marketing, language):
    home = HomePage.objects.get(locale__language_code=language)
    news = NewsIndexPage.objects.get(locale__language_code="en")
    client = client_for(marketing)
    client.post(f"/cms/pages/{home.pk}/delete/", {"confirm_site_name": "Partner portal"})
    client.post(
        f"/cms/bulk/wagtailcore/page/delete/?id={home.pk}&id={news.pk}",
        {"confirm_site_name": "Partner portal"},
    )
    assert HomePage.objects.filter(pk=home.pk).exists()
    assert NewsIndexPage.objects.filter(pk=news.pk).exists()
    assert client_for(None).get("/").status_code == 200


def test_another_page_is_deleted(marketing):
    page = StandardPage.objects.get(locale__language_code="zh-hant")
    client_for(marketing).post(f"/cms/pages/{page.pk}/delete/")
    assert not StandardPage.objects.filter(pk=page.pk).exists()
