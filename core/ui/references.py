"""Public references: random, so that they show neither volume nor time."""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O, 1/I: read over the phone


def new_reference(length: int = 12) -> str:
    """Return a random reference of ``length`` characters (5 bits each), e.g. ``7KQ2M9XRT4HD``."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def is_reference(text: str) -> bool:
    """Tell whether ``text`` could be a reference; a malformed one is treated as an unknown one."""
    return 0 < len(text) <= 20 and all(character in ALPHABET for character in text)


class ReferenceConverter:
    """URL converter: any short token; views answer 404 for whatever names no visible row."""

    regex = "[^/]{1,64}"

    def to_python(self, value: str) -> str:
        """Return upper case, without the hyphens as printed, and without NUL, which PostgreSQL refuses to compare."""
        return value.upper().replace("-", "").replace("\x00", "")

    def to_url(self, value: str) -> str:
        """Return as it is."""
        return value
