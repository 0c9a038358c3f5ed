"""Two Chinese names: slips, brands and trades, abbreviations. Pure."""

from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.fuzz import ratio

from ..normal import NormalName
from ..sounds import sound_alike, sound_nearly_alike
from ..vocabulary import generic_words
from .evidence import CHINESE, Evidence, Names, common_end, common_start, size_of


def compare_chinese(one: NormalName, other: NormalName) -> Names:
    """Compare two Chinese names."""
    a, b = one.core.replace(" ", ""), other.core.replace(" ", "")
    if a == b:
        return Names(CHINESE, (Evidence(f"name.equal.{size_of(a)}", one.core, other.core),))
    brand_a, brand_b = one.brand.replace(" ", ""), other.brand.replace(" ", "")
    start = common_start(a, b)
    rest = min(len(a), len(b)) - start
    end = common_end(a, b, rest)
    mid_a, mid_b = a[start : len(a) - end], b[start : len(b) - end]
    slip = _slip(mid_a, mid_b, a, b, start)
    shorter = min(len(brand_a), len(brand_b))
    if slip:
        inside = start < shorter if len(brand_a) == len(brand_b) else start <= shorter
        if inside and not (brand_a == brand_b and start >= len(brand_a)):
            fuller = (
                brand_a if len(a) > len(b) else brand_b if len(b) > len(a) else min(brand_a, brand_b, key=len)
            )
            return Names(CHINESE, (Evidence(f"slip.{slip}.{size_of(fuller)}", brand_a, brand_b),))
        kind = Evidence(f"kind.{slip}", a[len(brand_a) :], b[len(brand_b) :])
        return Names(CHINESE, (Evidence(f"brand.equal.{size_of(brand_a)}", brand_a, brand_b), kind))
    if sorted(a) == sorted(b):
        return Names(CHINESE, (Evidence(f"name.order.{size_of(a)}", one.core, other.core),))
    kind_a, kind_b = a[len(brand_a) :], b[len(brand_b) :]
    if brand_a == brand_b:
        brand = Evidence(f"brand.equal.{size_of(brand_a)}", brand_a, brand_b)
        return Names(CHINESE, (brand, _kinds(kind_a, kind_b)))
    short = _abbreviates(one, other, a, b)
    if short is not None:
        return Names(CHINESE, (short,))
    if not mid_a or not mid_b:
        added = mid_a or mid_b
        where = "start" if not start else "end" if not end else "middle"
        return Names(
            CHINESE,
            (
                Evidence(f"added.{where}.{size_of(min(a, b, key=len))}", brand_a, brand_b),
                _added(added),
            ),
        )
    brand_slip = _brand_slip(brand_a, brand_b)
    if brand_slip:
        return Names(
            CHINESE,
            (
                Evidence(f"slip.{brand_slip}.{size_of(min(brand_a, brand_b, key=len))}", brand_a, brand_b),
                _kinds(kind_a, kind_b),
            ),
        )
    if min(len(brand_a), len(brand_b)) >= 2 and (brand_a.startswith(brand_b) or brand_b.startswith(brand_a)):
        start_code = f"brand.start.{size_of(min(brand_a, brand_b, key=len))}"
        return Names(CHINESE, (Evidence(start_code, brand_a, brand_b), _kinds(kind_a, kind_b)))
    if DamerauLevenshtein.distance(a, b, score_cutoff=2) <= 2 and min(len(a), len(b)) >= 5:
        return Names(
            CHINESE, (Evidence(f"slip.two.{size_of(min(brand_a, brand_b, key=len))}", brand_a, brand_b),)
        )
    alike = ratio(a, b)
    if alike >= 70.0 and min(len(a), len(b)) >= 5:
        return Names(CHINESE, (Evidence("name.alike", one.core, other.core), _kinds(kind_a, kind_b)))
    return Names(CHINESE, ())


def _slip(mid_a: str, mid_b: str, a: str, b: str, start: int) -> str:
    """Return what kind of slip sets two texts apart that agree before and after; empty: more than one."""
    if len(mid_a) == len(mid_b):
        if sound_alike(mid_a, mid_b):
            return "sound"
        if len(mid_a) == 1:
            return "near" if sound_nearly_alike(mid_a, mid_b) else "sign"
        if len(mid_a) == 2 and mid_a == mid_b[::-1]:
            return "swap"
        return ""
    if len(mid_a) + len(mid_b) == 1:
        longer = a if mid_a else b
        sign = mid_a or mid_b
        if longer[start - 1 : start] == sign or longer[start + 1 : start + 2] == sign:
            return "double"
        return "missing"
    return ""


def _brand_slip(one: str, other: str) -> str:
    """Return what kind of slip sets two brands apart; empty: more than one."""
    start = common_start(one, other)
    end = common_end(one, other, min(len(one), len(other)) - start)
    return _slip(one[start : len(one) - end], other[start : len(other) - end], one, other, start)


@lru_cache(maxsize=20_000)
def _parts(kind: str) -> frozenset[str]:
    """Return the pairs of characters of the words of a trade."""
    return frozenset(kind[at : at + 2] for at in range(len(kind) - 1)) or frozenset({kind})


_EMPTY_KINDS = frozenset(
    [
        "集团",
        "控股",
        "实业",
        "发展",
        "公司",
        "企业",
        "有限",
        "股份",
        "科技",
        "投资",
        "国际",
        "厂",
        "集团控股",
        "实业发展",
        "科技发展",
    ]
)


def _kinds(one: str, other: str) -> Evidence:
    """Compare what trade two names tell."""
    if one == other:
        return Evidence("kind.equal" if one else "kind.none", one, other)
    if not one or not other:
        word = one or other
        return Evidence(("kind.vague" if word in _EMPTY_KINDS else "kind.untold"), one, other)
    if one in other or other in one:
        longer, shorter = (one, other) if len(one) > len(other) else (other, one)
        rest = longer.replace(shorter, "", 1)
        return Evidence(("kind.longer.vague" if rest in _EMPTY_KINDS else "kind.longer"), one, other)
    if _parts(one) & _parts(other):
        return Evidence("kind.overlaps", one, other)
    return Evidence("kind.differs", one, other)


def _added(text: str) -> Evidence:
    """Return what sort of words one name has more than the other."""
    chinese, _latin, _pairs = generic_words()
    if text in _EMPTY_KINDS:
        return Evidence("more.vague", text)
    if text in chinese:
        return Evidence("more.kind", text)
    return Evidence(f"more.{min(len(text), 3)}", text)


def _abbreviates(one: NormalName, other: NormalName, a: str, b: str) -> Evidence | None:
    """Return that one name abbreviates the other: its characters in order, the first one first."""
    short, long = sorted(((a, one), (b, other)), key=lambda pair: (len(pair[0]), pair[0]))
    if not 2 <= len(short[0]) <= 5 or len(long[0]) < len(short[0]) + 2:
        return None
    for text in (long[0], long[1].place.region + long[0]):
        if text[0] != short[0][0] or (text.startswith(short[0]) and long[1].brand != short[0]):
            continue
        rest = iter(text)
        if all(character in rest for character in short[0]):
            return Evidence(f"short.{size_of(short[0])}", one.core, other.core)
    if (
        short[0][0] == long[0][0]
        and sum(character in long[0] for character in short[0]) >= len(short[0]) - 1 >= 2
    ):
        return Evidence("short.most", one.core, other.core)
    return None
