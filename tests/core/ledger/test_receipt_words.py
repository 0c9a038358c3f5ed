"""What a receipt says in words is what it proves, not what has become of the object since."""

import pytest

from core.ledger import seals
from core.ledger.receipts import check_receipt, facts_in_words, read_receipt, receipt_for

from .conftest import send

pytestmark = pytest.mark.django_db


def test_facts_come_in_the_order_of_their_labels_and_in_words(monkeypatch):
    from core.ledger import event_type

    monkeypatch.setitem(event_type("parcel.sent").words, "weight", lambda value: f"{value} kg")
    receipt = receipt_for(send(1))
    expected = [("Content", "軸承 1"), ("Weight", "12.50 kg"), ("Lines", "pumps, valves")]
    assert facts_in_words(receipt) == expected
    seals.seal_all()
    from core.ledger.receipts import as_text

    assert check_receipt(read_receipt(as_text(receipt).encode())).facts == expected


def test_empty_facts_are_left_out():
    assert facts_in_words(receipt_for(send(1, content="", lines=[]))) == [("Weight", "12.50")]
