"""The receipt of a filing: its partner downloads it, the public page accepts it and names a changed fact."""

import json

import pytest
from django.urls import reverse

from core.documents.pdf import unavailable_reason
from core.ledger.receipts import Status, check_receipt, read_receipt
from tests.cast import client_for


def url(name: str, registration) -> str:
    return reverse(f"registrations:{name}", args=[registration.ref])


def test_receipt_is_genuine_and_a_changed_copy_is_not(own, dealer_sales, settle):
    settle()
    answer = client_for(dealer_sales).get(url("receipt_json", own))
    assert answer["Content-Type"].startswith("application/json")
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    assert own.ref in text
    assert check_receipt(read_receipt(text.encode())).status == Status.GENUINE
    changed = check_receipt(
        read_receipt(text.replace("Own Customer Waterworks", "Own Customer Steelworks").encode())
    )
    assert (changed.status, changed.changed) == (Status.CHANGED, ["End customer"])


def test_receipt_shows_no_serial_number_and_no_place_in_the_sequence(own, dealer_sales, settle):
    settle()
    receipt = json.loads(client_for(dealer_sales).get(url("receipt_json", own)).content)
    text = json.dumps(receipt)
    assert '"sequence": {' not in text
    assert '"object_id"' not in text


def test_receipt_is_there_before_the_seal(file_deal, dealer_sales):
    filed = file_deal(dealer_sales)
    assert client_for(dealer_sales).get(url("receipt_json", filed)).status_code == 200


def test_printed_receipt(own, dealer_sales, settle):
    if unavailable_reason():
        pytest.skip(unavailable_reason())
    settle()
    answer = client_for(dealer_sales).get(url("receipt_pdf", own))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_draft_has_no_receipt(save_draft, dealer_sales):
    draft = save_draft(dealer_sales)
    assert client_for(dealer_sales).get(url("receipt_json", draft)).status_code == 404


def test_others_get_none(own, rival, other_channel_manager, marketing):
    for user in (rival, other_channel_manager, marketing):
        for name in ("receipt_json", "receipt_pdf"):
            assert client_for(user).get(url(name, own)).status_code == 404
