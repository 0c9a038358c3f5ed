"""How an organisation is reached, in a form that can be compared: its domain and its phone. Pure functions."""

import re
from urllib.parse import urlsplit

import phonenumbers

from core.search.folding import unify

from .vocabulary import shared_domains

_SECOND_LEVEL = frozenset(
    {"com", "net", "org", "gov", "edu", "co", "ac", "idv", "or", "ne", "go", "me", "ltd", "plc"}
)


def domain_of(text: str) -> str:
    """Return the web or e-mail domain in a website or address, without ``www``; empty for free mail, shared, none."""
    text = unify(text[:300]).strip()
    if not text:
        return ""
    if "@" in text:
        host = text.rsplit("@", 1)[1]
    else:
        try:
            host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        except ValueError:
            return ""
    host = host.strip(" .>/").removeprefix("www.")
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) or re.fullmatch(r"[\d.]+", host) or len(host) > 120:
        return ""
    registered = _registered(host)
    return "" if {host, registered} & shared_domains() else registered


def _registered(host: str) -> str:
    """Return the part of a host name that is registered: ``mail.abc.com.cn`` is ``abc.com.cn``."""
    labels = host.split(".")
    second = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if second else -2 :])


def phone_of(text: str, country: str = "") -> str:
    """Return a phone number as +digits (E.164), or its digits where it fits no plan; empty for fewer than seven."""
    text = unify(text[:60])
    digits = re.sub(r"\D", "", text)
    if not 7 <= len(digits) <= 20:
        return ""
    text = f"+{text.strip()[2:]}" if re.match(r"\s*00[1-9]", text) else text
    try:
        number = phonenumbers.parse(text, country.upper() or "CN")
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_possible_number(number):
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
