"""The public list of seals: what it shows and what not, and comparing with what somebody kept."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.ledger import guards, keys, seals
from core.ledger.models import Event, Seal
from core.ledger.published import MOST_COMPARED, KeptSeal, compare, page_of
from core.ledger.receipts import as_text, receipt_for

from .conftest import send
from .test_tampering import update
from .test_verify_receipt import run, tool

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


@pytest.fixture
def published(ledger, clock):
    """Three seals, published because their hour is over."""
    clock.move_to((Seal.objects.latest("number").sealed_at + LATER).replace(minute=1))
    return list(Seal.objects.all())


def listed(client, **query) -> dict:
    return client.get(reverse("ledger:seal_list_json"), query).json()


def send_text(client, text: str):
    return client.post(reverse("ledger:seal_list"), {"text": text})


def send_file(client, content: bytes, name: str = "seals.json"):
    return client.post(reverse("ledger:seal_list"), {"file": SimpleUploadedFile(name, content)})


def outcome(response) -> tuple:
    found = response.context["comparison"]
    return found.matching, found.differing, found.missing, found.beyond


# --- what is published


def test_a_seal_is_published_when_its_hour_is_over(ledger):
    made = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    with guards.lifted():
        Seal.objects.update(sealed_at=made)
    assert page_of(made.replace(minute=59, second=59), before=None, size=10).seals == []
    assert len(page_of(made.replace(hour=10, minute=0), before=None, size=10).seals) == 3


def test_the_list_tells_neither_how_much_nor_exactly_when(client, published):
    data = listed(client)
    assert set(data["seals"][0]) == {"number", "day", "root", "hash", "signature", "key"}
    for page in (json.dumps(data), client.get(reverse("ledger:seal_list")).content.decode()):
        for seal in published:
            assert seal.sealed_at.strftime("%H:%M:%S") not in page
        assert '"size"' not in page


def test_the_list_is_signed_and_says_by_which_key(client, published):
    data = listed(client)
    for seal in data["seals"]:
        public = bytes.fromhex(data["keys"][seal["key"]])
        assert keys.is_signed("seal", bytes.fromhex(seal["hash"]), bytes.fromhex(seal["signature"]), public)


def test_the_pages_follow_each_other(client, published, monkeypatch):
    monkeypatch.setattr("core.ledger.views.SEALS_SHOWN", 2)
    monkeypatch.setattr("core.ledger.views.SEALS_IN_JSON", 2)
    first = listed(client)
    assert [seal["number"] for seal in first["seals"]] == [3, 2] and first["older_than"] == 2
    second = listed(client, before=first["older_than"])
    assert [seal["number"] for seal in second["seals"]] == [1] and second["older_than"] is None
    page = client.get(reverse("ledger:seal_list")).content.decode()
    assert "Seal 3" in page and "?before=2" in page and "Seal 1" not in page
    page = client.get(reverse("ledger:seal_list"), {"before": "2"}).content.decode()
    assert "Seal 1" in page and "Newest" in page


@pytest.mark.parametrize("before", ["x", "-1", "٣", "9" * 30, "", "1.5"])
def test_nonsense_in_the_address_gives_the_newest(client, published, before):
    assert client.get(reverse("ledger:seal_list"), {"before": before}).status_code == 200
    assert len(listed(client, before=before)["seals"]) == 3


def test_queries_do_not_grow_with_the_seals(client, published, count_queries, clock):
    address = reverse("ledger:seal_list")
    client.get(address)
    before = count_queries(client.get, address)
    for number in range(20, 30):
        send(number)
        seals.seal_all()
    clock.shift(LATER)
    client.get(address)
    assert count_queries(client.get, address) == before


def test_an_empty_list_says_what_would_be_here(client, db):
    assert "No seal is published yet" in client.get(reverse("ledger:seal_list")).content.decode()


# --- comparing


def test_a_kept_list_still_fits(client, published):
    response = send_file(client, json.dumps(listed(client)).encode())
    assert outcome(response) == (3, [], [], [])
    assert "All the same" in response.content.decode()


def test_a_list_that_was_kept_shows_a_cut_off_end(client, published, clock):
    kept = json.dumps(listed(client)).encode()
    clock.shift(timedelta(days=1))
    with guards.lifted():
        for seal in published[1:]:
            update(seal, number=seal.number + 1000, sealed_at=seal.sealed_at + timedelta(days=9))
    response = send_file(client, kept)
    assert outcome(response) == (1, [], [2, 3], [])
    assert "Not the same" in response.content.decode() and "Missing" in response.content.decode()


def test_a_seal_made_anew_differs(client, published):
    kept = json.dumps(listed(client)).encode()
    with guards.lifted():
        update(published[1], hash=b"\x01" * 32)
    response = send_file(client, kept)
    assert outcome(response) == (2, [2], [], [])
    assert "Differ" in response.content.decode()


def test_lines_can_be_pasted(client, published):
    lines = [f"{seal.number}:{bytes(seal.hash).hex()}" for seal in published[:2]]
    assert outcome(send_text(client, "\n".join(lines))) == (2, [], [], [])
    assert outcome(send_text(client, f"#2   {'0' * 64}\n\n{lines[0].upper()}")) == (1, [2], [], [])


def test_the_head_that_verify_ledger_prints_can_be_pasted(client, published):
    from core.ledger import verification

    assert outcome(send_text(client, verification.verify().head)) == (1, [], [], [])


def test_a_receipt_is_compared_by_its_seal(client, published, ledger):
    text = as_text(receipt_for(Event.objects.get(pk=ledger[8].pk)))
    assert outcome(send_text(client, text)) == (1, [], [], [])
    early = as_text(receipt_for(send(12)))
    assert "before it was sealed" in send_text(client, early).content.decode()


def test_of_a_seal_not_yet_published_nothing_is_told_but_that_it_is_the_same(client, published):
    send(12)
    seals.seal_all()
    fresh = Seal.objects.get(number=4)
    assert outcome(send_text(client, f"4:{bytes(fresh.hash).hex()}")) == (1, [], [], [])
    there = send_text(client, f"4:{'0' * 64}")
    not_there = send_text(client, f"5:{'0' * 64}")
    assert outcome(there) == (0, [], [], [4]) and outcome(not_there) == (0, [], [], [5])
    today = fresh.sealed_at.date().isoformat()
    now = fresh.sealed_at
    for number in (4, 5):
        assert compare([KeptSeal(number, "0" * 64, today)], now).beyond == [number]
        assert compare([KeptSeal(number, "0" * 64, "2020-01-01")], now).missing == [number]


HOSTILE = {
    "words": b"hello",
    "half": b'{"format": "partner-portal-seals"',
    "no_list": b'{"format": "partner-portal-seals", "seals": 5}',
    "no_seals": b'{"format": "partner-portal-seals", "seals": []}',
    "other": b'{"a": 1}',
    "negative": b'{"format": "partner-portal-seals", "seals": [{"number": -1, "hash": "'
    + b"0" * 64
    + b'"}]}',
    "huge": b'{"format": "partner-portal-seals", "seals": [{"number": 1e400, "hash": "' + b"0" * 64 + b'"}]}',
    "no_hash": b'{"format": "partner-portal-seals", "seals": [{"number": 1, "hash": "zz"}]}',
    "no_object": b'{"format": "partner-portal-seals", "seals": [1]}',
    "deep": b'{"a": ' + b"[" * 100_000,
    "not_utf8": b"\xff\xfe",
    "pdf": b"%PDF-1.7\nnothing",
    "too_many": b"\n".join(b"%d:%064d" % (number, 0) for number in range(1, MOST_COMPARED + 3)),
    "too_large": b"1" * (2 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gets_a_message(client, db, name):
    response = send_file(client, HOSTILE[name], "x.bin")
    assert response.status_code == 422
    assert b"field-errors" in response.content


def test_nothing_at_all_is_asked_for(client, db):
    assert "Choose the file you kept" in client.post(reverse("ledger:seal_list"), {}).content.decode()


def test_too_many_comparisons_are_slowed_down(client, published, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "verify_receipt": "2/m/ip"}
    line = f"1:{bytes(published[0].hash).hex()}"
    assert [send_text(client, line).status_code for _time in range(3)] == [200, 200, 429]


# --- the tool


def test_the_tool_is_given_as_it_lies_in_the_source(client, db):
    response = client.get(reverse("ledger:receipt_tool"))
    assert response.content == tool.__spec__.loader.get_data(tool.__file__)
    assert response["Content-Disposition"] == 'attachment; filename="verify_receipt.py"'
    page = client.get(reverse("ledger:receipt_verify")).content.decode()
    assert reverse("ledger:receipt_tool") in page and keys.signing_key().public.hex() in page


def test_the_tool_compares_with_a_kept_list(client, published, ledger, tmp_path):
    kept = tmp_path / "seals.json"
    kept.write_bytes(client.get(reverse("ledger:seal_list_json")).content)
    content = as_text(receipt_for(Event.objects.get(pk=ledger[8].pk))).encode()
    arguments = ("--key", keys.signing_key().public.hex(), "--language", "en", "--roots", str(kept))
    code, said = run(content, *arguments)
    assert code == tool.GENUINE and "the one in your list" in said
    data = json.loads(kept.read_text())
    data["seals"][0]["hash"] = "0" * 64
    kept.write_text(json.dumps(data))
    code, said = run(content, *arguments)
    assert code == tool.CHANGED and "another one under number 3" in said
    kept.write_text(json.dumps({"seals": []}))
    assert "does not hold seal 3" in run(content, *arguments)[1]
    kept.write_text("nonsense")
    assert run(content, *arguments)[0] == tool.WRONG_CALL
