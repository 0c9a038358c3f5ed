"""What is asked and what is answered: a candidate as somebody typed it, and a match with its evidence."""

from dataclasses import dataclass

from .gazetteer import place_of
from .normal import normalise
from .reach import domain_of, phone_of
from .registry_ids import RegistryId, number_key, parse
from .rules import Evidence, Profile

LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation as typed: any text of any length. ``country`` is an ISO code.

    ``number`` is the ERP's customer number; who types it into the registry id is understood as well.
    """

    name: str
    other_name: str = ""
    registry_id: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    address: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A known organisation that may be the candidate. ``score`` is 0 to 100 and orders within a level."""

    organisation_id: int
    level: str
    score: float
    evidence: tuple[Evidence, ...]
    group_id: int
    is_known: bool


def printable(text: str) -> str:
    """Return at most 300 characters of ``text`` without those a database or a page cannot take."""
    return "".join(character for character in text[:LONGEST_NAME] if character.isprintable()).strip()


def profile_of(candidate: Candidate) -> Profile:
    """Return what is compared of a candidate."""
    pairs = [(normalise(text), printable(text)) for text in (candidate.name, candidate.other_name) if text]
    names = [pair for number, pair in enumerate(pairs) if pair[0] and pair[0] not in dict(pairs[:number])]
    registry_id: RegistryId | None = parse(candidate.registry_id, candidate.country)
    numbers = {number_key(text) for text in (candidate.number, "" if registry_id else candidate.registry_id)}
    domains = {domain_of(candidate.website), domain_of(candidate.email) if "@" in candidate.email else ""}
    return Profile(
        names=tuple(name for name, _raw in names),
        raw_names=tuple(raw for _name, raw in names),
        ids=(registry_id,) if registry_id else (),
        numbers=frozenset(numbers - {""}),
        domains=frozenset(domains - {""}),
        phones=frozenset({phone_of(candidate.phone, candidate.country)} - {""}),
        place=place_of(candidate.city[:200], candidate.country, candidate.address[:200]),
    )
