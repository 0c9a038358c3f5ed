"""Names known from a case, and whether a text still holds any: the guard before others may read it.

Names are compared folded (case, width, script), words with words, Chinese anywhere; without their legal form, too.
"""

from collections.abc import Iterable

from core.people.models import User
from core.search.folding import is_chinese, tokens_of, unify
from crm.accounts.models import Account
from crm.identity.models import Alias
from crm.identity.normal import all_generic, normalise
from crm.identity.vocabulary import short_form
from partners.models import Membership

from .models import ContestedLine, Dispute

CHUNK = 100
SHORTEST_LATIN = 3
SHORTEST_CHINESE = 2
SHORTEST_BRAND = 4
SHORTEST_NUMBER = 6


def folded(text: str) -> str:
    """Return a text of any length folded as names are compared."""
    return "".join(unify(text[start : start + CHUNK]) for start in range(0, len(text), CHUNK))


def _squeezed(text: str) -> str:
    """Return only the letters and digits of a folded text."""
    return "".join(sign for sign in text if sign.isalnum())


def found_in(text: str, names: Iterable[str]) -> list[str]:
    """Return which of ``names`` the text still holds, as they were given, in order."""
    plain = folded(text)
    words, squeezed = f" {' '.join(tokens_of(plain))} ", _squeezed(plain)
    return sorted({name for name in names if name.strip() and _is_in(name, words, squeezed)})


def _is_in(name: str, words: str, squeezed: str) -> bool:
    """Tell whether one name stands in a text given by its words and by its letters alone."""
    plain = folded(name)
    letters = _squeezed(plain)
    if is_chinese(letters):
        return len(letters) >= SHORTEST_CHINESE and letters in squeezed
    if letters.isdigit():
        return len(letters) >= SHORTEST_NUMBER and letters in squeezed
    if len(letters) < SHORTEST_LATIN:
        return False
    if any(sign.isdigit() for sign in letters) and len(letters) >= SHORTEST_NUMBER and letters in squeezed:
        return True  # references, registry and tender numbers, however they are spaced
    return f" {' '.join(tokens_of(plain))} " in words


def spellings(name: str) -> set[str]:
    """Return an organisation's name as people shorten it: whole, without legal form and place, its brand."""
    normal = normalise(name)
    short = {normal.core, _as_written(name, normal.core)}
    if _tells(normal.brand):
        short.add(normal.brand)
    return {name, *(part for part in short if part and not all_generic(part))}


def _as_written(name: str, core: str) -> str:
    """Return the words of a name that its core stands for, before words of trade were shortened; "" for Chinese."""
    words, wanted = tokens_of(folded(name)), core.split()
    for start in range(len(words) - len(wanted) + 1):
        part = words[start : start + len(wanted)]
        if wanted and all(two in (one, short_form(one)) for one, two in zip(part, wanted, strict=True)):
            return " ".join(part)
    return ""


def _tells(brand: str) -> bool:
    """Tell whether a brand alone is long enough not to be a word of everyday."""
    return is_chinese(brand) or len(brand) >= SHORTEST_BRAND


def partners_and_people(dispute: Dispute) -> set[str]:
    """Return the names of the parties, their people, and the references that lead to them."""
    names: set[str] = set()
    for party in dispute.parties.select_related("partner__account"):
        account = party.partner.account
        names |= spellings(account.name) | {account.other_name, account.registry_id, party.partner.ref}
    members = Membership.objects.filter(partner__in=dispute.parties.values("partner_id"))
    for full_name, email in User.objects.filter(pk__in=members.values("user_id")).values_list(
        "full_name", "email"
    ):
        names |= {full_name, email}
    return names - {""}


def all_known(dispute: Dispute) -> set[str]:
    """Return every name known from the case: parties, customers, projects, people on all sides, references."""
    names = partners_and_people(dispute)
    rows = ContestedLine.objects.filter(party__dispute=dispute).select_related(
        "registration_line__registration__project", "registration_line__registration__customer"
    )
    registrations = {
        row.registration_line.registration_id: row.registration_line.registration for row in rows
    }
    accounts = set()
    for registration in registrations.values():
        for typed in (registration.customer_name, registration.purchasing_name, registration.specifying_name):
            names |= spellings(typed) if typed else set()
        names |= {
            registration.ref,
            registration.project_name,
            registration.tender_number,
            registration.customer_registry_id,
            registration.customer_website,
            registration.customer_phone,
            registration.own_reference,
            registration.customer_address,
        }
        for contact in registration.contacts.all():
            names |= {contact.name, contact.email, contact.phone}
        if registration.project is not None:
            names |= {registration.project.name, registration.project.tender_number}
        accounts.add(registration.customer_id)
    for row in rows:
        for hit in (row.registration_line.verdict or {}).get("hits", ()):
            accounts |= set(hit["evidence"].get("organisations", ()))
    for account in Account.objects.filter(pk__in=accounts - {None}):
        names |= spellings(account.name) | {account.other_name, account.registry_id, account.website}
    names |= set(Alias.objects.filter(organisation_id__in=accounts - {None}).values_list("name", flat=True))
    people = {*dispute.deciders.values_list("user_id", flat=True)}
    people |= {*dispute.rulings.values_list("decided_by_id", flat=True)}
    names |= set(User.objects.filter(pk__in=people).values_list("full_name", flat=True))
    names.add(dispute.ref)
    return {name.strip() for name in names if name and name.strip()}
