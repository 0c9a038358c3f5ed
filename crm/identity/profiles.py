"""What is compared of an organisation, and the one line it is kept as. Pure.

Keys and comparison read a profile only, so that what is kept (the packed line) decides both: the keys of a record can
always be told from its line.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from .gazetteer import Place
from .normal import NormalName
from .registry_ids import RegistryId
from .vocabulary import short_form

_FIELD, _LINE, _ITEM = "\t", "\n", "\v"
MOST_NAMES = 12


@dataclass(frozen=True)
class Profile:
    """Names (the first is the main one), ids, customer numbers, domains, phones and the place of the address."""

    names: tuple[NormalName, ...] = ()
    ids: tuple[RegistryId, ...] = ()
    numbers: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    place: Place = field(default_factory=Place)

    def place_of(self, name: NormalName) -> Place:
        """Return where the organisation is: its address, refined by the place in its name where they agree."""
        return self.place.refined_by(name.place) if self.place else name.place

    @cached_property
    def labels(self) -> frozenset[str]:
        """The telling parts of its domains: ``acme`` of acme.com.cn."""
        return frozenset(label for domain in self.domains if len(label := label_of(domain)) >= 3)

    def with_names(self, names: tuple[NormalName, ...]) -> "Profile":
        """Return this profile known by further names, as aliases add them."""
        together = tuple(dict.fromkeys((*self.names, *names)))[:MOST_NAMES]
        return Profile(together, self.ids, self.numbers, self.domains, self.phones, self.place)

    def packed(self) -> str:
        """Return the line the profile is kept as; ``unpack`` reads it."""
        names = [
            _FIELD.join(
                (
                    name.core,
                    "=" if name.place == self.place else name.place.stored(),
                    name.branch,
                )
            ).rstrip(_FIELD)
            for name in self.names
        ]
        rest = (
            self.place.stored(),
            _ITEM.join(one.key for one in self.ids),
            _ITEM.join(sorted(self.numbers)),
            _ITEM.join(sorted(self.domains)),
            _ITEM.join(sorted(self.phones)),
        )
        return _LINE.join((_FIELD.join(rest).rstrip(_FIELD), *names))


def unpack(line: str) -> Profile:
    """Return the profile that ``Profile.packed`` wrote."""
    head, *lines = line.split(_LINE)
    place_text, ids, numbers, domains, phones = (head.split(_FIELD) + [""] * 4)[:5]
    place = Place.read(place_text)
    names = []
    for text in lines:
        core, where, branch = ([*text.split(_FIELD), "", ""])[:3]
        names.append(NormalName(core, place if where == "=" else Place.read(where), branch))
    return Profile(
        tuple(names),
        tuple(RegistryId(*one.split(":", 2)) for one in ids.split(_ITEM)) if ids else (),
        frozenset(numbers.split(_ITEM)) if numbers else frozenset(),
        frozenset(domains.split(_ITEM)) if domains else frozenset(),
        frozenset(phones.split(_ITEM)) if phones else frozenset(),
        place,
    )


_AFFIX = re.compile(
    r"(?<=[a-z0-9]{3})(?:china|group|grp|cn|tech|holdings?|corp|inc|global|intl|online|web|official)$"
)


def label_of(domain: str) -> str:
    """Return the part of a domain that somebody chose: letters and digits, without ``group`` and its like."""
    label = "".join(character for character in domain.split(".", 1)[0] if character.isalnum())
    return short_form(_AFFIX.sub("", label))
