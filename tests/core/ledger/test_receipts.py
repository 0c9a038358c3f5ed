"""Receipts: genuine before and after sealing; whatever is changed is named; hostile input is a message."""

import copy
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.actor import system_actor
from core.documents import pdf
from core.documents.attachments import NoAttachment, json_attachment
from core.ledger import guards, keys, seals
from core.ledger.commitments import IDS, canonical, commitment, leaf_hash, new_salt
from core.ledger.erasure import erase
from core.ledger.models import Event, FactSet, SealedEvent
from core.ledger.receipts import (
    Status,
    Unreadable,
    as_text,
    check_receipt,
    is_known,
    read_receipt,
    receipt_for,
    receipt_pdf,
)

from .conftest import send

pytestmark = pytest.mark.django_db
URL = "/verify/"


@pytest.fixture
def event(db):
    return send(1, personal=True, secret="rivals must not read this")


@pytest.fixture
def sealed(ledger):
    return Event.objects.get(pk=ledger[8].pk)


def check(receipt) -> object:
    return check_receipt(read_receipt(as_text(receipt).encode()))


def upload(client, content: bytes, name: str = "receipt.json"):
    return client.post(URL, {"file": SimpleUploadedFile(name, content)})


# --- what a receipt holds --------------------------------------------------------------------------


def test_a_receipt_opens_only_what_the_partner_may_see(event):
    receipt = receipt_for(event)
    assert set(receipt["facts"]) == {"content", "weight", "lines"}
    assert set(receipt["commitments"]) == {"content", "weight", "lines", "secret", "name", "note", IDS}
    text = as_text(receipt)
    assert "rivals" not in text and "Person 1" not in text
    assert receipt["seal"] is None


def test_a_receipt_shows_no_serial_number(db):
    event = send(987_654_321, ref="RANDOM", content="軸承")
    text = as_text(receipt_for(event))
    assert "987654321" not in text
    assert f'"partner": {event.partner_id}' not in text


def test_a_receipt_is_genuine_before_and_after_its_seal(event):
    early = receipt_for(event)
    outcome = check(early)
    assert (outcome.status, outcome.sealed_at) == (Status.GENUINE, None)
    assert ("Weight", "12.50") in outcome.facts and ("Lines", "pumps, valves") in outcome.facts
    seals.seal_all()
    for receipt in (early, receipt_for(event)):
        outcome = check(receipt)
        assert outcome.status == Status.GENUINE
        assert outcome.seal_number == 1 and outcome.sealed_at is not None
        assert not outcome.is_lost


def test_a_sealed_receipt_proves_its_place(sealed):
    receipt = receipt_for(sealed)
    assert receipt["seal"]["size"] == 5 and receipt["seal"]["index"] == 2
    assert len(receipt["seal"]["path"]) == 3
    assert check(receipt).status == Status.GENUINE


def test_a_receipt_stays_genuine_when_facts_are_erased(sealed):
    receipt = receipt_for(sealed)
    subject = sealed.fact_sets.exclude(subject="").get().subject
    erase(subject, actor=system_actor("erasure"), at=sealed.at)
    assert check(receipt).status == Status.GENUINE
    assert check(receipt_for(sealed)).status == Status.GENUINE


# --- what was changed is named ---------------------------------------------------------------------


def change_value(receipt):
    receipt["facts"]["weight"]["value"] = "99.00"
    return ["Weight"]


def change_salt(receipt):
    receipt["facts"]["content"]["salt"] = new_salt()
    return ["Content"]


def change_value_and_commitment(receipt):
    fact = receipt["facts"]["weight"]
    fact["value"] = "99.00"
    receipt["commitments"]["weight"] = commitment("weight", "99.00", fact["salt"])
    return ["Weight"]


def change_everything_but_the_signature(receipt):
    names = change_value_and_commitment(receipt)
    header = {**receipt["event"], "commitments": receipt["commitments"]}
    receipt["leaf_hash"] = leaf_hash(canonical(header)).hex()
    return names


def change_the_time(receipt):
    receipt["event"]["at"] = "2026-11-19T08:31:00.000000Z"
    return ["the time"]


def change_the_type(receipt):
    receipt["event"]["type"] = "parcel.lost"
    return ["what happened"]


def change_the_reference(receipt):
    receipt["reference"] = "OTHER"
    return ["the reference"]


def change_both_references(receipt):
    receipt["reference"] = receipt["event"]["object"][1] = "OTHER"
    return ["the reference"]


def add_a_fact(receipt):
    receipt["facts"]["bonus"] = {"value": "1", "salt": new_salt()}
    return ["Bonus"]


def change_a_hidden_commitment(receipt):
    receipt["commitments"][IDS] = "0" * 64
    return ["a fact that this receipt does not show"]


def drop_a_commitment(receipt):
    del receipt["commitments"]["weight"]
    return ["Weight"]


def change_the_fingerprint(receipt):
    receipt["leaf_hash"] = "0" * 64
    return ["the fingerprint"]


def change_the_signature(receipt):
    receipt["signature"]["value"] = "0" * 128
    return ["the signature"]


