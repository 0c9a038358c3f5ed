"""The Ed25519 key that signs seals and receipts, and those whose signatures count.

In production the seed comes from the environment (base64, 32 bytes). The demo makes one in the data folder. A
key that was replaced stays trusted by its public half (settings.LEDGER_TRUSTED_KEYS).
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SEED_BYTES = 32
MARK_BYTES = 16


@dataclass(frozen=True)
class SigningKey:
    """A private key with its public half and short name."""

    private: Ed25519PrivateKey
    public: bytes
    key_id: str
    mark_key: bytes

    def sign(self, purpose: str, digest: bytes) -> bytes:
        """Return the signature of ``digest``; what is signed for one purpose counts for no other."""
        return self.private.sign(_message(purpose, digest))

    def mark(self, data: bytes) -> bytes:
        """Return a keyed hash that only the holder of the key can make."""
        return hmac.digest(self.mark_key, data, "sha256")[:MARK_BYTES]


def _message(purpose: str, digest: bytes) -> bytes:
    return f"portal-ledger-{purpose}-v1".encode() + b"\x00" + digest


def key_id_of(public: bytes) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def decode_seed(text: str) -> bytes:
    """Return the seed in ``text`` (base64); raises ``ImproperlyConfigured`` for anything else."""
    try:
        seed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImproperlyConfigured("the ledger's signing key is not base64") from error
    if len(seed) != SEED_BYTES:
        raise ImproperlyConfigured(f"the ledger's signing key has {len(seed)} bytes, not {SEED_BYTES}")
    return seed


@lru_cache(maxsize=8)
def _key(seed: bytes) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    mark_key = hashlib.sha256(b"portal-ledger-marks-v1\x00" + seed).digest()
    return SigningKey(private, public, key_id_of(public), mark_key)


@lru_cache(maxsize=8)
def _seed_in(path: Path) -> bytes:
    """Return the seed kept in a file, made at first use; two processes at once agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(SEED_BYTES)))
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    return decode_seed(path.read_text().strip())


def signing_key() -> SigningKey:
    """Return the key that signs now."""
    if settings.LEDGER_SIGNING_KEY:
        return _key(decode_seed(settings.LEDGER_SIGNING_KEY))
    return _key(_seed_in(Path(settings.LEDGER_KEY_FILE)))


def trusted_keys() -> dict[str, bytes]:
    """Return the public keys whose signatures count, by name."""
    keys = {}
    for text in settings.LEDGER_TRUSTED_KEYS:
        public = decode_seed(text)
        keys[key_id_of(public)] = public
    current = signing_key()
    keys[current.key_id] = current.public
    return keys


def is_signed(purpose: str, digest: bytes, signature: bytes, public: bytes) -> bool:
    """Tell whether ``signature`` is that of the holder of ``public`` over ``digest`` for ``purpose``."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _message(purpose, digest))
    except (InvalidSignature, ValueError):
        return False
    return True
