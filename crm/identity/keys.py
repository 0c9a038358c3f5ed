"""The keys an organisation is found by. Pure: what is kept and what is asked come from the same functions.

A key is a family and a value, kept as one integer: 31 bits of a hash before 32 bits of the organisation's id, so that
one covering index holds both and all organisations of a key lie side by side. Keys only put an organisation on the
short list; what it is worth is judged by comparison, so that a chance collision of hashes costs nothing.
"""

import re
from collections.abc import Iterator
from hashlib import blake2b

from .gazetteer import AT_HOME, Place
from .normal import NormalName
from .profiles import Profile
from .sounds import near_sound, sound_of, syllables
from .vocabulary import generic_words, short_form

ID_BITS = 32
MOST_KEYS = 72
SHORTEST_HOUSE = 5
COUNTRIES = frozenset({"us", "usa"})  # before the name of an authority, said or not
STOP_WORDS = frozenset(
    {
        "of",
        "for",
        "de",
        "der",
        "die",
        "das",
        "du",
        "des",
        "la",
        "le",
        "les",
        "di",
        "del",
        "della",
        "fur",
        "do",
        "da",
        "y",
        "e",
        "en",
        "in",
        "at",
        "a",
        "an",
        "to",
        "on",
        "by",
        "with",
        "van",
        "von",
        "zu",
    }
)

# What a hit says about being the one looked for, relative to the others; a key at its cap counts half.
WEIGHTS = {
    "id": 12.0,
    "name": 6.0,
    "branch": 4.0,  # less than the head office, which is looked for among many branches
    "sorted": 5.0,
    "domain": 5.0,
    "phone": 4.0,
    "label": 3.0,
    "slip": 3.0,
    "sound": 3.0,
    "brand": 2.0,
    "start": 2.0,
    "word": 1.5,
    "local": 2.0,
    "initials": 2.0,
    "bones": 1.5,
}
_SPELLINGS = str.maketrans({"z": "s", "c": "k", "q": "k", "v": "w", "y": "i"})
_VOWELS = re.compile("[aeiou]")
Key = tuple[str, str]


def hashed(key: Key) -> int:
    """Return the lowest integer of a key's range; the organisation's id is added to it."""
    digest = blake2b(f"{key[0]}:{key[1]}".encode(), digest_size=4).digest()
    return (int.from_bytes(digest, "big") >> 1) << ID_BITS


def keys_of(profile: Profile) -> list[Key]:
    """Return the keys under which an organisation is kept, without doubles, in a fixed order."""
    return list(dict.fromkeys((*_certain(profile), *_of_names(profile, kept=True))))


def asked_keys(profile: Profile) -> list[Key]:
    """Return the keys to ask for, at most ``MOST_KEYS``: those of the candidate, and what other scripts may hold."""
    return list(dict.fromkeys((*_certain(profile), *_of_names(profile, kept=False))))[:MOST_KEYS]


def _certain(profile: Profile) -> Iterator[Key]:
    """Yield the keys of ids, numbers, domains and phones."""
    for one in profile.ids:
        yield "id", one.key
    for number in sorted(profile.numbers):
        yield "id", number
    for domain in sorted(profile.domains):
        yield "domain", domain
    for phone in sorted(profile.phones):
        yield "phone", phone
    for label in sorted(profile.labels):
        yield "label", label


def _of_names(profile: Profile, *, kept: bool) -> Iterator[Key]:
    """Yield the keys of all names."""
    for name in profile.names:
        if not name:
            continue
        place = profile.place if profile.place else name.place
        if name.is_chinese:
            yield from _chinese(name, place)
            if not kept:
                yield from _chinese_asked(name, place)
        else:
            yield from _latin(name, place, kept=kept)


def _region(place: Place) -> str:
    return place.region or place.country


def _chinese(name: NormalName, place: Place) -> Iterator[Key]:
    """Yield the keys of a Chinese name: core, brand, its start in the city, its sounds, the brand with a slip."""
    core, brand = name.core.replace(" ", ""), name.brand.replace(" ", "")
    kind = core[len(brand) :]
    yield "branch" if name.branch else "name", _bag(core)
    if kind and len(brand) > 1:
        yield "brand", brand
    if len(core) > 2:
        yield "start", f"{core[:2]}|{place.city or _region(place)}"
    yield "sound", near_sound(sound_of(core))
    if kind and len(brand) > 1:
        yield "sound", f"{near_sound(sound_of(brand))}|{_region(place)}"
    if 2 <= len(brand) <= 4:
        where = "" if len(brand) > 2 else f"|{_region(place)}"
        for at in range(len(brand)):
            yield "slip", f"{brand[:at]}{brand[at + 1 :]}|{kind}{where}"
    elif len(brand) > 4:
        yield "slip", f"{core[:4]}<"
        yield "slip", f">{core[-5:]}|{_region(place)}"
    if len(core) > 4:
        yield "initials", f"{core[0]}{core[2]}|{_region(place)}"
    if place.country == "TW" and place.region and len(core) > 3:
        yield "initials", f"{place.region[0]}{core[0]}|{_region(place)}"


def _bag(text: str) -> str:
    """Return the characters of a Chinese text in one order, so that two that changed places are found as well."""
    return "".join(sorted(text))[:60]


