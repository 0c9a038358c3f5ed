"""The demo's mails: kept as files, read on a page that exists in the demo and on this machine only."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

from portal.demo.mail import kept_mail, kept_mails

LIST = "/demo/mails/"


@pytest.fixture
def kept(settings, tmp_path):
    """A demo with two kept mails."""
    settings.DEMO = True
    settings.DEMO_MAIL_DIR = tmp_path / "mails"
    connection = get_connection("portal.demo.mail.KeptMailBackend")
    first = EmailMultiAlternatives(
        "早一封", "Open http://127.0.0.1:8000/x/", "portal@example.com", ["one@a.example"]
    )
    second = EmailMultiAlternatives("Later <one>", "Plain words", "portal@example.com", ["two@b.example"])
    second.attach_alternative(
        '<p onclick="x()">Rich <a href="http://127.0.0.1:8000/y/">link</a><script>steal()</script>'
        '<img src="http://elsewhere.example/p.png"></p>',
        "text/html",
    )
    second.attach("receipt.pdf", b"%PDF-1.7", "application/pdf")
    assert connection.send_messages([first]) == 1
    assert connection.send_messages([second]) == 1
    return kept_mails()


def test_kept_mails_are_listed_newest_first_and_found_by_recipient(kept):
    assert [mail.subject for mail in kept] == ["Later <one>", "早一封"]
    assert [mail.subject for mail in kept_mails(recipient="ONE@a")] == ["早一封"]
    assert kept[0].attachments == ("receipt.pdf",)


def test_pages_show_mails_with_links_that_work_and_nothing_that_runs(db, client, kept):
    page = client.get(LIST, HTTP_HOST="127.0.0.1:8000")
    assert page.status_code == 200
    assert "早一封" in page.text and "Later &lt;one&gt;" in page.text
    plain = client.get(reverse("portal:demo_mail", args=[kept[1].name]), HTTP_HOST="localhost")
    assert 'href="http://127.0.0.1:8000/x/"' in plain.text
    rich = client.get(reverse("portal:demo_mail", args=[kept[0].name]), HTTP_HOST="localhost").text
    assert 'href="http://127.0.0.1:8000/y/"' in rich
    for hostile in ("onclick", "steal()", "elsewhere.example"):
        assert hostile not in rich


@pytest.mark.parametrize(
    "request_from",
    [
        {"REMOTE_ADDR": "10.0.0.7", "HTTP_HOST": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "portal.example"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"REMOTE_ADDR": "", "HTTP_HOST": "127.0.0.1"},
    ],
)
def test_pages_do_not_exist_for_others(db, client, kept, settings, request_from):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "portal.example"]
    assert client.get(LIST, **request_from).status_code == 404
    assert client.get(f"{LIST}{kept[0].name}/", **request_from).status_code == 404


def test_pages_do_not_exist_outside_the_demo(db, client, kept, settings):
    settings.DEMO = False
    assert client.get(LIST, HTTP_HOST="127.0.0.1").status_code == 404


@pytest.mark.parametrize("name", ["..", "../secret_key", "20261123T000000000000Z-00000000", "x" * 200])
def test_an_unknown_or_malformed_name_is_no_mail(db, client, kept, name):
    assert kept_mail(name) is None
    assert client.get(f"{LIST}{name}/", HTTP_HOST="127.0.0.1").status_code == 404
