"""Names of organisations that do not exist: place + brand made of syllables + industry + legal form."""
# ruff: noqa: SIM905  (words read better without quotes)

from dataclasses import dataclass, replace
from random import Random

from .territories import City

# simplified, traditional, pinyin
SYLLABLES = [
    tuple(part.split())
    for part in (
        "恒 恆 heng;瑞 瑞 rui;泰 泰 tai;鑫 鑫 xin;盛 盛 sheng;联 聯 lian;创 創 chuang;宏 宏 hong;远 遠 yuan;博 博 bo;"
        "凯 凱 kai;越 越 yue;锦 錦 jin;科 科 ke;达 達 da;信 信 xin;诚 誠 cheng;润 潤 run;源 源 yuan;丰 豐 feng;"
        "昌 昌 chang;隆 隆 long;祥 祥 xiang;嘉 嘉 jia;启 啟 qi;晟 晟 sheng;卓 卓 zhuo;朗 朗 lang;森 森 sen;峰 峰 feng;"
        "岳 岳 yue;澜 瀾 lan;沐 沐 mu;屹 屹 yi;铭 銘 ming;皓 皓 hao;昱 昱 yu;辰 辰 chen;淳 淳 chun;霖 霖 lin;"
        "骏 駿 jun;铠 鎧 kai;睿 睿 rui;弘 弘 hong;璟 璟 jing;翰 翰 han;曜 曜 yao;沃 沃 wo;拓 拓 tuo;砺 礪 li;"
        "崇 崇 chong;钧 鈞 jun;衡 衡 heng;澄 澄 cheng;榕 榕 rong;煜 煜 yu;磐 磐 pan;禾 禾 he;铂 鉑 bo;聿 聿 yu"
    ).split(";")
]
EUROPEAN_HEADS = {
    "DE": "Kal Ver Tor Bel Mar Hol Wend Bruns Ahr Lin Ost Nord Rau Stei Grün Falk Hart Weid Lauf Mühl Roth Eich Birk "
    "Tann Sall Wolf Brand Heid Esch Lohr".split(),
    "NL": "Van Oost Wester Noord Duin Rijn Maas Schel Haver Lind Berk Elzen Wilg Zand Klei Polder Dijk Veld Molen "
    "Brug Kanaal Meer Waal Vecht Amstel Eem Gouw Linge Rotte Zaan".split(),
}
EUROPEAN_TAILS = {
    "DE": "fels nova mond brück tal werk berg hagen stein feld bach hof burg au heim tec ried horst kamp wald "
    "born lau see tor rode egg weiler dorf sund mar".split(),
    "NL": "dijk veld hof stein burg waard horst kamp brink laan poort tec nova mond wijk zicht stad oord berg beek "
    "sluis werf gaard ven akker donk loo haar voort lo".split(),
}

# key, simplified, traditional, English, German, Dutch
INDUSTRIES = [
    tuple(part.strip() for part in line.split("|"))
    for line in """
water|水务|水務|Water Utilities|Wasserwerke|Waterbedrijf
environment|环保科技|環保科技|Environmental Technology|Umwelttechnik|Milieutechniek
chemicals|化工|化工|Chemicals|Chemie|Chemie
pharma|制药|製藥|Pharmaceuticals|Pharma|Farma
food|食品|食品|Foods|Lebensmittel|Voedingsmiddelen
paper|纸业|紙業|Paper|Papierfabrik|Papierfabriek
steel|钢铁|鋼鐵|Steel|Stahlwerk|Staal
mining|矿业|礦業|Mining|Bergbau|Baggerwerken
power|电力|電力|Power|Kraftwerke|Energiecentrale
semiconductors|半导体|半導體|Semiconductors|Halbleiter|Halfgeleiders
materials|新材料|新材料|Advanced Materials|Werkstoffe|Materialen
machinery|机械制造|機械製造|Machinery|Maschinenbau|Machinebouw
shipbuilding|船舶重工|船舶重工|Shipbuilding|Schiffbau|Scheepsbouw
cement|水泥|水泥|Cement|Zementwerk|Cement
brewing|酿造|釀造|Brewing|Brauerei|Brouwerij
textiles|纺织|紡織|Textiles|Textilwerke|Textiel
rubber|橡胶|橡膠|Rubber|Gummiwerke|Rubber
petrochemicals|石化|石化|Petrochemicals|Petrochemie|Petrochemie
building|暖通设备|空調設備|Building Services|Gebäudetechnik|Installatietechniek
logistics|物流装备|物流設備|Logistics Equipment|Fördertechnik|Transporttechniek
automotive|汽车部件|汽車零件|Automotive Parts|Fahrzeugteile|Auto-onderdelen
ports|港务|港務|Port Services|Hafenbetriebe|Havendiensten
glass|玻璃|玻璃|Glass|Glaswerke|Glas
batteries|新能源|新能源|New Energy|Energietechnik|Energietechniek
""".strip().splitlines()
]
LEGAL_FORMS = {
    "CN": ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司"),
    "TW": ("股份有限公司", "股份有限公司", "有限公司"),
    "DE": ("GmbH", "GmbH", "GmbH & Co. KG", "AG"),
    "NL": ("B.V.", "B.V.", "B.V.", "N.V."),
}


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """The names of one organisation. ``core`` is what is left without place and legal form."""

    name: str
    other_name: str
    short: str
    core: str
    slug: str
    industry: str
    city: City