def _chinese_asked(name: NormalName, place: Place) -> Iterator[Key]:
    """Yield what only a question needs: the core as somebody's brand, domain or abbreviation, less one character."""
    core, brand = name.core.replace(" ", ""), name.brand.replace(" ", "")
    kind = core[len(brand) :]
    yield "brand", core
    yield "name" if name.branch else "branch", _bag(core)
    for text in (core, brand):
        sound = sound_of(text)
        if len(sound) >= 4:
            yield "label", sound
    if brand:
        yield "slip", f"{brand}|{kind}"  # what is left of a longer brand
    if len(brand) > 2:
        for at in range(min(len(brand), 5)):
            yield "name", _bag(f"{brand[:at]}{brand[at + 1 :]}{kind}")
    else:
        yield "name", brand
    if len(core) > 2:
        yield "slip", f"{core[0]}|{core[1:]}|{_region(place)}"
    if len(core) <= 4:
        yield "initials", f"{core[:2]}|{_region(place)}"
    if 2 < len(core) <= 4:
        yield "name", _bag(core[:-1])
    for length in (2, 3):
        if len(core) > length:
            yield from _sounds(sound_of(core[:length]), place)


def _latin(name: NormalName, place: Place, *, kept: bool) -> Iterator[Key]:
    """Yield the keys of a name in words: all together, sorted, telling words with and without the city, initials."""
    _chinese_words, generic, _pairs = generic_words()
    tokens = name.tokens
    words = [word for word in tokens if word not in STOP_WORDS] or list(tokens)
    joined = "".join(words)
    yield "branch" if name.branch else "name", joined[:60]
    if not kept:
        yield "name" if name.branch else "branch", joined[:60]
    if len(words) > 1:
        yield "sorted", " ".join(sorted(words))[:80]
    if len(words) > 2 and words[0] in COUNTRIES:
        yield "name", "".join(words[1:])[:60]
    telling = [word for word in words if word not in generic and len(word) > 1] or words[:1]
    where = place.city or _region(place)
    for word in telling[:3]:
        yield (
            "local",
            f"{word[:5]}|{where}",
        )  # enough for a typing error later on, or the word in another language
    for word in telling[:3]:
        if len(word) > 3:
            yield "word", word[:16]
    together = "".join(telling)
    if len(telling) < 3 and len(together) > 4:
        yield "local", f"{together[:4]}<{where}"
        yield "local", f">{together[-4:]}|{where}"
    bones = bones_of(together)
    if len(bones) > 1:
        yield "bones", bones if len(bones) > 4 else f"{bones}|{where}"
    if len(words) > 2:
        yield "initials", "".join(word[0] for word in words)[:8] + f"|{where}"
    if len(joined) >= 8:
        yield "start", joined[:8]
    elif not kept and len(words) == 1 and len(joined) <= 7:
        yield "initials", f"{joined}|{where}"
    if kept and (place.country in AT_HOME or not place.country):
        for sound in _starts(list(tokens), telling):
            yield "sound", f"{near_sound(sound)}|{_region(place)}"
        yield "sound", near_sound("".join(tokens))
    if not kept:
        for part in _houses(words):
            yield "name", part
        for sound in _starts(list(tokens), telling):
            yield "label", short_form(sound)
        yield "sound", near_sound("".join(tokens))
        for sound in (*_starts(list(tokens), telling), *_read_starts(tokens)):
            yield from _sounds(sound, place)


def _houses(words: list[str]) -> list[str]:
    """Return what the house may be called that a long name belongs to: its first and its last words together."""
    if len(words) < 3:
        return []
    parts = ["".join(words[:count]) for count in range(len(words) - 1, 0, -1)]
    parts += ["".join(words[at:]) for at in range(1, len(words) - 1)]
    return [part[:60] for part in parts if len(part) >= SHORTEST_HOUSE][:10]


def _sounds(sound: str, place: Place) -> Iterator[Key]:
    """Yield what a brand that sounds so is kept under, in the region and where only the country is known."""
    yield "sound", f"{near_sound(sound)}|{_region(place)}"
    if place.region:
        yield "sound", f"{near_sound(sound)}|{place.country}"


def bones_of(letters: str) -> str:
    """Return what typing errors and spellings leave of a Latin word: first letter, consonants, no doubles."""
    letters = letters.translate(_SPELLINGS)
    bones = letters[:1] + _VOWELS.sub("", letters[1:])
    return "".join(one for one, before in zip(bones, " " + bones, strict=False) if one != before)[:9]


def _read_starts(tokens: tuple[str, ...]) -> list[str]:
    """Return the first two and three Chinese syllables of Latin words, and of those after the first."""
    starts = []
    for at in range(min(2, len(tokens))):
        letters = "".join(tokens[at:])[:40]
        ends = syllables(letters)
        starts += [letters[:end] for end in ends[1:3]]
    return starts


def _starts(words: list[str], telling: list[str]) -> list[str]:
    """Return what may be the brand of a Latin name: its first words together, with and without the very first."""
    starts = ["".join(words[:count]) for count in (1, 2, 3)]
    starts += ["".join(telling), "".join(words)]
    if len(words) > 1:
        starts += ["".join(words[1 : 1 + count]) for count in (1, 2, 3)] + ["".join(words[1:])]
    return [start[:60] for start in dict.fromkeys(starts) if len(start) >= 3]


def entries(profile: Profile, organisation_id: int) -> set[int]:
    """Return the integers that are kept for an organisation."""
    if not 0 < organisation_id < 1 << ID_BITS:
        raise ValueError(f"organisation ids must fit in {ID_BITS} bits: {organisation_id}")
    return {hashed(key) | organisation_id for key in keys_of(profile)}
