"""The tool that checks receipts offline: the same verdict as the portal's page, on whatever is put anywhere."""

import base64
import copy
import io
import json
import subprocess
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.documents import pdf
from core.ledger import keys
from core.ledger.models import Event
from core.ledger.receipts import (
    Status,
    Unreadable,
    as_text,
    check_receipt,
    read_receipt,
    receipt_for,
    receipt_pdf,
)

from .conftest import send
from .test_receipts import CHANGES, HOSTILE, JSON, canonical_or_none, paths_of

pytestmark = pytest.mark.django_db
TOOL = Path(__file__).resolve().parents[3] / "tools" / "verify_receipt.py"
LANGUAGES = ("en", "zh-hans", "zh-hant")


def loaded():
    spec = spec_from_file_location("verify_receipt", TOOL)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = loaded()


@pytest.fixture
def sealed(ledger):
    return Event.objects.get(pk=ledger[8].pk)


def run(content: bytes, *arguments: str) -> tuple[int, str]:
    """Run the tool as people do; return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-I", str(TOOL), "-", *arguments], input=content, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode()


def own_key() -> str:
    return keys.signing_key().public.hex()


def verdicts(content: bytes) -> tuple[str, str]:
    """Return what the portal and what the tool says: genuine, not genuine, or no receipt."""
    try:
        outcome = check_receipt(read_receipt(content))
        portal = "genuine" if outcome.status == Status.GENUINE else "not genuine"
    except Unreadable:
        portal = "no receipt"
    try:
        wrong = tool.check(tool.take_apart(tool.read(content)), tool.pinned([own_key()]))
        offline = "not genuine" if wrong else "genuine"
    except tool.Refused:
        offline = "no receipt"
    return portal, offline


# --- never another verdict than the portal's


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_portal_and_tool_say_the_same_of_anything_put_anywhere(sealed, data):
    changed = copy.deepcopy(receipt_for(sealed))
    for _time in range(data.draw(st.integers(0, 2))):
        path = data.draw(st.sampled_from(list(paths_of(changed))))
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        deed = data.draw(st.sampled_from(["other", "gone", "copy"]))
        if deed == "other":
            holder[path[-1]] = data.draw(JSON)
        elif deed == "gone":
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[data.draw(st.text(max_size=6))] = copy.deepcopy(holder[path[-1]])
        else:
            holder.append(copy.deepcopy(holder[path[-1]]))
    portal, offline = verdicts(json.dumps(changed, ensure_ascii=data.draw(st.booleans())).encode())
    assert portal == offline


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.dictionaries(st.sampled_from(["content", "weight", "lines"]), JSON, min_size=1))
def test_portal_and_tool_say_the_same_of_any_receipt(db, facts):
    exact = {name: value for name, value in facts.items() if canonical_or_none(value) is not None}
    receipt = receipt_for(send(1, **exact))
    assert verdicts(as_text(receipt).encode()) == ("genuine", "genuine")
    for name in receipt["facts"]:
        other = copy.deepcopy(receipt)
        other["facts"][name]["value"] = [other["facts"][name]["value"]]
        assert verdicts(as_text(other).encode()) == ("not genuine", "not genuine")
        assert ("fact", {"name": name}) in tool.check(tool.take_apart(other), tool.pinned([own_key()]))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_no_receipt_for_either(db, name):
    assert verdicts(HOSTILE[name]) == ("no receipt", "no receipt")


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_found_by_both(sealed, change):
    receipt = receipt_for(sealed)
    change(receipt)
    assert verdicts(as_text(receipt).encode()) == ("not genuine", "not genuine")


def test_a_replaced_key_has_to_be_named_to_both(sealed, settings):
    receipt, old = receipt_for(sealed), own_key()
    settings.LEDGER_SIGNING_KEY = "A" * 43 + "="
    assert verdicts(as_text(receipt).encode()) == ("not genuine", "not genuine")
    settings.LEDGER_TRUSTED_KEYS = [base64.b64encode(bytes.fromhex(old)).decode()]
    newer = receipt_for(sealed)
    assert newer["signature"]["key"] != newer["seal"]["key"]
    assert check_receipt(read_receipt(as_text(newer).encode())).status == Status.GENUINE
    assert run(as_text(newer).encode(), "--key", old, "--key", own_key())[0] == tool.GENUINE
    assert run(as_text(newer).encode(), "--key", own_key())[0] == tool.CHANGED


# --- as a command


def test_a_genuine_receipt_with_the_key_named(sealed):
    code, said = run(as_text(receipt_for(sealed)).encode(), "--key", own_key(), "--language", "en")
    assert code == tool.GENUINE == 0
    assert "GENUINE" in said and "12.50" in said and "軸承 9" in said and "seal 3" in said


def test_the_key_may_be_written_in_base64(sealed):
    key = base64.b64encode(bytes.fromhex(own_key())).decode()
    assert run(as_text(receipt_for(sealed)).encode(), "--key", key)[0] == tool.GENUINE


def test_without_a_key_it_is_loud_about_trust(sealed):
    code, said = run(as_text(receipt_for(sealed)).encode(), "--language", "en")
    assert code == tool.UNPINNED
    assert "NOT PROVEN" in said and own_key() in said
    assert "GENUINE" not in said


def test_a_receipt_signed_by_somebody_else_is_not_genuine(sealed, settings):
    receipt, ours = receipt_for(sealed), own_key()
    settings.LEDGER_SIGNING_KEY = "A" * 43 + "="
    forged = receipt_for(sealed) | {"seal": None}
    assert forged["signature"] != receipt["signature"]
    assert run(as_text(forged).encode(), "--key", ours)[0] == tool.CHANGED
    assert run(as_text(forged).encode())[0] == tool.UNPINNED, "whole in itself: hence the loud word"


def test_the_changed_fact_is_named(sealed):
    receipt = receipt_for(sealed)
    receipt["facts"]["weight"]["value"] = "99.00"
    code, said = run(as_text(receipt).encode(), "--key", own_key(), "--language", "en")
    assert code == tool.CHANGED == 1
    assert "the fact “weight”" in said and "signature" not in said
    assert "軸承" not in said, "no fact of a changed receipt is shown as if it were proven"


def test_text_cannot_steer_the_terminal(db):
    event = send(1, content="\x1b[2J\x1b[31mGENUINE\n\n", weight="\x9b31m")
    said = run(as_text(receipt_for(event)).encode(), "--key", own_key())[1]
    assert not any(sign in said for sign in "\x1b\x9b\r\x07")


@pytest.mark.parametrize("content", [b"hello", b"[" * 100_000, b"", b"%PDF-1.7\nnothing"])
def test_what_is_no_receipt_ends_with_three(db, content):
    code, said = run(content, "--language", "en")
    assert code == tool.UNREADABLE and said.startswith("NOT A RECEIPT")


@pytest.mark.parametrize("key", ["zz", "00", "A" * 64 + "="])
def test_a_key_that_is_none_ends_with_two(sealed, key):
    assert run(as_text(receipt_for(sealed)).encode(), "--key", key)[0] == tool.WRONG_CALL


def test_a_file_that_is_not_there_is_said(capsys):
    assert tool.main(["/nowhere/receipt.json", "--language", "en"]) == tool.UNREADABLE
    assert "cannot be read" in capsys.readouterr().out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_every_language(sealed, language):
    assert set(tool.WORDS[language]) == set(tool.WORDS["en"])
    said = run(as_text(receipt_for(sealed)).encode(), "--key", own_key(), "--language", language)[1]
    assert tool.WORDS[language]["genuine"] in said


def test_help_says_what_the_exit_codes_mean():
    done = subprocess.run([sys.executable, str(TOOL), "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "--key" in done.stdout and "4: whole, but" in done.stdout


def test_without_cryptography_it_says_what_is_missing(tmp_path):
    (tmp_path / "cryptography.py").write_text("raise ImportError")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import runpy; sys.argv = ['x', '-']; "
    code += f"runpy.run_path({str(TOOL)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], input=b"", capture_output=True, check=False)
    assert done.returncode == tool.WRONG_CALL and b"pip install cryptography" in done.stdout


def test_without_pypdf_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(tool.Refused) as refused:
        tool.read(b"%PDF-1.7 nothing")
    assert refused.value.code == "no_pypdf" and "pip install pypdf" in tool.WORDS["en"]["no_pypdf"]


@pytest.mark.skipif(bool(pdf.unavailable_reason()), reason="Pango is not installed")
def test_the_pdf_is_checked_by_the_json_it_carries(sealed):
    content = receipt_pdf(receipt_for(sealed), title="Receipt", rows=[("Weight", "12.50")], language="en")
    assert run(content, "--key", own_key())[0] == tool.GENUINE
    from pypdf import PdfWriter

    bare, out = PdfWriter(), io.BytesIO()
    bare.add_blank_page(100, 100)
    bare.write(out)
    assert run(out.getvalue())[0] == tool.UNREADABLE


def test_one_receipt_takes_less_than_a_second(sealed):
    content = as_text(receipt_for(sealed)).encode()
    best = 9.0
    for _time in range(5):
        begun = time.perf_counter()
        assert run(content, "--key", own_key())[0] == tool.GENUINE
        best = min(best, time.perf_counter() - begun)
        if best < 1:
            break
    assert best < 1
