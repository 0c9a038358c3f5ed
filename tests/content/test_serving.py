"""Pages at addresses without a language; images and documents through their own doors."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from wagtail.documents import get_document_model
from wagtail.models import Collection, Locale, Page, PageViewRestriction

from content.blocks import CallToActionBlock, is_web_address
from content.defaults import SIGNED_IN_COLLECTION, ensure_site
from content.models import HomePage, StandardPage
from tests.cast import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> HomePage:
    """Return the English home page."""
    return HomePage.objects.get(locale__language_code="en")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Your deals, protected"), ("zh-hans", "您的商机"), ("zh-hant", "您的商機")],
)
def test_a_visitor_reads_the_home_page_in_the_browsers_language(language, words):
    response = client_for(None).get("/", headers={"accept-language": language})
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_person_reads_in_their_own_language(dealer_sales):
    dealer_sales.language = "zh-hant"
    dealer_sales.save()
    response = client_for(dealer_sales).get("/deal-registration/", headers={"accept-language": "en"})
    assert "商機報備說明" in response.content.decode()


def test_what_is_not_translated_shows_in_the_first_language_and_says_so(home):
    home.add_child(instance=StandardPage(title="English only", slug="english-only"))
    body = client_for(None).get("/english-only/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "English only" in body
    assert 'lang="en"' in body


def test_what_is_written_in_chinese_only_is_found_by_everybody():
    chinese = HomePage.objects.get(locale__language_code="zh-hans")
    chinese.add_child(instance=StandardPage(title="只有中文", slug="only-chinese", locale=chinese.locale))
    for language in ("en", "zh-hans"):
        response = client_for(None).get("/only-chinese/", headers={"accept-language": language})
        assert "只有中文" in response.content.decode()


def test_an_unpublished_translation_does_not_hide_the_page(home):
    StandardPage.objects.filter(locale__language_code="zh-hans").update(live=False)
    response = client_for(None).get("/deal-registration/", headers={"accept-language": "zh-hans"})
    assert "How deal registration works" in response.content.decode()


def test_a_restriction_on_one_language_holds_for_all(home):
    page = StandardPage.objects.get(locale__language_code="en")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    for language in ("en", "zh-hans", "zh-hant"):
        response = client_for(None).get("/deal-registration/", headers={"accept-language": language})
        assert response.status_code == 302
        assert response.url.startswith("/auth/login/")


def test_every_language_has_the_same_addresses():
    paths = {}
    for page in Page.objects.filter(depth=3).select_related("locale"):
        paths.setdefault(page.locale.language_code, set()).add(page.slug)
    assert paths["en"] == paths["zh-hans"] == paths["zh-hant"]


def test_unknown_addresses_are_not_found(dealer_sales):
    for user in (None, dealer_sales):
        assert client_for(user).get("/no/such/page/").status_code == 404


def test_ensuring_the_site_again_changes_nothing(home):
    before = list(Page.objects.order_by("path").values_list("path", "title", "url_path"))
    ensure_site()
    assert list(Page.objects.order_by("path").values_list("path", "title", "url_path")) == before


def test_a_flushed_database_gets_its_site_back():
    Page.objects.all().delete()
    Locale.objects.exclude(language_code="en").delete()
    ensure_site()
    assert HomePage.objects.count() == 3
    assert client_for(None).get("/").status_code == 200


# --- images and documents ---------------------------------------------------------------------------


def test_images_are_served_and_nothing_else_of_the_media_folder(dealer_sales):
    pixel = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00"
    image = default_storage.save("images/pixel.gif", ContentFile(pixel))
    default_storage.save("documents/secret.pdf", ContentFile(b"%PDF-1.4 secret"))
    default_storage.save("images/page.html", ContentFile(b"<script>"))
    client = client_for(dealer_sales)
    answer = client.get(f"/media/{image}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/gif"
    for path in (
        "documents/secret.pdf",
        "images/page.html",
        "images/../documents/secret.pdf",
        "images/none.gif",
    ):
        assert client.get(f"/media/{path}").status_code == 404, path


@pytest.fixture
def document():
    """Store a document in a collection: ``document("Root")``."""

    def store(collection: str):
        return get_document_model().objects.create(
            title="Price list",
            file=ContentFile(b"prices", name="prices.txt"),
            collection=Collection.objects.get(name=collection),
        )

    return store


def test_a_document_for_people_signed_in_is_kept_from_visitors(document, dealer_sales):
    url = document(SIGNED_IN_COLLECTION).url
    refused = client_for(None).get(url)
    assert refused.status_code == 302
    assert refused.url.startswith("/auth/login/")
    served = client_for(dealer_sales).get(url)
    assert b"".join(served.streaming_content) == b"prices"
    assert served.headers["Content-Disposition"].startswith("attachment")


def test_an_open_document_is_open(document):
    assert client_for(None).get(document("Root").url).status_code == 200


# --- blocks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("/registrations/new/", True),
        ("https://example.com/", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("example.com", False),
    ],
)
def test_only_web_addresses_are_addresses(address, good):
    assert is_web_address(address) is good


def test_a_call_to_action_leads_to_one_place():
    from wagtail.blocks.struct_block import StructBlockValidationError

    block = CallToActionBlock()
    base = {"title": "Now", "text": "", "button": "Go"}
    for wrong in ({"page": None, "address": ""}, {"page": None, "address": "javascript:alert(1)"}):
        with pytest.raises(StructBlockValidationError):
            block.clean(block.to_python({**base, **wrong}))
    assert block.clean(block.to_python({**base, "page": None, "address": "/verify/"}))
