"""Uploads: kinds told by content, sizes and names checked; whatever is wrong is a message at the field."""

import io
import struct
import zipfile
import zlib

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from core.access.actor import Actor
from core.documents import UploadRefused, checking, files_of, store
from core.documents.forms import UploadField
from core.documents.models import StoredFile
from tests.factories import UserFactory

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 64
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 " + b"\x00" * 32


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


def office(main: str, *more: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", b"<Types/>"), (main, b"<x/>"), *more):
            archive.writestr(name, content)
    return buffer.getvalue()


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


GOOD = {
    "offer.pdf": PDF,
    "drawing.png": png(),
    "photo.JPG": JPEG,
    "photo.jpeg": JPEG,
    "scan.webp": WEBP,
    "letter.docx": office("word/document.xml"),
    "list.xlsx": office("xl/workbook.xml"),
    "talk.pptx": office("ppt/presentation.xml"),
    "list.csv": "客户,数量\n上海,3\n".encode(),
    "gbk.csv": "客户,数量\n上海,3\n".encode("gb18030"),
    "big5.txt": "經銷商\n".encode("big5"),
    "utf16.txt": "經銷商\n".encode("utf-16"),
}


@pytest.mark.parametrize("name", GOOD)
def test_accepted_kinds_are_told_by_content(name):
    checked = checking.check(file(name, GOOD[name]))
    assert checked.name == name and checked.size == len(GOOD[name])
    assert len(checked.sha256) == 64


BAD = {
    "program.pdf": b"MZ\x90\x00" + b"\x00" * 100,
    "page.html": b"<html><script>alert(1)</script></html>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "picture.gif": b"GIF89a" + b"\x00" * 30,
    "picture.pdf": png(),
    "offer.txt": PDF,
    "noextension": b"hello",
    "archive.zip": office("a.txt"),
    "archive.docx": office("a.txt"),
    "list.docx": office("xl/workbook.xml"),
    "binary.txt": b"abc\x00def",
    "binary.csv": bytes(range(256)),
    "cut.xlsx": office("xl/workbook.xml")[:-30],
    "macro.docx": office("word/document.xml", ("word/vbaProject.bin", b"x")),
    "bomb.xlsx": office("xl/workbook.xml", ("xl/sheet.xml", b"0" * 30_000_000)),
    "many.xlsx": office("xl/workbook.xml", *[(f"{number}", b"") for number in range(5001)]),
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_files_are_refused_with_a_message(name):
    with pytest.raises(UploadRefused) as refusal:
        checking.check(file(name, BAD[name]))
    assert name in refusal.value.message


def test_an_encrypted_office_file_is_refused():
    content = bytearray(office("word/document.xml"))
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    with pytest.raises(UploadRefused, match="password"):
        checking.check(file("secret.docx", bytes(content)))


def test_an_archive_with_an_endless_directory_is_not_opened(monkeypatch):
    content = bytearray(office("word/document.xml"))
    place = content.rfind(b"PK\x05\x06")
    content[place + 12 : place + 16] = (200 * 1024 * 1024).to_bytes(4, "little")
    monkeypatch.setattr(zipfile, "ZipFile", lambda *args: pytest.fail("opened"))
    with pytest.raises(UploadRefused):
        checking.check(file("x.docx", bytes(content)))


def test_too_large_and_empty_files_are_refused(settings):
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(UploadRefused, match="too large"):
        checking.check(file("offer.pdf", PDF + b" " * 100))
    with pytest.raises(UploadRefused, match="empty"):
        checking.check(file("offer.pdf", b""))


@given(st.binary(max_size=300), st.sampled_from(["pdf", "docx", "csv", "txt", "png", ""]))
def test_any_bytes_are_kept_or_refused_never_an_error(content, extension):
    for head in (b"", b"PK\x03\x04", b"PK\x05\x06", b"%PDF-"):
        try:
            checking.check(file(f"x.{extension}", head + content))
        except UploadRefused as refusal:
            assert refusal.message


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\offer.pdf", "offer.pdf"),
        ("報價單 2026.pdf", "報價單 2026.pdf"),
        ("a\u202efdp.exe.txt", "afdp.exe.txt"),
        ("line\r\nSet-Cookie: x.pdf", "lineSet-Cookie_ x.pdf"),
        ("  .pdf", "file.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(given_name, kept):
    assert checking.clean_name(given_name) == kept


@given(st.text(max_size=200))
def test_a_cleaned_name_is_short_and_stays_clean(name):
    cleaned = checking.clean_name(name)
    assert 0 < len(cleaned) <= checking.LONGEST_NAME
    assert "/" not in cleaned and "\\" not in cleaned
    assert checking.clean_name(cleaned) == cleaned


# --- keeping ---------------------------------------------------------------------------------------


@pytest.fixture
def person(db):
    return UserFactory()


def test_a_file_is_kept_with_its_hash(person, time_machine):
    from django.utils import timezone

    actor = Actor(user_id=person.pk)
    stored = store(file("offer.pdf", PDF), obj=person, kind="evidence", actor=actor, at=timezone.now())
    kept = StoredFile.objects.get(pk=stored.pk)
    assert kept.content.read() == PDF
    assert (kept.name, kept.content_type, kept.size) == ("offer.pdf", "application/pdf", len(PDF))
    assert kept.uploaded_by == person
    assert "offer" not in kept.content.name
    assert list(files_of(person)) == [kept]


def test_a_refused_file_leaves_nothing(person):
    from django.utils import timezone

    with pytest.raises(UploadRefused):
        store(file("x.pdf", b"MZ"), obj=person, actor=Actor(user_id=person.pk), at=timezone.now())
    assert not StoredFile.objects.exists()


# --- the form field --------------------------------------------------------------------------------


class Sheet(forms.Form):
    one = UploadField(required=False)
    several = UploadField(required=False, multiple=True)


def submitted(**files):
    from django.utils.datastructures import MultiValueDict

    return Sheet({}, MultiValueDict(files))


def test_the_field_gives_checked_files_under_clean_names():
    form = submitted(one=[file("../a.pdf", PDF)], several=[file("b.pdf", PDF), file("c.png", png())])
    assert form.is_valid(), form.errors
    assert form.cleaned_data["one"].name == "a.pdf"
    assert [upload.name for upload in form.cleaned_data["several"]] == ["b.pdf", "c.png"]


def test_the_field_names_each_refused_file():
    form = submitted(several=[file("b.pdf", PDF), file("bad.exe", b"MZ"), file("worse.gif", b"GIF89a")])
    assert not form.is_valid()
    text = str(form.errors["several"])
    assert "bad.exe" in text and "worse.gif" in text and "b.pdf" not in text


def test_no_file_is_fine_where_none_is_required():
    form = submitted()
    assert form.is_valid()
    assert form.cleaned_data == {"one": None, "several": []}
