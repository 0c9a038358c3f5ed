"""What an upload must be to be kept: kind by content, size, name. Nothing is stored here."""

import hashlib
import re
import unicodedata
import zipfile
from dataclasses import dataclass

import filetype
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from core.ui.wording import listed

LONGEST_NAME = 150
HEAD_BYTES = 8192
LARGEST_DIRECTORY = 1024 * 1024
MOST_MEMBERS = 5000
LARGEST_INFLATED = 300 * 1024 * 1024
HIGHEST_RATIO = 200


class UploadRefused(Exception):
    """The file cannot be taken. ``message`` is for people."""

    def __init__(self, message: str):
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Kind:
    """One accepted kind of file."""

    name: str
    content_type: str
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about an upload that may be kept."""

    name: str
    content_type: str
    size: int
    sha256: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = (
    Kind("PDF", "application/pdf", ("pdf",)),
    Kind("PNG", "image/png", ("png",)),
    Kind("JPEG", "image/jpeg", ("jpg", "jpeg")),
    Kind("WebP", "image/webp", ("webp",)),
    Kind("Word", f"{_OFFICE}.wordprocessingml.document", ("docx",)),
    Kind("Excel", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
    Kind("PowerPoint", f"{_OFFICE}.presentationml.presentation", ("pptx",)),
    Kind("CSV", "text/csv", ("csv",)),
    Kind("TXT", "text/plain", ("txt",)),
)
ACCEPT = ",".join(f".{extension}" for kind in KINDS for extension in kind.extensions)
_BY_TYPE = {kind.content_type: kind for kind in KINDS}
_MAIN_PARTS = {
    "word/document.xml": KINDS[4],
    "xl/workbook.xml": KINDS[5],
    "ppt/presentation.xml": KINDS[6],
}
_TEXT = {"csv": KINDS[7], "txt": KINDS[8]}


def check(upload) -> Checked:
    """Return what ``upload`` is and rewind it; raises ``UploadRefused`` for a wrong kind, size or name."""
    name = clean_name(upload.name or "")
    try:
        if upload.size > settings.UPLOAD_MAX_BYTES:
            limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise UploadRefused(_("“%(name)s” is too large: at most %(limit)s.") % _named(name, limit=limit))
        if not upload.size:
            raise UploadRefused(_("“%(name)s” is empty.") % _named(name))
        kind = _kind_of(upload, name)
        return Checked(name, kind.content_type, upload.size, _digest(upload))
    finally:
        upload.seek(0)


def _named(name: str, **more) -> dict:
    return {"name": name, **more}


def clean_name(name: str) -> str:
    """Return a file name that is safe to show and to save: no path, no control or direction signs."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", name)).rstrip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name.strip()[:LONGEST_NAME].rstrip() or "file"
    extension = extension[:10].strip()
    return f"{stem.lstrip(' .')[: LONGEST_NAME - len(extension) - 1].rstrip(' .') or 'file'}.{extension}"


def _kind_of(upload, name: str) -> Kind:
    """Return the kind told by the content, if it is accepted and agrees with the name."""
    upload.seek(0)
    head = upload.read(HEAD_BYTES)
    extension = name.rpartition(".")[2].lower()
    if head.startswith(b"PK"):
        kind = _office_kind(upload, name)
    else:
        guess = filetype.guess(head)
        kind = _BY_TYPE.get(guess.mime) if guess else _text_kind(upload, extension)
    if kind is None:
        accepted = listed(each.name for each in KINDS)
        raise UploadRefused(
            _("“%(name)s” is not a kind of file that can be taken. Accepted: %(accepted)s.")
            % _named(name, accepted=accepted)
        )
    if extension not in kind.extensions:
        raise UploadRefused(
            _("“%(name)s” holds a %(kind)s file: rename it to end in “.%(extension)s”.")
            % _named(name, kind=kind.name, extension=kind.extensions[0])
        )
    return kind


def _office_kind(upload, name: str) -> Kind | None:
    """Return the kind of an Office file by its parts, inflating nothing; None for any other archive."""
    damaged = UploadRefused(_("“%(name)s” is damaged or protected by a password.") % _named(name))
    if _directory_size(upload) > LARGEST_DIRECTORY:
        raise damaged
    try:
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise damaged from error
    inflated = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_MEMBERS or inflated > min(LARGEST_INFLATED, HIGHEST_RATIO * max(packed, 1)):
        raise UploadRefused(_("“%(name)s” would be too large when unpacked.") % _named(name))
    if any(member.flag_bits & 1 for member in members):
        raise damaged
    names = {member.filename for member in members}
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise UploadRefused(_("“%(name)s” contains macros. Save it without them.") % _named(name))
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _MAIN_PARTS.items() if part in names), None)


def _directory_size(upload) -> int:
    """Return how long an archive says its list of members is; 0 where it says nothing."""
    tail = min(upload.size, 65_536 + 22)
    upload.seek(upload.size - tail)
    end = upload.read(tail)
    place = end.rfind(b"PK\x05\x06")
    upload.seek(0)
    return int.from_bytes(end[place + 12 : place + 16], "little") if place >= 0 else 0


def _text_kind(upload, extension: str) -> Kind | None:
    """Return the kind of a plain text by its name, if it is text in an encoding in use."""
    kind = _TEXT.get(extension)
    if kind is None:
        return None
    upload.seek(0)
    content = upload.read()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030", "big5"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text) else kind
    return None


def _digest(upload) -> str:
    """Return the SHA-256 of the content as hex."""
    upload.seek(0)
    digest = hashlib.sha256()
    while chunk := upload.read(1024 * 1024):
        digest.update(chunk)
    return digest.hexdigest()
