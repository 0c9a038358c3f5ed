"""The normal form of an organisation's name. Pure functions.

A name is folded, then taken apart: bracketed places, branch tail, legal form, place prefix. What is left is the
core; of the core, the words at its end that only tell the kind of business are set apart from the brand.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from core.search.folding import is_chinese, joined_letters, tokens_of, unify

from .gazetteer import AT_HOME, Place, chinese_place_before, latin_place_before, place_named
from .sounds import sound_of
from .vocabulary import generic_words, legal_forms, short_form

LONGEST_CORE = 120
MOST_TOKENS = 24
UNNAMED_BRANCH = "*"
NOWHERE = Place()

_BRACKETS = re.compile(r"[(\[{【〔「『<《〈]([^()\[\]{}【】〔〕「」『』<>《》〈〉]{0,60})[)\]}】〕」』>》〉]")
_BRANCH = r"(分公司|支公司|分厂|办事处|营业部|分部|分行|支行|代表处|分店|分院|分校|分所)$"
_CHINESE_BRANCH = re.compile(
    rf"^(.{{2,}}?(?:公司|集团|厂|银行|企业|中心|大学|学院|医院))(.{{0,20}}?){_BRANCH}"
)
_COMPANYS_BRANCH = re.compile(rf"^(.{{2,}}公司)(?:(.{{0,20}}?){_BRANCH}|(.{{2,4}}?)(?:工厂|厂)$)")
_BARE_BRANCH = re.compile(rf"^(.{{2,}}?){_BRANCH}")
_LATIN_BRANCH = frozenset(
    {"branch", "filiale", "niederlassung", "zweigniederlassung", "succursale", "sucursal"}
)
_FOREIGN_PARENT = re.compile(
    "^(英属维京群岛|英属开曼群岛|开曼群岛|萨摩亚|香港|新加坡|荷兰|瑞士|瑞典|丹麦|比利时|加拿大|澳大利亚|澳洲|马来西亚"
    "|泰国|韩国|美|英|法|德|日|韩|义|港|荷|瑞)商(?=.{2})"
)
_PLACE_WORD = re.compile(r"(?<=..)(?:[市县区旗省]|自治[州县旗区]|地区)$")
_DROPPED = frozenset({"and", "und", "et", "the"})
_AFTER_CHINESE = frozenset({"taiwan", "china", "hk", "hongkong", "tw", "ky", "co", "ltd"})


@dataclass(frozen=True)
class NormalName:
    """A name taken apart. Empty ``core``: nothing is left by which it could be told from others."""

    core: str = ""
    place: Place = field(default_factory=Place)
    branch: str = ""

    def __bool__(self) -> bool:
        return bool(self.core)

    @property
    def key(self) -> str:
        """The core, with the branch where it is one: what must be equal for an equal name."""
        return f"{self.core}|{self.branch}" if self.branch else self.core

    @property
    def text(self) -> str:
        """The normal form written out, place in brackets: its own normal form."""
        words = f"{self.place.region} {self.place.city}".strip() or (
            "中国" if self.place.country == "CN" else ""
        )
        where = f" ({words})" if words else ""
        return f"{self.core}{where}"  # the legal form is not part of it

    @cached_property
    def is_chinese(self) -> bool:
        """Whether the core begins in Chinese."""
        return is_chinese(self.core)

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words of the core."""
        return tuple(self.core.split())

    @cached_property
    def _split(self) -> tuple[str, str]:
        return split_kind(self.core)

    @property
    def brand(self) -> str:
        """What tells it from others: the core without the words of its trade at the end."""
        return self._split[0]

    @property
    def kind(self) -> str:
        """The words of its trade; empty where there are none."""
        return self._split[1]


@lru_cache(maxsize=50_000)
def split_kind(core: str) -> tuple[str, str]:
    """Return (brand, words of the trade at the end). A core of such words only is its own brand."""
    chinese, latin, _pairs = generic_words()
    if is_chinese(core) and " " not in core:
        longest = 6
        covered = {len(core)}
        for start in range(len(core) - 1, -1, -1):
            if any(
                end in covered and _is_kind_word(core[start:end], chinese)
                for end in range(start + 1, min(start + longest, len(core)) + 1)
            ):
                covered.add(start)
        first = min(covered)
        if first == 0:
            return core, ""
        if first == 1 and len(core) > 2:  # one character alone is no brand
            first = min((start for start in covered if start > 1), default=len(core))
        return core[:first], core[first:]
    tokens = core.split()
    keep = len(tokens)
    while keep > 1 and _is_kind(tokens[keep - 1], chinese, latin):
        keep -= 1
    if keep == 1 and _is_kind(tokens[0], chinese, latin):
        return core, ""
    return " ".join(tokens[:keep]), " ".join(tokens[keep:])