def change_the_seal(receipt):
    receipt["seal"]["sealed_at"] = "2026-11-19T08:31:00.000000Z"
    return ["the proof of the seal"]


def change_the_path(receipt):
    receipt["seal"]["path"][0] = "0" * 64
    return ["the proof of the seal"]


CHANGES = [value for name, value in list(globals().items()) if name.startswith(("change_", "add_", "drop_"))]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_receipt_is_refused_and_the_change_named(sealed, change):
    receipt = receipt_for(sealed)
    names = change(receipt)
    outcome = check(receipt)
    assert outcome.status == Status.CHANGED
    assert set(names) <= set(outcome.changed)
    assert outcome.facts == []


def test_a_receipt_that_opens_fewer_facts_is_genuine(sealed):
    receipt = receipt_for(sealed)
    del receipt["facts"]["weight"]
    assert check(receipt).status == Status.GENUINE


def test_the_receipt_of_another_portal_is_not_ours(sealed, settings):
    receipt = receipt_for(sealed)
    with guards.lifted():
        FactSet.objects.all().delete()
        SealedEvent.objects.all()._raw_delete("default")
        Event.objects.all()._raw_delete("default")
    settings.LEDGER_SIGNING_KEY = "A" * 43 + "="
    assert check(receipt).status == Status.FOREIGN


def test_a_receipt_outlives_a_cut_ledger(sealed):
    receipt = receipt_for(sealed)
    with guards.lifted():
        FactSet.objects.filter(event=sealed).delete()
        SealedEvent.objects.filter(event=sealed)._raw_delete("default")
        Event.objects.filter(pk=sealed.pk)._raw_delete("default")
    outcome = check(receipt)
    assert outcome.status == Status.GENUINE and outcome.is_lost


