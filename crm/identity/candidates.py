"""What is asked and what is answered: a candidate as somebody typed it, and a match with its evidence."""

from dataclasses import dataclass

from .comparison import Evidence
from .gazetteer import place_of
from .normal import names_of
from .profiles import Profile
from .reach import domain_of, phone_of
from .registry_ids import number_key, parse

LONGEST_NAME = 300
CONFLICT, POSSIBLE, RELATED = "conflict", "possible", "related"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation as typed: any text of any length. ``country`` is an ISO code, ``region`` a province or state.

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
    region: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A known organisation that may be the candidate, best first.

    ``verdict``: ``conflict`` is taken for the same until a person says otherwise, ``possible`` is worth a look,
    ``related`` is another organisation of the same house. ``score`` is the probability of being the same in per cent.
    """

    organisation_id: int
    level: str
    score: float
    evidence: tuple[Evidence, ...]
    group_id: int
    is_known: bool
    verdict: str = CONFLICT

    @property
    def holds(self) -> bool:
        """Whether a filing must wait for a person's word, or is blocked."""
        return self.verdict == CONFLICT


def printable(text: str) -> str:
    """Return at most 300 characters of ``text`` without those a database or a page cannot take."""
    return "".join(character for character in text[:LONGEST_NAME] if character.isprintable()).strip()


def profile_of(candidate: Candidate) -> Profile:
    """Return what is compared of a candidate."""
    place = place_of(
        candidate.city[:200], candidate.country[:20], candidate.address[:200], candidate.region[:60]
    )
    texts = (candidate.name, candidate.other_name)
    names = dict.fromkeys(name for text in texts if text for name in names_of(text, place))
    registry_id = parse(candidate.registry_id, candidate.country) if candidate.registry_id else None
    numbers = {
        number_key(text) for text in (candidate.number, "" if registry_id else candidate.registry_id) if text
    }
    domains = {
        domain_of(candidate.website) if candidate.website else "",
        domain_of(candidate.email) if "@" in candidate.email else "",
    }
    phone = phone_of(candidate.phone, candidate.country) if candidate.phone else ""
    return Profile(
        names=tuple(names),
        ids=(registry_id,) if registry_id else (),
        numbers=frozenset(numbers - {""}),
        domains=frozenset(domains - {""}),
        phones=frozenset({phone} - {""}),
        place=place,
    )
