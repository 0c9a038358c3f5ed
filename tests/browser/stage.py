"""The stage of the walks: the cast in one language, with names and texts of that language."""

from dataclasses import dataclass
from types import SimpleNamespace

from crm.accounts.models import Account
from crm.catalog.models import ProductFamily, ProductLine
from crm.opportunities.models import Stage
from crm.territories.models import Territory
from partners.models import Partner, Tier

LANGUAGES = ("en", "zh-hans", "zh-hant")


@dataclass(frozen=True)
class Words:
    """What people of one language type and are called."""

    known: str
    typed: str
    customer: str
    rival_spelling: str
    city: str
    address: str
    project: str
    contact: str
    description: str
    asked: str
    note: str
    explanation: str
    activity: str
    own_opportunity: str
    people: dict
    firms: tuple[str, str, str]
    places: tuple[str, str, str, str, str]
    lines: tuple[str, str, str]


ENGLISH = Words(
    known="Harbour Water Works Co., Ltd.",
    typed="Harbour",
    customer="Yangtze Chemical Industries Co., Ltd.",
    rival_spelling="Yangtze Chemical Industries Company Limited",
    city="Shanghai",
    address="1 Century Avenue",
    project="Pumping station 4",
    contact="Chen Wei",
    description="Four pumps for the new station.",
    asked="Please say how many pumps are needed.",
    note="Known from the fair, a good lead.",
    explanation="We could not verify a relationship with the customer.",
    activity="Visited the site",
    own_opportunity="Spare parts contract",
    people={
        "dealer_sales": "Lin Mei",
        "rival": "Zhou Qiang",
        "channel_manager": "Anna Berg",
        "sales_rep": "Xu Feng",
    },
    firms=("Eastern Machinery", "Northern Trading", "Delta Service"),
    places=("China", "East China", "Shanghai", "North China", "Germany"),
    lines=("Pumps", "Valves", "Drives"),
)
SIMPLIFIED = Words(
    known="港务自来水有限公司",
    typed="港务",
    customer="扬子化工实业有限公司",
    rival_spelling="扬子化工实业有限责任公司",
    city="上海",
    address="世纪大道一号",
    project="四号泵站",
    contact="陈伟",
    description="新泵站需要四台水泵。",
    asked="请说明需要几台水泵。",
    note="展会上认识的客户。",
    explanation="无法核实与客户的关系。",
    activity="拜访现场",
    own_opportunity="备件合同",
    people={"dealer_sales": "林梅", "rival": "周强", "channel_manager": "安娜", "sales_rep": "徐峰"},
    firms=("东方机械", "北方贸易", "三角洲服务"),
    places=("中国", "华东", "上海市", "华北", "德国"),
    lines=("水泵", "阀门", "驱动器"),
)
TRADITIONAL = Words(
    known="港務自來水有限公司",
    typed="港務",
    customer="揚子化工實業有限公司",
    rival_spelling="揚子化工實業有限責任公司",
    city="上海",
    address="世紀大道一號",
    project="四號泵站",
    contact="陳偉",
    description="新泵站需要四台水泵。",
    asked="請說明需要幾台水泵。",
    note="展會上認識的客戶。",
    explanation="無法核實與客戶的關係。",
    activity="拜訪現場",
    own_opportunity="備件合約",
    people={"dealer_sales": "林梅", "rival": "周強", "channel_manager": "安娜", "sales_rep": "徐峰"},
    firms=("東方機械", "北方貿易", "三角洲服務"),
    places=("中國", "華東", "上海市", "華北", "德國"),
    lines=("水泵", "閥門", "驅動器"),
)
WORDS = {"en": ENGLISH, "zh-hans": SIMPLIFIED, "zh-hant": TRADITIONAL}


def dress(words: Words, language: str, people: dict, partners: tuple, places, lines) -> SimpleNamespace:
    """Give everybody and everything the names of one language; return the people, who prefer it."""
    for name, user in people.items():
        user.language = language
        user.full_name = words.people.get(name, user.full_name)
        user.save()
    for partner, name in zip(partners, words.firms, strict=True):
        Account.objects.filter(pk=partner.pk).update(name=name, city=words.city)
    suffix = language.replace("-", "_")
    for place, name in zip(
        (places.china, places.east, places.shanghai, places.north, places.germany), words.places, strict=True
    ):
        Territory.objects.filter(pk=place.pk).update(**{f"name_{suffix}": name})
    for line, name in zip((lines.pumps, lines.valves, lines.drives), words.lines, strict=True):
        ProductLine.objects.filter(pk=line.pk).update(**{f"name_{suffix}": name})
    if language != "en":
        ProductFamily.objects.update(**{f"name_{suffix}": "机械" if suffix.endswith("hans") else "機械"})
        Tier.objects.update(**{f"name_{suffix}": "银牌" if suffix.endswith("hans") else "銀牌"})
        Stage.objects.filter(**{f"name_{suffix}": ""}).update(**{f"name_{suffix}": "阶段"})
    Partner.objects.update(state="active")
    return SimpleNamespace(**people)