def _is_kind_word(text: str, chinese: frozenset[str]) -> bool:
    """Tell whether Chinese text is one word of trade: a known one, or 木业 and its like."""
    return text in chinese or (len(text) == 2 and text[1] == "业")


def _is_kind(token: str, chinese: frozenset[str], latin: frozenset[str]) -> bool:
    """Tell whether one word only says what trade it is."""
    if not is_chinese(token):
        return short_form(token) in latin
    return token in chinese or (split_kind(token)[1] != "" and split_kind(token)[0] in chinese)


def all_generic(core: str) -> bool:
    """Tell whether a core consists of words of trade only, so that it names nobody."""
    chinese, latin, _pairs = generic_words()
    for token in core.split():
        if is_chinese(token):
            brand, kind = split_kind(token)
            if kind or not _covered(brand, chinese):
                return False
        elif short_form(token) not in latin:
            return False
    return True


def _covered(text: str, words: frozenset[str]) -> bool:
    """Tell whether ``text`` can be laid out with ``words`` without a gap."""
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(start in reached and text[start:end] in words for start in range(max(0, end - 6), end)):
            reached.add(end)
    return len(text) in reached


def _take_brackets(unified: str) -> tuple[str, Place]:
    """Return the text without bracketed places and legal forms, and the place they named."""
    place = Place()

    def replace(match: re.Match[str]) -> str:
        nonlocal place
        inside = " ".join(tokens_of(match.group(1)))
        named = place_named(inside) if inside else Place()
        if named is not None:
            place = place.refined_by(named) if not place.contradicts(named) else place
            return "" if _touches_chinese(match) else " "
        return f" {inside} " if not is_chinese(inside) else inside

    for _step in range(3):
        text = _BRACKETS.sub(replace, unified)
        if text == unified:
            break
        unified = text
    return unified, place


def _touches_chinese(match: re.Match[str]) -> bool:
    """Tell whether Chinese text stands on both sides of the brackets."""
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    return is_chinese(before[-1:]) and is_chinese(after[:1])


def _without_forms(tokens: list[str]) -> list[str]:
    """Return the words without legal forms at the end (any number) or beginning."""
    chinese, latin, first_words = legal_forms()
    while tokens:
        last = tokens[-1]
        if is_chinese(last):
            ending = next((form for form in chinese if last.endswith(form)), "")
            if not ending:
                break
            rest = last.removesuffix(ending)
            tokens = [*tokens[:-1], rest] if rest else tokens[:-1]
            continue
        count = next((n for n in range(min(6, len(tokens)), 0, -1) if tuple(tokens[-n:]) in latin), 0)
        if not count:
            break
        tokens = tokens[:-count]
    while len(tokens) > 1:
        count = next(
            (n for n in range(min(5, len(tokens) - 1), 0, -1) if " ".join(tokens[:n]) in first_words), 0
        )
        if not count and tokens[0] != "株式会社":
            break
        tokens = tokens[count or 1 :]
    if tokens and tokens[0].startswith("株式会社") and len(tokens[0]) > 5:
        tokens = [tokens[0].removeprefix("株式会社"), *tokens[1:]]
    return tokens


def _without_branch(tokens: list[str]) -> tuple[list[str], str]:
    """Return the words of the head office, and which branch it is (empty: none)."""
    if not tokens:
        return tokens, ""
    last = tokens[-1]
    if is_chinese(last):
        match = _COMPANYS_BRANCH.match(last) or _CHINESE_BRANCH.match(last)
        if match:
            chinese, _latin, _first = legal_forms()
            tail = next((group for group in match.groups()[1:] if group is not None), "")
            for form in chinese:
                tail = tail.removeprefix(form)
            return [*tokens[:-1], match.group(1)], _branch_key(tail)
        match = _BARE_BRANCH.match(last)
        if match:
            head = match.group(1)
            for length in range(min(6, len(head) - 2), 1, -1):
                place, taken = chinese_place_before(head[-length:])
                if place and taken == length:
                    return [*tokens[:-1], head[:-length]], _branch_key(head[-length:])
            return [*tokens[:-1], head], UNNAMED_BRANCH
        return tokens, ""
    if last in _LATIN_BRANCH and len(tokens) > 1:
        _chinese, latin, _first = legal_forms()
        forms = [n for n in range(1, len(tokens) - 1) if (tokens[n],) in latin]
        if forms:
            return tokens[: forms[-1] + 1], _branch_key(" ".join(tokens[forms[-1] + 1 : -1]))
        for count in (2, 1):
            place, taken = (
                latin_place_before(tokens[-1 - count : -1]) if len(tokens) > count + 1 else (Place(), 0)
            )
            if place and taken == count:
                return tokens[: -1 - count], _branch_key(" ".join(tokens[-1 - count : -1]))
        return tokens[:-1], UNNAMED_BRANCH
    return tokens, ""


