#!/usr/bin/env python3
"""Check the receipt of a filing, offline: is it genuine, and if not, which fact was changed?

    python3 verify_receipt.py receipt.json --key 5f1c…        the portal's public key, from a source you trust
    python3 verify_receipt.py receipt.pdf  --roots seals.json  and the list of seals that you kept

Needs Python 3.9 or later and `cryptography`; for a PDF also `pypdf` (pip install cryptography pypdf). Nothing is
sent anywhere. Ends with 0: genuine, signed by a key you named; 1: changed; 2: wrong call; 3: not a receipt;
4: whole, but signed by a key that you did not name, which anybody could have made.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import locale
import os
import re
import sys
import uuid
from pathlib import Path

FORMAT, VERSION, LEAF_VERSION, SEAL_VERSION = "partner-portal-receipt", 1, 1, 1
LARGEST_JSON, LARGEST_PDF = 512 * 1024, 8 * 1024 * 1024
DEEPEST, MOST_NODES, LONGEST_TEXT, LONGEST_PATH = 12, 20_000, 20_000, 64
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
GENUINE, CHANGED, WRONG_CALL, UNREADABLE, UNPINNED = range(5)

WORDS = {
    "en": {
        "genuine": "GENUINE. Nothing in this receipt was changed.",
        "changed": "CHANGED. This is not the receipt that was issued. It does not fit:",
        "unreadable": "NOT A RECEIPT: {why}",
        "unpinned": "WHOLE, BUT NOT PROVEN: it is signed by the key it brings along, and anybody can make such a key."
        "\nCompare this key with the one the portal publishes, and name it with --key:",
        "unpinned_differs": "CHANGED OR FOREIGN: it is signed by a key that you did not name.",
        "sealed": "Sealed: {at}, seal {number}.",
        "unsealed": "Not sealed yet when it was downloaded. Download it again for the proof of the seal.",
        "roots_match": "The seal is the one in your list of seals.",
        "roots_absent": "Your list of seals does not hold seal {number}.",
        "reference": "Reference",
        "time": "Time",
        "what": "Event",
        "fact": "the fact “{name}”",
        "hidden": "a fact that this receipt does not show (“{name}”)",
        "the_reference": "the reference",
        "fingerprint": "the fingerprint",
        "signature": "the signature, or what it covers: time, event, reference or a commitment",
        "seal": "the proof of the seal",
        "roots": "the seal: your list holds another one under number {number}",
        "json": "this is not JSON as it was downloaded",
        "large": "the file is too large",
        "damaged": "the JSON is damaged or of another kind",
        "no_file": "the file cannot be read ({error})",
        "no_pypdf": "reading a PDF needs pypdf (pip install pypdf); or check the JSON file instead",
        "no_attachment": "this PDF carries no receipt",
        "no_cryptography": "needs the package cryptography (pip install cryptography)",
        "bad_key": "--key takes a public key: 64 hexadecimal digits, or 32 bytes in base64",
        "bad_roots": "the list of seals is not as the portal publishes it",
    },
    "zh-hans": {
        "genuine": "真实。此回执未被改动。",
        "changed": "已被改动。这不是当初签发的回执。不符之处：",
        "unreadable": "不是回执：{why}",
        "unpinned": "内容完整，但尚未证实：签名所用的密钥由回执自带，任何人都能造出这样的密钥。"
        "\n请与门户公布的密钥核对，并用 --key 指明：",
        "unpinned_differs": "已被改动，或并非本门户签发：签名所用的密钥不是您指明的密钥。",
        "sealed": "已封存：{at}，第 {number} 号封存。",
        "unsealed": "下载时尚未封存。请重新下载以取得封存证明。",
        "roots_match": "封存记录与您保存的封存记录列表一致。",
        "roots_absent": "您的封存记录列表中没有第 {number} 号封存。",
        "reference": "编号",
        "time": "时间",
        "what": "事件",
        "fact": "事实“{name}”",
        "hidden": "此回执未展示的事实（“{name}”）",
        "the_reference": "编号",
        "fingerprint": "指纹",
        "signature": "签名，或其涵盖的内容：时间、事件、编号或承诺值",
        "seal": "封存证明",
        "roots": "封存记录：您的列表中第 {number} 号是另一个封存记录",
        "json": "这不是下载时的 JSON",
        "large": "文件过大",
        "damaged": "JSON 已损坏或属于其他类型",
        "no_file": "无法读取文件（{error}）",
        "no_pypdf": "读取 PDF 需要 pypdf（pip install pypdf）；也可改为检查 JSON 文件",
        "no_attachment": "此 PDF 不含回执",
        "no_cryptography": "需要 cryptography 软件包（pip install cryptography）",
        "bad_key": "--key 须为公钥：64 位十六进制数字，或 base64 编码的 32 字节",
        "bad_roots": "封存记录列表与门户公布的格式不符",
    },
    "zh-hant": {
        "genuine": "真實。此回執未被更動。",
        "changed": "已被更動。這不是當初簽發的回執。不符之處：",
        "unreadable": "不是回執：{why}",
        "unpinned": "內容完整，但尚未證實：簽章所用的金鑰由回執自帶，任何人都能造出這樣的金鑰。"
        "\n請與入口網站公布的金鑰核對，並以 --key 指明：",
        "unpinned_differs": "已被更動，或並非本入口網站簽發：簽章所用的金鑰不是您指明的金鑰。",
        "sealed": "已封存：{at}，第 {number} 號封存。",
        "unsealed": "下載時尚未封存。請重新下載以取得封存證明。",
        "roots_match": "封存紀錄與您保存的封存紀錄清單一致。",
        "roots_absent": "您的封存紀錄清單中沒有第 {number} 號封存。",
        "reference": "編號",
        "time": "時間",
        "what": "事件",
        "fact": "事實「{name}」",
        "hidden": "此回執未顯示的事實（「{name}」）",
        "the_reference": "編號",
        "fingerprint": "指紋",
        "signature": "簽章，或其涵蓋的內容：時間、事件、編號或承諾值",
        "seal": "封存證明",
        "roots": "封存紀錄：您的清單中第 {number} 號是另一個封存紀錄",
        "json": "這不是下載時的 JSON",
        "large": "檔案過大",
        "damaged": "JSON 已損毀或屬於其他類型",
        "no_file": "無法讀取檔案（{error}）",
        "no_pypdf": "讀取 PDF 需要 pypdf（pip install pypdf）；也可改為檢查 JSON 檔案",
        "no_attachment": "此 PDF 不含回執",
        "no_cryptography": "需要 cryptography 套件（pip install cryptography）",
        "bad_key": "--key 須為公鑰：64 位十六進位數字，或 base64 編碼的 32 位元組",
        "bad_roots": "封存紀錄清單與入口網站公布的格式不符",
    },
}


class Refused(Exception):
    """The input cannot be used; `code` is a key of WORDS."""

    def __init__(self, code: str, **details: object) -> None:
        self.code, self.details = code, details
        super().__init__(code)


# --- reading: nothing is trusted


def read(content: bytes) -> dict:
    """Return the JSON of a receipt, or of the PDF that carries it. Raises Refused."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        if len(content) > LARGEST_PDF:
            raise Refused("large")
        content = attachment(content)
    if len(content) > LARGEST_JSON:
        raise Refused("large")
    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Refused("json") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise Refused("damaged")
    check_extent(data)
    return data


