"""A filing's receipt, from the dealer's page to the public one; and what happens to it when the deal goes on."""

import json

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.ledger import verification
from core.notifications.models import Notification
from tests.cast import client_for

pytestmark = pytest.mark.django_db


def receipt_of(user, registration) -> dict:
    address = reverse("registrations:receipt_json", args=[registration.ref])
    return json.loads(client_for(user).get(address).content)


def verdict(client, receipt) -> str:
    file = SimpleUploadedFile("receipt.json", json.dumps(receipt).encode())
    return client.post("/verify/", {"file": file}).content.decode()


def test_the_dealers_receipt_is_verified_by_anybody(client, own, dealer_sales, settle):
    early = receipt_of(dealer_sales, own)
    assert own.customer_name in verdict(client, early)
    settle()
    late = receipt_of(dealer_sales, own)
    assert late["seal"] is not None
    for receipt in (early, late):
        page = verdict(client, receipt)
        assert "Genuine" in page and "Sealed" in page
    assert verification.verify().is_good


def test_a_changed_customer_is_named_in_the_readers_words(client, own, dealer_sales):
    receipt = receipt_of(dealer_sales, own)
    receipt["facts"]["customer_name"]["value"] = "Somebody else"
    page = verdict(client, receipt)
    assert "<li>End customer</li>" in page and "Somebody else" not in page


def test_a_receipt_tells_no_place_in_the_sequence_and_no_serial_number(own, dealer_sales):
    receipt = receipt_of(dealer_sales, own)
    assert "sequence" in receipt["commitments"] and "sequence" not in receipt["facts"]
    assert receipt["event"]["object"] == ["deal_registration.registration", own.ref]


def test_a_rival_gets_no_receipt(own, rival):
    for name in ("receipt_json", "receipt_pdf"):
        address = reverse(f"registrations:{name}", args=[own.ref])
        assert client_for(rival).get(address).status_code == 404


def test_every_opened_fact_has_words(own, dealer_sales):
    from core.ledger import event_type

    kind = event_type("registration.submitted")
    shown = {name for name, fact in receipt_of(dealer_sales, own)["facts"].items() if fact["value"]}
    assert shown - {"reference"} <= set(kind.labels)


def test_the_deciding_manager_is_told_in_the_portal_and_by_mail(own, channel_manager, settle):
    settle()
    assert Notification.objects.filter(user=channel_manager).exists()
    assert [channel_manager.email] in [sent.to for sent in mail.outbox]


def test_nobody_else_is_told(own, rival, other_channel_manager, marketing, settle):
    settle()
    strangers = (rival, other_channel_manager, marketing)
    assert not Notification.objects.filter(user__in=strangers).exists()
    told = {address for sent in mail.outbox for address in sent.to}
    assert told.isdisjoint({person.email for person in strangers})
