"""How Chinese names sound in Latin letters: readings, near sounds, and Latin text read as Chinese. Pure."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("v", "u"))
MOST_CHARACTERS = 24


@lru_cache(maxsize=50_000)
def sound_of(text: str) -> str:
    """Return folded text in Latin letters without spaces: pinyin for Chinese, the rest as it is."""
    return re.sub(r"[\s']", "", "".join(lazy_pinyin(text, v_to_u=False)))[:160]


def near_sound(letters: str) -> str:
    """Return letters with the sounds that are often mistaken made one: zh and z, ing and in."""
    for one, other in _NEAR:
        letters = letters.replace(one, other)
    return letters


@lru_cache(maxsize=20_000)
def readings(character: str) -> frozenset[str]:
    """Return how a character may be read, without tones; itself where it has no reading."""
    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0])


@lru_cache(maxsize=20_000)
def near_readings(character: str) -> frozenset[str]:
    """Return the readings of a character with near sounds made one."""
    return frozenset(near_sound(reading) for reading in readings(character))


def sound_alike(one: str, other: str) -> bool:
    """Tell whether two Chinese texts of one length can be read alike."""
    return len(one) == len(other) and all(
        a == b or readings(a) & readings(b) for a, b in zip(one, other, strict=True)
    )


def sound_nearly_alike(one: str, other: str) -> bool:
    """Tell whether two Chinese texts of one length can be read nearly alike."""
    return len(one) == len(other) and all(
        a == b or near_readings(a) & near_readings(b) for a, b in zip(one, other, strict=True)
    )


def read_as(letters: str, chinese: str) -> tuple[int, int]:
    """Return (characters of ``chinese`` that ``letters`` begins with when read, letters taken), as many as possible."""
    reached = {0: 0}
    best = (0, 0)
    for count, character in enumerate(chinese[:MOST_CHARACTERS], start=1):
        ahead: dict[int, int] = {}
        for at in reached:
            for reading in readings(character) if not character.isascii() else (character,):
                if letters.startswith(reading, at):
                    ahead[at + len(reading)] = count
        if not ahead:
            break
        reached = ahead
        best = (count, max(ahead))
    return best


_SYLLABLE = re.compile(
    "(?:[bpmf]|zh|ch|sh|[dtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ui|un|uo|ue|ve|a|e|i|o|u|v)"
)


def syllables(letters: str) -> list[int]:
    """Return where the Chinese syllables that ``letters`` begin with end; empty where they cannot be read so."""
    ends: list[int] = []
    at = 0
    while match := _SYLLABLE.match(letters, at):
        at = match.end()
        # xin-xi, not xing-…: a final n or g that a vowel follows belongs to the next syllable
        if (
            letters[at : at + 1] in ("a", "e", "i", "o", "u")
            and letters[at - 1] in ("n", "g")
            and at - 1 > match.start()
        ):
            at -= 1
        ends.append(at)
    return ends
