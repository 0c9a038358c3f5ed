"""Registry ids: 统一社会信用代码, Taiwan's 統一編號, VAT, DUNS; recognised and checked. Pure functions."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum import exceptions
from stdnum.ch import vat as swiss_vat
from stdnum.cn import uscc
from stdnum.eu import vat as european_vat
from stdnum.gb import vat as british_vat
from stdnum.tw import ubn

from core.search.folding import unify

USCC, UBN, VAT, DUNS, NUMBER = "uscc", "ubn", "vat", "duns", "number"
_LABELS = (
    (re.compile(r"^(统一社会信用代码|社会信用代码|信用代码|税号|uscc|usci)"), USCC),
    (re.compile(r"^(统一编号|统编|ubn|ban|gui)"), UBN),
    (
        re.compile(
            r"^(vat( *id)?( *no\.?)?|ust-?idnr\.?|ust-?id\.?|uid|tva|p\.? *iva|partita iva|btw|cif|nif)\b"
        ),
        VAT,
    ),
    (re.compile(r"^(d-?u-?n-?s)( *(no|number)\.?)?"), DUNS),
)


@dataclass(frozen=True, slots=True)
class RegistryId:
    """A registry id that passed its check. ``issuer`` tells apart ids of which one organisation has several."""

    scheme: str
    issuer: str
    number: str

    @property
    def key(self) -> str:
        """One text for look-ups: equal for equal ids."""
        return f"{self.scheme}:{self.issuer}:{self.number}"

    @property
    def family(self) -> str:
        """Ids of one family and unequal numbers belong to different organisations."""
        return f"{self.scheme}:{self.issuer}"


def _checked(validate: Callable[[str], str], number: str) -> str:
    """Return the compact number if ``validate`` accepts it, else nothing."""
    try:
        return str(validate(number))
    except exceptions.ValidationError:
        return ""


def _label_taken(text: str) -> tuple[str, str]:
    """Return (scheme that a label before the number names or nothing, the rest)."""
    for pattern, scheme in _LABELS:
        match = pattern.match(text)
        if match:
            return scheme, text[match.end() :].lstrip(" :：#.-")
    return "", text


def _vat(number: str, country: str) -> RegistryId | None:
    """Return a European, British or Swiss VAT number, its country before it or given apart."""
    for text in (number, f"{country}{number}") if country else (number,):
        prefix = text[:2]
        if not prefix.isalpha():
            continue
        if prefix == "GB" and (found := _checked(british_vat.validate, text[2:])):
            return RegistryId(VAT, "GB", found)
        if text.startswith("CHE") and (found := _checked(swiss_vat.validate, text)):
            return RegistryId(VAT, "CH", found[3:12])
        if found := _checked(european_vat.validate, text):
            return RegistryId(VAT, prefix, found.removeprefix(prefix))
    return None


def parse(text: str, country: str = "") -> RegistryId | None:
    """Return the registry id in ``text`` if it is one whose check digits fit; None otherwise.

    ``country`` (ISO code) decides what bare digits are: eight are a Taiwanese number unless it says elsewhere.
    """
    scheme, rest = _label_taken(unify(text[:100]).strip())
    number = re.sub(r"[^0-9a-z]", "", rest).upper()
    country = country.strip().upper()[:2]
    if not 7 <= len(number) <= 20:
        return None
    if scheme in ("", USCC) and len(number) == 18 and (found := _checked(uscc.validate, number)):
        return RegistryId(USCC, "CN", found)
    if scheme == "" and re.fullmatch(r"TW\d{8}", number):
        scheme, number = UBN, number[2:]
    if scheme == UBN or (
        scheme == "" and len(number) == 8 and number.isdigit() and country in ("", "TW", "CN")
    ):
        found = _checked(ubn.validate, number)
        return RegistryId(UBN, "TW", found) if found else None
    if scheme == DUNS:
        return RegistryId(DUNS, "", number) if re.fullmatch(r"\d{9}", number) else None
    if scheme in ("", VAT) and (found_vat := _vat(number, country)):
        return found_vat
    if scheme == "" and re.fullmatch(r"\d{9}", number) and country in ("", "US"):
        return RegistryId(DUNS, "", number)
    return None


def number_key(text: str) -> str:
    """Return the look-up key of a customer number of the ERP; empty for fewer than three signs."""
    number = re.sub(r"[^0-9a-z]", "", unify(text[:100]))
    return f"{NUMBER}::{number[:40]}" if len(number) >= 3 else ""


def problem_with(text: str, country: str = "") -> str:
    """Return what is wrong with a registry id as typed, for the form's field; empty when it is fine or unknown.

    Ids of countries without a check here pass: only what looks like a checked kind and fails is refused.
    """
    if not text.strip() or parse(text, country) is not None:
        return ""
    scheme, rest = _label_taken(unify(text[:100]).strip())
    number = re.sub(r"[^0-9a-z]", "", rest).upper()
    if scheme == USCC or (len(number) == 18 and country.upper() in ("", "CN")):
        return _("The check digit of this 统一社会信用代码 does not fit. Please look at it again.")
    if scheme == UBN or (len(number) == 8 and number.isdigit() and country.upper() == "TW"):
        return _("The check digit of this 統一編號 does not fit. Please look at it again.")
    if scheme == VAT or european_vat_prefix(number):
        return _("The check digits of this VAT number do not fit. Please look at it again.")
    if scheme == DUNS:
        return _("A DUNS number has nine digits.")
    return ""


def european_vat_prefix(number: str) -> bool:
    """Tell whether a number begins like a European VAT number: two letters of a member state, then digits."""
    return (
        bool(re.fullmatch(r"[A-Z]{2}U?\d{7,12}", number)) and number[:2].lower() in european_vat.MEMBER_STATES
    )