def attachment(pdf: bytes) -> bytes:
    """Return the JSON file inside a PDF. Raises Refused."""
    try:
        from pypdf import PdfReader
    except ImportError:
        raise Refused("no_pypdf") from None
    try:
        for name, contents in PdfReader(io.BytesIO(pdf)).attachments.items():
            if name.endswith(".json") and contents:
                return contents[0]
    except Exception:
        raise Refused("no_attachment") from None
    raise Refused("no_attachment")


def once(pairs: list) -> dict:
    """An object that says the same thing twice is refused: readers differ on it."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError
    return result


def refuse(constant: str) -> None:
    raise ValueError(constant)


def check_extent(data: object) -> None:
    """Refuse what is deeper or larger than any receipt, and text that is no text."""
    rest, nodes = [(data, 0)], 0
    while rest:
        value, depth = rest.pop()
        nodes += 1
        if depth > DEEPEST or nodes > MOST_NODES:
            raise Refused("damaged")
        if isinstance(value, dict):
            rest.extend((each, depth + 1) for pair in value.items() for each in pair)
        elif isinstance(value, list):
            rest.extend((each, depth + 1) for each in value)
        elif isinstance(value, str) and (
            len(value) > LONGEST_TEXT or any("\ud800" <= sign <= "\udfff" for sign in value)
        ):
            raise Refused("damaged")


def need(is_so: bool) -> None:
    if not is_so:
        raise Refused("damaged")


def text(data: object, name: str, pattern: re.Pattern | None = None) -> str:
    need(isinstance(data, dict))
    value = data.get(name)
    need(isinstance(value, str) and (pattern is None or bool(pattern.fullmatch(value))))
    return value


def number(data: dict, name: str) -> int:
    value = data.get(name)
    need(type(value) is int and 0 <= value < 2**63)
    return value


def digits(value: object, length: int) -> bytes:
    need(isinstance(value, str) and bool(re.fullmatch(rf"[0-9a-f]{{{2 * length}}}", value)))
    return bytes.fromhex(value)


def take_apart(data: dict) -> dict:
    """Return the parts of a receipt, each of the right kind. Raises Refused."""
    event, signature = data.get("event"), data.get("signature")
    need(isinstance(event, dict) and isinstance(signature, dict))
    try:
        ref = str(uuid.UUID(text(event, "ref")))
    except ValueError:
        raise Refused("damaged") from None
    about, commitments, facts = event.get("object"), data.get("commitments"), data.get("facts")
    need(isinstance(about, list) and number(event, "v") == LEAF_VERSION)
    need(len(about) == 2 and all(isinstance(each, str) for each in about))
    need(isinstance(commitments, dict) and isinstance(facts, dict))
    for value in commitments.values():
        digits(value, 32)
    opened = {}
    for name, fact in facts.items():
        need(isinstance(fact, dict) and "value" in fact)
        opened[name] = (fact["value"], digits(fact.get("salt"), 16))
    return {
        "reference": text(data, "reference"),
        "header": {
            "v": LEAF_VERSION,
            "ref": ref,
            "type": text(event, "type"),
            "at": text(event, "at", TIME),
            "object": about,
            "commitments": commitments,
        },
        "leaf": digits(data.get("leaf_hash"), 32),
        "facts": opened,
        "key": text(signature, "key"),
        "public": signature.get("public_key"),
        "signature": digits(signature.get("value"), 64),
        "seal": None if data.get("seal") is None else take_seal_apart(data["seal"]),
    }


def take_seal_apart(seal: object) -> dict:
    """Return the seal part. Raises Refused."""
    need(isinstance(seal, dict))
    path = seal.get("path")
    need(number(seal, "v") == SEAL_VERSION and isinstance(path, list) and len(path) <= LONGEST_PATH)
    header = {
        "v": SEAL_VERSION,
        "number": number(seal, "number"),
        "size": number(seal, "size"),
        "root": digits(seal.get("root"), 32).hex(),
        "previous": digits(seal.get("previous"), 32).hex(),
        "sealed_at": text(seal, "sealed_at", TIME),
        "key": text(seal, "key"),
    }
    return {
        "header": header,
        "path": [digits(step, 32) for step in path],
        "hash": digits(seal.get("hash"), 32),
        "signature": digits(seal.get("signature"), 64),
        "index": number(seal, "index"),
        "public": seal.get("public_key"),
    }


# --- checking


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value: sorted keys, no spaces, UTF-8; floats have none (TypeError)."""
    refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no exact spelling")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        refuse_floats(each)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def key_name(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def is_signed(purpose: str, digest: bytes, signature: bytes, public: bytes) -> bool:
    """Tell whether the holder of a key signed a hash for this purpose (Ed25519)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        message = f"portal-ledger-{purpose}-v1".encode() + b"\x00" + digest
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def opens(expected: str, name: str, value: object, salt: bytes) -> bool:
    try:
        return sha256(salt, canonical([name, value])).hex() == expected
    except (TypeError, ValueError, RecursionError):
        return False


def root_of(leaf: bytes, index: int, size: int, path: list) -> bytes | None:
    """The root that a path leads to (RFC 6962); None where it leads nowhere."""
    if not 0 <= index < size:
        return None
    rest, place, last = list(reversed(path)), index, size - 1
    while last:
        if place % 2 or place != last:
            if not rest:
                return None
            other = rest.pop()
            leaf = sha256(b"\x01", other, leaf) if place % 2 else sha256(b"\x01", leaf, other)
        place, last = place // 2, last // 2
    return None if rest else leaf


def check(receipt: dict, keys: dict) -> list:
    """Return what does not fit, as (key of WORDS, details): nothing for a genuine receipt.

    `keys` maps names of keys to public keys; None takes the keys that the receipt brings along.
    """
    wrong = []
    leaf = sha256(b"\x00", canonical(receipt["header"]))
    commitments, facts = receipt["header"]["commitments"], receipt["facts"]
    for name in sorted(facts):
        if name not in commitments or not opens(commitments[name], name, *facts[name]):
            wrong.append(("fact", {"name": name}))
    public = keys.get(receipt["key"])
    if public is None or not is_signed("receipt", leaf, receipt["signature"], public):
        wrong.append(("signature", {}))
    if receipt["reference"] != receipt["header"]["object"][1]:
        wrong.append(("the_reference", {}))
    if receipt["leaf"] != leaf:
        wrong.append(("fingerprint", {}))
    if receipt["seal"] is not None and not is_sealed(receipt["seal"], leaf, keys):
        wrong.append(("seal", {}))
    return wrong


def is_sealed(seal: dict, leaf: bytes, keys: dict) -> bool:
    """Tell whether the seal part proves that the leaf stands under a seal that a known key signed."""
    header = seal["header"]
    public = keys.get(header["key"])
    return (
        public is not None
        and sha256(b"\x02", canonical(header)) == seal["hash"]
        and is_signed("seal", seal["hash"], seal["signature"], public)
        and root_of(leaf, seal["index"], header["size"], seal["path"]) == bytes.fromhex(header["root"])
    )


def own_keys(receipt: dict) -> dict:
    """Return the keys that a receipt brings along, by their names."""
    keys = {}
    for part in (receipt, receipt["seal"] or {}):
        value = part.get("public")
        if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value):
            keys[key_name(bytes.fromhex(value))] = bytes.fromhex(value)
    return keys


def check_roots(receipt: dict, content: bytes) -> tuple | None:
    """Hold the seal against a list of seals as the portal publishes it. Raises Refused where it is none."""
    try:
        hashes = {each["number"]: each["hash"] for each in json.loads(content)["seals"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("bad_roots") from None
    seal = receipt["seal"]
    kept = hashes.get(seal["header"]["number"])
    if kept is None:
        return "roots_absent"
    return "roots_match" if kept == seal["hash"].hex() else "roots"


# --- the command


def pinned(texts: list) -> dict:
    """Return the public keys named on the command line. Raises Refused."""
    keys = {}
    for given in texts:
        try:
            public = bytes.fromhex(given) if len(given) == 64 else base64.b64decode(given, validate=True)
        except (ValueError, binascii.Error):
            raise Refused("bad_key") from None
        if len(public) != 32:
            raise Refused("bad_key")
        keys[key_name(public)] = public
    return keys


def usual_language() -> str:
    """The language of the surroundings, as far as there are words in it."""
    name = (os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or "").lower()
    if not name.startswith("zh"):
        return "en"
    return "zh-hant" if any(place in name for place in ("tw", "hk", "mo", "hant")) else "zh-hans"


def load(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(LARGEST_PDF + 1)
        with Path(path).open("rb") as file:
            return file.read(LARGEST_PDF + 1)
    except OSError as error:
        raise Refused("no_file", error=error.strerror) from None


def main(arguments: list | None = None) -> int:
    """Check what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("receipt", help="JSON or PDF of a receipt; - reads from standard input")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="PUBLIC",
        help="the portal's public key, hex or base64; may be repeated",
    )
    parser.add_argument(
        "--roots", metavar="FILE", help="a list of seals (JSON) that you kept: is the seal among them?"
    )
    parser.add_argument("--language", choices=sorted(WORDS), default=usual_language())
    options = parser.parse_args(arguments)
    words = WORDS[options.language]

    def say(code: str, **details: object) -> None:
        print(words[code].format(**details))

    try:
        import cryptography  # noqa: F401
    except ImportError:
        say("no_cryptography")
        return WRONG_CALL
    try:
        named = pinned(options.key)
        receipt = take_apart(read(load(options.receipt)))
        wrong = check(receipt, named or own_keys(receipt))
        compared = None
        if options.roots and receipt["seal"]:
            compared = check_roots(receipt, load(options.roots))
    except Refused as refused:
        if refused.code in ("bad_key", "bad_roots"):
            say(refused.code)
            return WRONG_CALL
        say("unreadable", why=words[refused.code].format(**refused.details))
        return UNREADABLE
    if compared == "roots":
        wrong.append(("roots", {"number": receipt["seal"]["header"]["number"]}))
    if wrong:
        say("changed")
        for code, details in wrong:
            print(printable("  - " + words[code].format(**details)))
        return CHANGED
    if named:
        say("genuine")
    else:
        say("unpinned")
        for name, public in own_keys(receipt).items():
            print(f"  {public.hex()}  ({name})")
    show(receipt, words)
    if compared:
        say(compared, number=receipt["seal"]["header"]["number"])
    return GENUINE if named else UNPINNED


def printable(line: str) -> str:
    """A receipt may come from anybody: its text must not steer the terminal, nor turn the line around."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def show(receipt: dict, words: dict) -> None:
    """Print what a whole receipt says."""
    header, seal = receipt["header"], receipt["seal"]
    rows = [
        (words["reference"], receipt["reference"]),
        (words["time"], header["at"]),
        (words["what"], header["type"]),
    ]
    rows += [
        (name, json.dumps(value, ensure_ascii=False)) for name, (value, _salt) in receipt["facts"].items()
    ]
    print()
    for label, value in rows:
        print(printable(f"  {label}: {value}"))
    print()
    if seal:
        print(words["sealed"].format(at=seal["header"]["sealed_at"], number=seal["header"]["number"]))
    else:
        print(words["unsealed"])


if __name__ == "__main__":
    sys.exit(main())