class NameMaker:
    """Makes names whose cores do not repeat. ``long_share``: how many brands have three syllables, 0 to 1."""

    def __init__(self, rng: Random, long_share: float) -> None:
        self.rng = rng
        self.long_share = long_share
        self.cores: set[str] = set()
        self.slugs: set[str] = set()

    def customer(self, city: City) -> OrganisationName:
        """Return a new customer's names in ``city``."""
        while True:
            industry = self.rng.choice(INDUSTRIES)
            made = (self._chinese if city.country in ("CN", "TW") else self._european)(city, industry)
            if made.core not in self.cores:
                self.cores.add(made.core)
                return replace(made, slug=self.free_slug(made.slug))

    def member(self, root: OrganisationName, city: City, branch: bool) -> OrganisationName:
        """Return the names of a branch, or of a subsidiary with the group's brand, in ``city``."""
        if branch:
            suffix, english = ("分公司", "Branch") if city.country == "CN" else ("廠", "Plant")
            if city.country in ("CN", "TW"):
                return replace(
                    root,
                    name=f"{root.name}{city.name}{suffix}",
                    other_name=f"{root.other_name} {city.english} {english}",
                    city=city,
                )
            return replace(
                root,
                name=f"{root.name}, {'Werk' if city.country == 'DE' else 'vestiging'} {city.name}",
                city=city,
            )
        brand, english_brand = root.short, root.slug.split("-")[0].capitalize()
        while True:
            industry = self.rng.choice(INDUSTRIES)
            made = self._named(city, industry, brand, english_brand, english_brand.lower())
            if made.core not in self.cores:
                self.cores.add(made.core)
                return replace(made, slug=self.free_slug(made.slug))

    def _chinese(self, city: City, industry: tuple) -> OrganisationName:
        count = 3 if self.rng.random() < self.long_share else 2
        syllables = self.rng.sample(SYLLABLES, count)
        spelling = "".join(syllable[2] for syllable in syllables)
        written = "".join(syllable[0 if city.country == "CN" else 1] for syllable in syllables)
        return self._named(city, industry, written, spelling.capitalize(), spelling)

    def _european(self, city: City, industry: tuple) -> OrganisationName:
        brand = self.rng.choice(EUROPEAN_HEADS[city.country]) + self.rng.choice(EUROPEAN_TAILS[city.country])
        slug = brand.lower().translate(str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss"}))
        return self._named(city, industry, brand, brand, slug)

    def _named(
        self, city: City, industry: tuple, brand: str, english_brand: str, slug: str
    ) -> OrganisationName:
        key, simplified, traditional, english, german, dutch = industry
        form = self.rng.choice(LEGAL_FORMS[city.country])
        if city.country == "CN":
            core, name = f"{brand}{simplified}", f"{city.name}{brand}{simplified}{form}"
        elif city.country == "TW":
            core = f"{brand}{traditional}"
            name = f"{core}{form}"
        else:
            core = f"{brand} {german if city.country == 'DE' else dutch}"
            name = f"{core} {form}"
        other = (
            f"{english_brand} {english} ({city.english}) Co., Ltd." if city.country in ("CN", "TW") else ""
        )
        return OrganisationName(name, other, brand, core, f"{slug}-{key}", key, city)

    def free_slug(self, slug: str) -> str:
        """Return the slug, numbered where it is taken already."""
        free, number = slug, 2
        while free in self.slugs:
            free, number = f"{slug}{number}", number + 1
        self.slugs.add(free)
        return free
