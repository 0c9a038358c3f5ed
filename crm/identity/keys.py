"""The keys an organisation is found by. Pure: the same keys are written for what is kept and asked for a candidate.

``id``, ``domain``, ``phone`` and ``name`` decide a level by themselves; ``head`` finds branches; ``sound`` and
``part`` only put an organisation on the short list that ``rules`` judges.
"""

from .gazetteer import generic_words
from .normal import NormalName
from .rules import Profile

LONGEST_VALUE = 160
MOST_TOKENS = 5
DECIDING = ("id", "domain", "phone", "name")
WEIGHTS = {"id": 8.0, "name": 6.0, "head": 5.0, "domain": 5.0, "sound": 4.0, "phone": 3.0, "part": 1.0}

Key = tuple[str, str]


def keys_of(profile: Profile) -> list[Key]:
    """Return the keys under which an organisation is kept, without doubles, in a fixed order."""
    keys: list[Key] = [("id", one.key) for one in profile.ids]
    keys += [("id", number) for number in sorted(profile.numbers)]
    keys += [("domain", domain) for domain in sorted(profile.domains)]
    keys += [("phone", phone) for phone in sorted(profile.phones)]
    for name in profile.names:
        keys += name_keys(name)
    return list(dict.fromkeys((kind, value[:LONGEST_VALUE]) for kind, value in keys if value))


def asked_keys(profile: Profile) -> list[Key]:
    """Return the keys to ask for: those of the candidate, and its head office and branches."""
    keys = keys_of(profile)
    for name in profile.names:
        keys += [("name", name.core[:LONGEST_VALUE]), ("head", name.core[:LONGEST_VALUE])]
    return list(dict.fromkeys(keys))


def name_keys(name: NormalName) -> list[Key]:
    """Return the keys of one name, which is also how an alias is kept."""
    if not name:
        return []
    keys: list[Key] = [("name", name.key)]
    if name.branch:
        keys.append(("head", name.core))
    if len(name.sound) >= 3:
        keys.append(("sound", name.sound))
    parts = _chinese_parts(name) if name.is_chinese else _latin_parts(name)
    return keys + [("part", part) for part in parts]


def _chinese_parts(name: NormalName) -> list[str]:
    """Return the parts of a Chinese name: brand, its sound, the brand with one character less, short forms."""
    brand = name.brand.replace(" ", "")
    parts = [f"b:{brand}"] if len(brand) > 1 else []
    if len(name.brand_sound) >= 4:
        parts.append(f"s:{name.brand_sound}")
    if len(brand) >= 3:
        start, end = brand[:5], brand[-4:]
        parts += [f"d:{start[:at]}{start[at + 1 :]}" for at in range(len(start))]
        if len(brand) > 5:
            parts += [f"e:{end}"]
        parts.append(f"d:{start}")
        if 3 <= len(brand) <= 4:
            parts.append(f"o:{''.join(sorted(brand))}")
    core = name.core.replace(" ", "")
    if len(core) >= 4:
        parts.append(f"p:{core[:2]}")
    if len(core) >= 5:
        parts += [f"a:{core[0]}{character}" for character in core[-4:]]
    if 3 <= len(core) <= 5:
        parts.append(f"a:{core[0]}{core[-1]}")
    return parts


def _latin_parts(name: NormalName) -> list[str]:
    """Return the parts of a name in words: telling words, both halves of the brand, initials."""
    _chinese, latin, _pairs = generic_words()
    brand = name.brand.replace(" ", "")
    telling = [token for token in name.tokens if token not in latin and len(token) >= 3][:MOST_TOKENS]
    parts = [f"t:{token}" for token in telling]
    starts = ("".join(name.tokens[:count]) for count in (1, 2, 3))
    parts += [f"s:{start}" for start in dict.fromkeys([brand, *starts]) if 4 <= len(start) <= 24]
    if len(brand) >= 6:
        half = 4 if len(brand) < 10 else 5
        parts += [f"f:{brand[:half]}", f"l:{brand[-half:]}"]
    if len(name.tokens) >= 3:
        parts.append("i:" + "".join(token[0] for token in name.tokens if token not in ("of", "for"))[:12])
    elif len(name.tokens) == 1 and 3 <= len(name.core) <= 6:
        parts.append(f"i:{name.core}")
    return parts