def _branch_key(text: str) -> str:
    """Return which branch, in letters that do not depend on the script; at most 40."""
    if is_chinese(text):
        return sound_of(_PLACE_WORD.sub("", text) or text)[:40] or UNNAMED_BRANCH
    place = place_named(text) if text else None
    return (place.city if place and place.city else sound_of(text))[:40] or UNNAMED_BRANCH


def _without_place(tokens: list[str], known: Place, near: Place) -> tuple[list[str], Place]:
    """Return the words without the place they begin with, unless nothing telling would be left.

    ``known``: what brackets say already; a word that names a place elsewhere is part of the name then.
    """
    if not tokens:
        return tokens, Place()
    if is_chinese(tokens[0]):
        foreign = _FOREIGN_PARENT.match(tokens[0])
        if foreign and not all_generic(" ".join([tokens[0][foreign.end() :], *tokens[1:]])):
            return [tokens[0][foreign.end() :], *tokens[1:]], Place()
        place, taken = chinese_place_before(tokens[0], known, near)
        rest = [tokens[0][taken:], *tokens[1:]] if tokens[0][taken:] else tokens[1:]
        enough = rest and (len(rest[0]) > 1 or not is_chinese(rest[0]))
    else:
        place, taken = latin_place_before(tokens, near)
        elsewhere = near.country and near.country not in AT_HOME
        taken = 0 if elsewhere or place.contradicts(known) else taken
        rest = tokens[taken:]
        enough = bool(rest)
    if taken and enough and not all_generic(" ".join(rest)):
        return rest, place
    return tokens, Place()


@lru_cache(maxsize=50_000)
def _normalise(unified: str, near: Place) -> NormalName:
    text, place = _take_brackets(unified)
    tokens = [token for token in tokens_of(text)[:MOST_TOKENS] if token not in _DROPPED]
    if tokens and is_chinese(tokens[0]):
        tokens = [token for token in tokens if token not in _AFTER_CHINESE] or tokens[:1]
    branch = ""
    while True:
        before = tokens
        tokens = _with_countries(_with_apostrophes(joined_letters(tokens)))
        if not branch:
            tokens, branch = _without_branch(tokens)
        tokens, prefix = _without_place(_without_forms(tokens), place, near)
        place = prefix.refined_by(place) if prefix else place
        tokens = " ".join(tokens)[:LONGEST_CORE].split()
        if tokens == before:
            core = " ".join(token if is_chinese(token) else short_form(token) for token in tokens)
            return NormalName(core, place, branch if core else "")


def _with_countries(tokens: list[str]) -> list[str]:
    """Return the words with ``united states`` in one: a place, not two words of a name."""
    joined: list[str] = []
    for token in tokens:
        if token in ("states", "state") and joined and joined[-1] == "united":
            joined[-1] = "usa"
        else:
            joined.append(token)
    return joined


def _with_apostrophes(tokens: list[str]) -> list[str]:
    """Return the words with an ``s`` that an apostrophe had parted put back: ``friesen s`` is ``friesens``."""
    joined: list[str] = []
    for token in tokens:
        if token == "s" and joined and len(joined[-1]) > 2 and not is_chinese(joined[-1]):
            joined[-1] += "s"
        else:
            joined.append(token)
    return joined


_ALSO_WORDS = (
    r"d\s?/\s?b(?:\s?/\s?a?)?",
    r"db\s?/\s?a",
    "dba",
    "t/a",
    r"f\s?/\s?k(?:\s?/\s?a?)?",
    "fka",
    r"a\s?/\s?k(?:\s?/\s?a?)?",
    "aka",
    "formerly(?: known as)?",
    "doing b(?:usiness)?(?: as?)?",
    "trading as",
    "also known as",
    "曾用名|原名|又名|简称|品牌",
)
_ALSO = re.compile(rf"[\s,;(\[-]+(?:{'|'.join(_ALSO_WORDS)})(?:[\s,:;.)\]]+|$)")


def names_in(text: str) -> list[str]:
    """Return the names that one text gives: ``Mill Foods LLC dba Tea House`` gives two. At most three."""
    parts = _ALSO.split(unify(text[:2000].strip()))
    return [part for part in parts if part.strip()][:3]


def normalise(name: str, near: Place = NOWHERE) -> NormalName:
    """Return the normal form of a name of any length; hostile text gives a short or an empty one, never an error.

    ``near``: where the organisation sits, as far as known, which tells what county a first word names. The normal
    form of ``NormalName.text`` is that normal form: doing it twice changes nothing.
    """
    parts = names_in(name)
    return _normalise(parts[0], near) if parts else NormalName()


def names_of(text: str, near: Place = NOWHERE) -> list[NormalName]:
    """Return the normal forms of all names that one text gives, without doubles and empty ones."""
    return list(dict.fromkeys(name for part in names_in(text) if (name := _normalise(part, near))))
