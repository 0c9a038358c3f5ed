"""Organisations that exist nowhere, any number of them from a seed, and questions about them. Pure.

A smaller sample is the beginning of a larger one: what is measured at two sizes differs in size only.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, islice

import opencc
from pypinyin import lazy_pinyin
from stdnum.cn import uscc


def _words(text: str) -> list[str]:
    return text.split()


CITIES = _words(
    "北京 上海 天津 重庆 石家庄 唐山 太原 大同 沈阳 大连 长春 吉林 哈尔滨 南京 无锡 徐州 "
    "常州 苏州 南通 扬州 镇江 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 台州 合肥 芜湖 福州 厦门 "
    "泉州 南昌 九江 济南 青岛 淄博 烟台 潍坊 临沂 郑州 洛阳 武汉 宜昌 襄阳 长沙 株洲 广州 "
    "深圳 珠海 佛山 东莞 惠州 中山 南宁 柳州 成都 绵阳 贵阳 昆明 西安 宝鸡 兰州 银川"
)
BRAND_CHARACTERS = (  # the frequent ones first
    "华鑫盛瑞恒达信泰德兴宏丰嘉汇创博源通润海天正隆科诚凯利安康宇辉腾晟佳美亿联和昌富旺顺祥荣茂宝龙飞翔锐力能智云星辰光明远志卓越铭启航"
    "睿思捷迅优品尚雅格朗致合众立邦森林江河川岳峰岭石磊钰玉琪琳珠银铂铜铁钢锋铠钧钦锦绣彩虹霞雪冰霜露雨雷电震坤乾元亨贞景晨曦旭昊昱晖朝暮"
    "春夏秋冬松柏竹梅兰菊桂枫桐梓楠桦榕柳杨禾穗稻麦粟谷豆茶果蔬牧渔农耕野原庄园圃苑亭台楼阁宫殿塔桥梁栋柱轩庭堂府邦州郡城镇港湾洋波涛澜浩"
    "瀚渊泽沛沃淳清澄湛沐浦涵溪泉潭湖沁霖鹏鹤鸿雁鹰燕凤凰麟骏骐骥驰骋驭虎豹狮象熊鹿羊牛马奔跃进步升登攀拓展开辟建筑造构成功业绩效勤勉敏慧"
    "聪哲贤圣儒道仁义礼孝忠廉勇毅刚强健壮威武雄伟豪杰英俊彦才良善真诺守护卫保平静宁康乐欢喜庆吉福禄寿禧颐养怡悦"
)
TRADES = _words(
    "泵业 阀门 机械 机电设备 自动化设备 流体控制 仪表 精密机械 电气 电子 电子科技 电缆 "
    "电力设备 环保科技 水务 水处理 化工 新材料 塑胶 橡胶制品 包装材料 印刷 纺织 服饰 家具 "
    "建材 装饰工程 建筑工程 钢结构 金属制品 五金制品 模具 轴承 汽车零部件 汽车销售 物流 "
    "供应链管理 进出口 贸易 商贸 食品 农业科技 生物科技 医疗器械 医药 信息技术 网络科技 软件 "
    "智能科技 通信技术 光电科技 新能源 检测技术 文化传媒 教育科技 物业管理 餐饮管理 酒店管理"
)
CHINESE_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")
LATIN_CITIES = (
    *(
        (city, "US")
        for city in _words("Boston Chicago Houston Denver Seattle Atlanta Dallas Phoenix Portland")
    ),
    *((city, "DE") for city in _words("Berlin Hamburg München Stuttgart Leipzig Bremen Dortmund")),
    *((city, "FR") for city in _words("Paris Lyon Toulouse Nantes Lille Bordeaux")),
    *((city, "IT") for city in _words("Milano Torino Bologna Verona Genova")),
    *((city, "NL") for city in _words("Amsterdam Rotterdam Utrecht Eindhoven")),
)
LATIN_FORMS = {
    "US": ("Inc.", "LLC", "Corp.", "Co."),
    "DE": ("GmbH", "AG", "GmbH & Co. KG"),
    "FR": ("SAS", "SARL", "SA"),
    "IT": ("S.r.l.", "S.p.A."),
    "NL": ("B.V.", "N.V."),
}
LATIN_TRADES = _words(
    "Pumps Valves Systems Technologies Industries Engineering Controls Instruments "
    "Automation Energy Marine Filters Logistics Foods Chemicals Plastics Packaging Tools "
    "Motors Electronics Software Medical Materials Water Steel"
)
ONSETS = _words("b br c cl d dr f fl g gr h j k kr l m n p pr r s st t tr v w z")
VOWELS = _words("a e i o u ai ea io")
CODAS = _words("n r l s x nd rt m k")

PHONES, DOMAINS, LATIN, WITHOUT_ID = 0.25, 0.125, 0.25, 0.15
NEW = 0.2


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation, or one as somebody typed it. ``parts``: place, brand, trade, form, or the Latin words, form."""

    name: str
    parts: tuple[str, ...] = ()
    registry_id: str = ""
    website: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``origin``: the number of the organisation it was made from, from 1; 0 where there is none."""

    kind: str
    origin: int
    asked: Organisation


def _skewed(count: int, offset: float) -> list[float]:
    """Return cumulated weights that fall like the frequencies of words do."""
    return list(accumulate(1 / (rank + offset) for rank in range(count)))


_CHARACTERS = "".join(dict.fromkeys(BRAND_CHARACTERS))
_CHARACTER_WEIGHTS = _skewed(len(_CHARACTERS), 40)
_TRADE_WEIGHTS = _skewed(len(TRADES), 12)
_CITY_WEIGHTS = _skewed(len(CITIES), 12)


def organisations(seed: int) -> Iterator[Organisation]:
    """Yield organisations without end, no two with the same name but for the legal form."""
    rng = random.Random(seed)
    seen: set[int] = set()
    number = 0
    while True:
        one = _latin(rng, number) if rng.random() < LATIN else _chinese(rng, number)
        told_apart_by = hash_of(one.parts[:-1])
        if told_apart_by not in seen:
            seen.add(told_apart_by)
            number += 1
            yield one


def hash_of(parts: tuple[str, ...]) -> int:
    """Return a number for the words of a name in any order; the same within one process only."""
    return hash(tuple(sorted(parts)))


def _chinese(rng: random.Random, number: int) -> Organisation:
    place = rng.choices(CITIES, cum_weights=_CITY_WEIGHTS)[0]
    length = rng.choices((2, 3, 4), cum_weights=(35, 70, 100))[0]
    brand = "".join(rng.choices(_CHARACTERS, cum_weights=_CHARACTER_WEIGHTS, k=length))
    trade = rng.choices(TRADES, cum_weights=_TRADE_WEIGHTS)[0]
    form = rng.choices(CHINESE_FORMS, cum_weights=(70, 85, 95, 100))[0]
    registry_id = ""
    if rng.random() >= WITHOUT_ID:
        # 9: companies, 1: enterprises; a division; then a number that no two have
        digits = f"91{11 + CITIES.index(place) % 50:02d}0100{(number * 7919 + 17) % 10**9:09d}"
        registry_id = digits + uscc.calc_check_digit(digits)
    return Organisation(
        place + brand + trade + form,
        (place, brand, trade, form),
        registry_id,
        _website(rng, "".join(lazy_pinyin(brand)), number),
        f"+86 1{rng.randrange(30, 99)} {rng.randrange(10**4):04d} {rng.randrange(10**4):04d}"
        if rng.random() < PHONES
        else "",
        "CN",
        place,
    )


def _latin(rng: random.Random, number: int) -> Organisation:
    city, country = rng.choice(LATIN_CITIES)
    count = rng.choices((1, 2, 3, 4), cum_weights=(10, 60, 90, 100))[0]
    words = [_coined(rng)]
    if count > 2:
        words.append(_coined(rng))
    words += rng.sample(LATIN_TRADES, count - len(words))
    form = rng.choice(LATIN_FORMS[country])
    phone = ""
    if rng.random() < PHONES:
        dial = {"US": "1", "DE": "49", "FR": "33", "IT": "39", "NL": "31"}[country]
        phone = f"+{dial} {rng.randrange(201, 990)} {rng.randrange(200, 999)} {rng.randrange(10**4):04d}"
    return Organisation(
        " ".join([*words, form]),
        (*words, form),
        "",
        _website(rng, words[0].lower(), number),
        phone,
        country,
        city,
    )


def _coined(rng: random.Random) -> str:
    """Return a word that sounds like the name of a firm: two or three syllables."""
    syllables = [rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(rng.choice((2, 2, 3)))]
    return "".join(syllables).capitalize() + rng.choice(CODAS)


def _website(rng: random.Random, word: str, number: int) -> str:
    return f"www.{word}{number}.example" if rng.random() < DOMAINS else ""


class Sample:
    """So many organisations, and questions about some of them and about others that are not among them."""

    def __init__(self, size: int, questions: int, seed: int) -> None:
        """Decide which organisations will be asked for; nothing is made yet."""
        self.size, self.seed = size, seed
        self._rng = random.Random(f"{seed} {size}")
        self._new = round(questions * NEW)
        drawn = self._rng.sample(range(1, size + 1), min(size, questions - self._new))
        self._drawn: dict[int, Organisation | None] = dict.fromkeys(drawn)
        self._strangers: list[Organisation] = []

    def organisations(self) -> Iterator[Organisation]:
        """Yield the organisations that are kept; their places, from 1, are their numbers. To be read to the end."""
        stream = organisations(self.seed)
        for number, one in enumerate(islice(stream, self.size), 1):
            if number in self._drawn:
                self._drawn[number] = one
            yield one
        self._strangers = list(islice(stream, self._new))

    def questions(self) -> list[Question]:
        """Return the questions in an order that mixes them; after the organisations were read."""
        asked = [Question("new", 0, replace(one, registry_id="")) for one in self._strangers]
        for at, (number, one) in enumerate(self._drawn.items()):
            if one is None:
                raise RuntimeError("the organisations were not read to the end")
            ways = WAYS_LATIN if one.country != "CN" else WAYS_CHINESE
            if not one.registry_id:
                ways = {kind: way for kind, way in ways.items() if kind != "registry id only"}
            kind = list(ways)[at % len(ways)]
            asked.append(Question(kind, number, ways[kind](self._rng, one)))
        self._rng.shuffle(asked)
        return asked


def _named(one: Organisation, name: str) -> Organisation:
    """Return an organisation under another name, without its registry id, which would settle everything."""
    return replace(one, name=name, registry_id="")


def _other_form(rng: random.Random, one: Organisation) -> Organisation:
    *words, form = one.parts
    if one.country == "CN":
        return _named(
            one, "".join(words) + rng.choice([*(other for other in CHINESE_FORMS if other != form), ""])
        )
    others = [other for other in LATIN_FORMS[one.country] if other != form]
    return _named(one, " ".join([*words, rng.choice([*others, ""])]).strip())


@lru_cache(maxsize=1)
def _traditional_characters() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _traditional(_rng: random.Random, one: Organisation) -> Organisation:
    return _named(one, _traditional_characters().convert(one.name))


def _full_width(_rng: random.Random, one: Organisation) -> Organisation:
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
    if one.country == "CN":
        place, brand, trade, form = one.parts
        return _named(one, f"{place}\u3000{brand}{trade}（{form}）")
    return _named(one, one.name.translate(wide))


def _slip(rng: random.Random, word: str, others: str) -> str:
    """Return a word with one character wrong, missing, doubled, or swapped with the next; never the word itself."""
    slipped = word
    while slipped == word:
        slipped = _maybe_slip(rng, word, others)
    return slipped


def _maybe_slip(rng: random.Random, word: str, others: str) -> str:
    at = rng.randrange(len(word) - 1)
    kind = rng.choice(("wrong", "missing", "doubled", "swapped"))
    if kind == "wrong":
        return word[:at] + rng.choice(others) + word[at + 1 :]
    if kind == "missing" and len(word) > 2:
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[: at + 1] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _one_slip(rng: random.Random, one: Organisation) -> Organisation:
    if one.country == "CN":
        place, brand, trade, form = one.parts
        return _named(one, place + _slip(rng, brand, _CHARACTERS) + trade + form)
    first, *rest = one.parts
    return _named(one, " ".join([_slip(rng, first, "aeiounrst"), *rest]))


def _place_in_brackets(_rng: random.Random, one: Organisation) -> Organisation:
    place, brand, trade, form = one.parts
    return _named(one, f"{brand}{trade}({place}){form}")


def _pinyin(_rng: random.Random, one: Organisation) -> Organisation:
    place, brand, trade, _form = one.parts
    words = ("".join(lazy_pinyin(part)).capitalize() for part in (place, brand, trade))
    return _named(one, f"{' '.join(words)} Co., Ltd.")


def _words_swapped(_rng: random.Random, one: Organisation) -> Organisation:
    *words, form = one.parts
    return _named(one, " ".join([*reversed(words), form]))


def _registry_id_only(_rng: random.Random, one: Organisation) -> Organisation:
    return Organisation("", registry_id=one.registry_id, country=one.country)


def _name_and_city_only(_rng: random.Random, one: Organisation) -> Organisation:
    return Organisation(one.name, country=one.country, city=one.city)


Way = Callable[[random.Random, Organisation], Organisation]
WAYS_CHINESE: dict[str, Way] = {
    "another legal form or none": _other_form,
    "traditional characters": _traditional,
    "full width": _full_width,
    "one slip": _one_slip,
    "place in brackets": _place_in_brackets,
    "pinyin": _pinyin,
    "registry id only": _registry_id_only,
    "name and city only": _name_and_city_only,
}
WAYS_LATIN: dict[str, Way] = {
    "another legal form or none": _other_form,
    "full width": _full_width,
    "one slip": _one_slip,
    "words swapped": _words_swapped,
    "name and city only": _name_and_city_only,
}

HOSTILE: dict[str, str] = {
    "a megabyte of one character": "华" * 1_000_000,
    "a megabyte of Latin words": "pump valve " * 95_000,
    "a megabyte of mixed text": "上海华鑫 Pump，" * 90_000,
    "control characters": "\x00\x01\x02\x1b[31m\x7f" * 50,
    "control characters in a name": "上\x00海\x08华\x1f鑫泵业\x7f有限公司",
    "marks of direction": "\u202e\u200f\u2067司公限有\u2069\u202c" * 20,
    "joiners and no-width spaces": "华\u200d鑫\u200b泵\ufeff业" * 40,
    "emoji": "🏭🔧👩‍🔧" * 60,
    "accents piled up": "Z" + "\u0301\u0327\u0310" * 90 + "algo",
    "two hundred words": " ".join(f"token{number}" for number in range(200)),
    "two hundred frequent words": " ".join(LATIN_TRADES * 8),
    "Chinese legal forms only": "".join(CHINESE_FORMS) * 12,
    "Latin legal forms only": "Co. Ltd. GmbH Inc. LLC S.p.A. B.V. " * 10,
    "trades only": "".join(TRADES)[:300],
    "places only": "".join(CITIES),
    "one frequent character": "华",
    "one letter": "a",
    "punctuation only": "（）()[]{}·-—_/\\|\"'`~!@#$%^&*" * 10,
    "brackets in brackets": "(" * 150 + "华鑫" + ")" * 150,
    "digits only": "0123456789" * 30,
    "wildcards": "%_%_*?" * 50,
    "Arabic and Hebrew": "شركة المضخات חברת משאבות " * 12,
}