def test_a_replaced_key_stays_trusted_by_its_public_half(sealed, settings):
    import base64

    receipt = receipt_for(sealed)
    public = base64.b64encode(keys.signing_key().public).decode()
    settings.LEDGER_SIGNING_KEY = "A" * 43 + "="
    assert check(receipt).status == Status.CHANGED
    settings.LEDGER_TRUSTED_KEYS = [public]
    assert check(receipt).status == Status.GENUINE


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def paths_of(value, path=()):
    """Yield the path of everything inside a JSON value."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield (*path, name)
            yield from paths_of(each, (*path, name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield (*path, place)
            yield from paths_of(each, (*path, place))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything_put_anywhere_is_never_taken_for_genuine(sealed, data):
    receipt = receipt_for(sealed)
    unproved = {("issuer",), ("signature", "public_key"), ("seal", "public_key"), ("seal",), ("facts",)}
    path = data.draw(
        st.sampled_from([path for path in paths_of(receipt) if path not in unproved and path[0] != "issuer"])
    )
    changed = copy.deepcopy(receipt)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    new = data.draw(
        JSON.filter(lambda value: canonical_or_none(value) != canonical_or_none(holder[path[-1]]))
    )
    holder[path[-1]] = new
    try:
        outcome = check(changed)
    except Unreadable as error:
        assert error.message
        return
    assert outcome.status in (Status.CHANGED, Status.FOREIGN), path


def canonical_or_none(value):
    try:
        return canonical(value)
    except (TypeError, ValueError):
        return None


# --- hostile input ---------------------------------------------------------------------------------

HOSTILE = {
    "nothing": b" ",
    "not_json": b"hello",
    "not_an_object": b"[1, 2]",
    "another_json": b'{"a": 1}',
    "not_utf8": b"\xff\xfe\x00\x00",
    "deep": b"[" * 200_000,
    "deep_inside": b'{"format": "partner-portal-receipt", "version": 1, "x": '
    + b"[" * 500
    + b"]" * 500
    + b"}",
    "long_number": b'{"format": "partner-portal-receipt", "version": ' + b"9" * 10_000 + b"}",
    "not_a_number": b'{"format": "partner-portal-receipt", "version": NaN}',
    "twice": b'{"format": "partner-portal-receipt", "format": "x", "version": 1}',
    "empty": b'{"format": "partner-portal-receipt", "version": 1}',
    "surrogate": b'{"format": "partner-portal-receipt", "version": 1, "x": "\\ud800"}',
    "wide": b'{"format": "partner-portal-receipt", "version": 1, "x": [' + b"1," * 50_000 + b"1]}",
    "too_large": b'{"format": "' + b"x" * 600_000 + b'"}',
    "broken_pdf": b"%PDF-1.7\nnothing",
    "loop_pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Names 1 0 R>>endobj\ntrailer<</Root 1 0 R>>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gets_a_message(client, name):
    response = upload(client, HOSTILE[name], "x.bin")
    assert response.status_code == 422
    assert b"invalid-feedback" in response.content or b"error" in response.content
    assert b"Traceback" not in response.content


def test_pasted_text_may_be_hostile_too(client):
    for text in ("\ud800".encode("utf-8", "surrogatepass"), b"\x00", b'{"format": 1e999}'):
        assert client.post(URL, {"text": text}).status_code in (400, 422)


def test_a_pdf_bomb_is_cut_off():
    import zlib

    bomb = zlib.compress(b"0" * 150_000_000, 9)
    parts = [
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 5 0 R/Names<</EmbeddedFiles<</Names[(a.json) 2 0 R]>>>>>>endobj\n",
        b"2 0 obj<</Type/Filespec/F(a.json)/EF<</F 3 0 R>>>>endobj\n",
        b"3 0 obj<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>stream\n" % len(bomb),
        bomb,
        b"\nendstream endobj\n5 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>",
    ]
    with pytest.raises(NoAttachment):
        json_attachment(b"".join(parts), largest=1000)


# --- the page --------------------------------------------------------------------------------------


def test_the_page_is_public_and_asks_for_a_file(client):
    page = client.get(reverse("ledger:receipt_verify"))
    assert page.status_code == 200 and b'type="file"' in page.content


def test_the_page_says_genuine_with_the_facts(client, sealed):
    page = upload(client, as_text(receipt_for(sealed)).encode()).content.decode()
    assert "Genuine" in page and "12.50" in page and "軸承 9" in page


def test_the_page_takes_pasted_text(client, sealed):
    page = client.post(URL, {"text": as_text(receipt_for(sealed))}).content.decode()
    assert "Genuine" in page


def test_the_page_names_the_change_and_shows_no_fact(client, sealed):
    receipt = receipt_for(sealed)
    receipt["facts"]["weight"]["value"] = "<script>99</script>"
    page = upload(client, as_text(receipt).encode()).content.decode()
    assert "Changed" in page and "<li>Weight</li>" in page
    assert "99" not in page.split("verify-form")[0].split("verdict")[-1]
    assert "軸承" not in page


def test_the_qr_code_says_only_that_it_is_known(client, sealed):
    receipt = receipt_for(sealed)
    page = client.get(URL, {"ref": receipt["reference"], "leaf": receipt["leaf_hash"]}).content.decode()
    assert "Such a receipt was issued here" in page
    assert "軸承" not in page and "12.50" not in page
    for ref, leaf in (("X", receipt["leaf_hash"]), (receipt["reference"], "0" * 64), ("\x00", "zz")):
        assert "No such receipt" in client.get(URL, {"ref": ref, "leaf": leaf}).content.decode()


def test_reference_and_leaf_must_belong_together(ledger):
    first, second = receipt_for(ledger[0]), receipt_for(ledger[1])
    assert is_known(first["reference"], first["leaf_hash"])
    assert not is_known(first["reference"], second["leaf_hash"])


def test_too_many_uploads_are_slowed_down(client, sealed, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "verify_receipt": "2/m/ip"}
    content = as_text(receipt_for(sealed)).encode()
    answers = [upload(client, content).status_code for _number in range(3)]
    assert answers == [200, 200, 429]


# --- the PDF ---------------------------------------------------------------------------------------

needs_pango = pytest.mark.skipif(bool(pdf.unavailable_reason()), reason="Pango is not installed")


@needs_pango
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_pdf_carries_the_receipt_and_reads_well(client, sealed, language):
    import io

    from pypdf import PdfReader

    receipt = receipt_for(sealed)
    content = receipt_pdf(
        receipt, title="商機報備收據", rows=[("最终客户", "上海金桥自来水厂")], language=language
    )
    reader = PdfReader(io.BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "PARC-EL00-09" in text and "商機報備收據" in text and "上海金桥自来水厂" in text
    assert reader.trailer["/Root"]["/Lang"] == language
    assert json.loads(json_attachment(content, largest=100_000)) == receipt
    page = upload(client, content, "receipt.pdf").content.decode()
    assert "Genuine" in page


@needs_pango
def test_a_pdf_fetches_nothing_from_outside(tmp_path, settings, monkeypatch):
    import urllib.request

    from django.template import engines

    opened = []
    monkeypatch.setattr(
        urllib.request.OpenerDirector,
        "open",
        lambda self, request, *args, **kw: opened.append(request.full_url),
    )
    (tmp_path / "fetch.html").write_text(
        '<img src="http://127.0.0.1:1/a.png"><img src="file:///etc/passwd"><link rel="stylesheet" href="ftp://x/y">'
    )
    for engine in engines.all():
        monkeypatch.setattr(engine.engine, "dirs", [*engine.engine.dirs, tmp_path])
    assert pdf.render("fetch.html", {}, language="en").startswith(b"%PDF")
    assert opened == []


def test_without_pango_a_pdf_is_refused_in_words(monkeypatch, sealed):
    def unavailable():
        raise pdf.PdfUnavailable("no Pango")

    monkeypatch.setattr(pdf, "_weasyprint", unavailable)
    monkeypatch.setattr(pdf, "_has_libraries", lambda: False)
    assert "JSON" in pdf.unavailable_reason()
    with pytest.raises(pdf.PdfUnavailable):
        receipt_pdf(receipt_for(sealed), title="x", rows=[], language="en")
