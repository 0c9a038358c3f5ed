"""Taking a receipt apart that comes from anywhere: text, a JSON file, or the PDF that carries one.

Nothing here trusts its input. Every failure is ``Unreadable`` with a message for people.
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.documents.attachments import NoAttachment, json_attachment

from ..commitments import LEAF_VERSION
from ..seals import SEAL_VERSION
from .issuing import FORMAT, VERSION

LARGEST_JSON = 512 * 1024
LARGEST_PDF = 8 * 1024 * 1024
DEEPEST = 12
MOST_NODES = 20_000
LONGEST_TEXT = 20_000
HASH = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NUMBER_LIMIT = 2**63


class Unreadable(Exception):
    """The input is no receipt. ``message`` is for people."""

    def __init__(self, message: str):
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class SealPart:
    """The seal and the path to it, well formed but not yet checked."""

    header: dict[str, Any]
    hash: bytes
    signature: bytes
    index: int
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt, well formed but not yet checked. ``facts`` maps a name to (value, salt)."""

    reference: str
    event_ref: uuid.UUID
    type: str
    at: str
    object: list[str]
    commitments: dict[str, str]
    leaf_hash: bytes
    key_id: str
    signature: bytes
    facts: dict[str, tuple[Any, str]] = field(default_factory=dict)
    seal: SealPart | None = None

    @property
    def header(self) -> dict[str, Any]:
        """What the leaf hash is taken over."""
        return {
            "v": LEAF_VERSION,
            "ref": str(self.event_ref),
            "type": self.type,
            "at": self.at,
            "object": self.object,
            "commitments": self.commitments,
        }


def read_receipt(content: bytes) -> Receipt:
    """Return the receipt in ``content`` (JSON, or a PDF with it attached). Raises ``Unreadable``."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        if len(content) > LARGEST_PDF:
            raise Unreadable(_("This file is too large to be a receipt."))
        try:
            content = json_attachment(content, largest=LARGEST_JSON)
        except NoAttachment as error:
            raise Unreadable(
                _("This PDF carries no receipt. Upload the PDF as it was downloaded, or the JSON file.")
            ) from error
    return _parse(_load(content))


def _load(content: bytes) -> dict[str, Any]:
    """Return the JSON object in ``content``, within limits of size, depth and number of values."""
    if len(content) > LARGEST_JSON:
        raise Unreadable(_("This file is too large to be a receipt."))
    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            _("This is not a receipt: it is not JSON. Upload the file as it was downloaded.")
        ) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Unreadable(_("This JSON is not a receipt of a portal."))
    if data.get("version") != VERSION:
        raise Unreadable(_("This receipt has a format that this portal does not know."))
    _check_extent(data)
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; one that says the same thing twice is refused, since readers differ on it."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice")
    return result


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _check_extent(data: Any) -> None:
    """Refuse what is deeper or larger than any receipt, without recursion; and text that is no text."""
    rest, nodes = [(data, 0)], 0
    while rest:
        value, depth = rest.pop()
        nodes += 1
        if depth > DEEPEST or nodes > MOST_NODES:
            raise Unreadable(_("This is not a receipt: it is nested too deeply or too large."))
        if isinstance(value, dict):
            rest.extend((each, depth + 1) for pair in value.items() for each in pair)
        elif isinstance(value, list):
            rest.extend((each, depth + 1) for each in value)
        elif isinstance(value, str) and (len(value) > LONGEST_TEXT or _has_surrogates(value)):
            raise Unreadable(_damaged())


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _damaged() -> str:
    return _("This receipt is damaged: something in it is missing or not of its kind.")


class _Part:
    """Reads one object of the receipt; anything missing or of a wrong type is ``Unreadable``."""

    def __init__(self, data: Any):
        if not isinstance(data, dict):
            raise Unreadable(_damaged())
        self.data = data

    def text(self, name: str, pattern: re.Pattern | None = None) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or (pattern and not pattern.fullmatch(value)):
            raise Unreadable(_damaged())
        return value

    def hex(self, name: str, length: int) -> bytes:
        return _bytes(self.data.get(name), length)

    def number(self, name: str) -> int:
        value = self.data.get(name)
        if type(value) is not int or not 0 <= value < NUMBER_LIMIT:
            raise Unreadable(_damaged())
        return value

    def part(self, name: str) -> "_Part":
        return _Part(self.data.get(name))

    def list(self, name: str) -> list:
        value = self.data.get(name)
        if not isinstance(value, list):
            raise Unreadable(_damaged())
        return value


def _bytes(value: Any, length: int) -> bytes:
    """Return the bytes that a hex text of a known length stands for."""
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9a-f]{{{2 * length}}}", value):
        raise Unreadable(_damaged())
    return bytes.fromhex(value)


def _parse(data: dict[str, Any]) -> Receipt:
    """Return the well-formed receipt in ``data``."""
    whole = _Part(data)
    event, signature = whole.part("event"), whole.part("signature")
    try:
        event_ref = uuid.UUID(event.text("ref"))
    except ValueError as error:
        raise Unreadable(_damaged()) from error
    about = event.list("object")
    if (
        event.number("v") != LEAF_VERSION
        or len(about) != 2
        or not all(isinstance(each, str) for each in about)
    ):
        raise Unreadable(_damaged())
    commitments = whole.part("commitments").data
    for value in commitments.values():
        _bytes(value, 32)
    facts = {}
    for name, fact in whole.part("facts").data.items():
        opened = _Part(fact)
        if "value" not in opened.data:
            raise Unreadable(_damaged())
        facts[name] = (opened.data["value"], opened.hex("salt", 16).hex())
    return Receipt(
        reference=whole.text("reference"),
        event_ref=event_ref,
        type=event.text("type"),
        at=event.text("at", TIME),
        object=about,
        commitments=commitments,
        leaf_hash=whole.hex("leaf_hash", 32),
        key_id=signature.text("key"),
        signature=signature.hex("value", 64),
        facts=facts,
        seal=None if data.get("seal") is None else _parse_seal(whole.part("seal")),
    )


def _parse_seal(seal: _Part) -> SealPart:
    """Return the well-formed seal part."""
    if seal.number("v") != SEAL_VERSION or len(seal.list("path")) > 64:
        raise Unreadable(_damaged())
    header = {
        "number": seal.number("number"),
        "size": seal.number("size"),
        "root": seal.hex("root", 32),
        "previous_hash": seal.hex("previous", 32),
        "sealed_at": seal.text("sealed_at", TIME),
        "key_id": seal.text("key"),
    }
    path = [_bytes(step, 32) for step in seal.list("path")]
    return SealPart(header, seal.hex("hash", 32), seal.hex("signature", 64), seal.number("index"), path)
