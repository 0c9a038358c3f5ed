"""Normal forms: what is taken off a name, what is left, and that doing it twice changes nothing."""

import unicodedata

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.search.folding import fold, unify
from crm.identity.gazetteer import Place, place_of
from crm.identity.normal import normalise, split_kind
from crm.identity.reach import domain_of, phone_of
from crm.identity.registry_ids import parse, problem_with

S2T = opencc.OpenCC("s2t")
CHINESE = "华星泵业恒泰轴承科技东升远大机械制造宏图新材料天工液压上海北京苏州江苏台湾国际贸易"
LEGAL_FORMS = [
    "有限公司",
    "股份有限公司",
    "有限责任公司",
    "（有限合伙）",
    " Co., Ltd.",
    " GmbH",
    " Inc",
    " S.p.A.",
    " 有限公司",
]

chinese_names = st.text(alphabet=CHINESE, min_size=2, max_size=10)
latin_names = st.lists(
    st.text(alphabet="abcdefghijklmnoprstuvw", min_size=2, max_size=9), min_size=1, max_size=4
).map(" ".join)
names = st.one_of(chinese_names, latin_names)


@pytest.mark.parametrize(
    ("name", "core", "place"),
    [
        ("上海华星泵业有限公司", "华星泵业", Place("CN", "上海", "shanghai")),
        ("上海市華星泵業股份有限公司", "华星泵业", Place("CN", "上海", "shanghai")),
        ("华星泵业（苏州）有限公司", "华星泵业", Place("CN", "江苏", "suzhou")),
        ("江苏省苏州市恒泰轴承有限公司", "恒泰轴承", Place("CN", "江苏", "suzhou")),
        ("台灣恆泰軸承股份有限公司", "恒泰轴承", Place("TW", "台湾")),
        ("西门子（中国）有限公司", "西门子", Place("CN")),
        ("Huaxing Pump (Shanghai) Co., Ltd.", "huaxing pump", Place("CN", "上海", "shanghai")),
        ("Müller Pumpen GmbH & Co. KG", "muller pumpen", Place()),
        ("Rossi Valvole S.p.A.", "rossi valvole", Place()),
        ("ABB Sp. z o.o.", "abb", Place()),
        ("ＡＢＣ　ＰＵＭＰＳ　ＬＴＤ", "abc pump", Place()),
        ("The Acme Company", "acme", Place()),
        ("Acme, Inc.", "acme", Place()),
        ("美商艾默生股份有限公司", "艾默生", Place()),
    ],
)
def test_normal_form_takes_legal_form_and_place_off(name, core, place):
    normal = normalise(name)
    assert (normal.core, normal.place) == (core, place)


def test_place_stays_where_nothing_telling_would_be_left():
    assert normalise("上海电气股份有限公司").core == "上海电气"
    assert normalise("北京大学").core == "北京大学"
    assert normalise("Shanghai Electric Group").core == "shanghai elec grp"


@pytest.mark.parametrize(
    ("name", "core", "branch"),
    [
        ("上海华星泵业有限公司南京分公司", "华星泵业", "nanjing"),
        ("华星泵业南京分公司", "华星泵业", "nanjing"),
        ("Foo Tools Ltd. Nanjing Branch", "foo tool", "nanjing"),
        ("华星泵业有限公司分公司", "华星泵业", "*"),
    ],
)
def test_branch_is_known_as_one(name, core, branch):
    normal = normalise(name)
    assert (normal.core, normal.branch) == (core, branch)


def test_brand_and_trade_are_told_apart():
    assert split_kind("华星泵业") == ("华星", "泵业")
    assert split_kind("muller pumpen valves") == ("muller pumpen", "valves")
    assert split_kind("国际贸易") == ("国际贸易", "")


@pytest.mark.parametrize(
    "name", ["", " ", "有限公司", "Co., Ltd.", "🎉🎊", "\u202e\u200f", "!!!", "(有限合伙)"]
)
def test_nothing_telling_gives_an_empty_core(name):
    assert not normalise(name)


@pytest.mark.parametrize(
    "name",
    [
        "a" * 1_000_000,
        "华" * 1_000_000,
        "x " * 500_000,
        "(" * 100_000,
        "ﷺ" * 50_000,
        "e\u0301" * 100_000,
        "\x00" * 999,
    ],
)
def test_hostile_names_give_a_short_core(name):
    assert len(normalise(name).core) <= 120


@settings(max_examples=300)
@given(st.one_of(names, st.text(max_size=60)))
def test_normalising_twice_is_normalising_once(name):
    once = normalise(name).core
    assert normalise(once).core == once


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(text):
    assert unify(unify(text)) == unify(text)
    assert fold(fold(text)) == fold(text)


@given(names)
def test_width_and_case_change_nothing(name):
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name)
    assert normalise(wide) == normalise(name) == normalise(name.upper()) == normalise(name.title())
    assert normalise(unicodedata.normalize("NFD", name)) == normalise(name)


@given(chinese_names)
def test_script_changes_nothing(name):
    assert normalise(S2T.convert(name)) == normalise(name)


@given(names, st.sampled_from(LEGAL_FORMS))
def test_legal_form_changes_nothing(name, form):
    assert normalise(name + form) == normalise(name)


@given(names, st.sampled_from([".", ",", "。", "、", "!", "·", "-", "*", '"', " "]))
def test_punctuation_at_the_ends_and_for_spaces_changes_nothing(name, sign):
    assert normalise(sign + name + sign) == normalise(name)
    assert normalise(name.replace(" ", f"{sign} ")) == normalise(name)


@pytest.mark.parametrize(
    ("city", "country", "expected"),
    [
        ("苏州市", "CN", Place("CN", "江苏", "suzhou")),
        ("江苏省苏州市工业园区", "", Place("CN", "江苏", "suzhou")),
        ("臺北市", "TW", Place("TW", "台湾", "taipei")),
        ("Taipei City", "TW", Place("TW", "台湾", "taipei")),
        ("Munich", "DE", Place("DE", "", "munchen")),
        ("München", "DE", Place("DE", "", "munchen")),
        ("Kleinkleckersdorf", "DE", Place("DE", "", "kleinkleckersdorf")),
        ("", "DE", Place("DE")),
        ("", "", Place()),
    ],
)
def test_place_of_the_fields_of_a_form(city, country, expected):
    assert place_of(city, country) == expected


def test_cities_that_sound_alike_contradict_each_other_only_in_chinese():
    suzhou_jiangsu, suzhou_anhui = place_of("苏州", "CN"), place_of("宿州", "CN")
    assert suzhou_jiangsu.contradicts(suzhou_anhui)
    assert not place_of("Suzhou", "CN").contradicts(suzhou_jiangsu)
    assert not place_of("Suzhou", "CN").contradicts(suzhou_anhui)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.huaxing-pumps.com.cn/about", "huaxing-pumps.com.cn"),
        ("sales@mail.huaxing-pumps.com.cn", "huaxing-pumps.com.cn"),
        ("HUAXING-PUMPS.COM.CN", "huaxing-pumps.com.cn"),
        ("somebody@163.com", ""),
        ("somebody@GMAIL.com", ""),
        ("shop.taobao.com", ""),
        ("someone.github.io", ""),
        ("no domain", ""),
        ("http://[::1", ""),
        ("10.0.0.1", ""),
        ("", ""),
    ],
)
def test_domain_leaves_out_free_mail_and_shared_ones(text, domain):
    assert domain_of(text) == domain


def test_phones_are_the_same_however_written():
    assert phone_of("021-5555 1234", "CN") == phone_of("+86 (21) 55551234") == "+862155551234"
    assert phone_of("12345") == ""


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("91310115591619427J", "CN", None),
        ("22099131", "TW", "ubn:TW:22099131"),
        ("統一編號：22099131", "", "ubn:TW:22099131"),
        ("TW22099131", "", "ubn:TW:22099131"),
        ("DE 136 695 976", "", "vat:DE:136695976"),
        ("136695976", "DE", "vat:DE:136695976"),
        ("DUNS 15-048-3782", "", "duns::150483782"),
        ("22099132", "TW", None),
        ("12", "", None),
    ],
)
def test_registry_ids_are_recognised_and_checked(text, country, key):
    found = parse(text, country)
    assert (found.key if found else None) == key


def test_mainland_id_with_a_fitting_check_digit_is_recognised():
    from stdnum.cn import uscc

    compact = "9131011559161942" + "7"
    number = compact + uscc.calc_check_digit(compact)
    assert parse(f"统一社会信用代码 {number}").key == f"uscc:CN:{number}"
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert parse(wrong) is None
    assert problem_with(wrong, "CN")
    assert not problem_with(number, "CN")


def test_unknown_kinds_of_ids_are_let_through():
    assert problem_with("HRB 12345", "DE") == ""
    assert problem_with("", "CN") == ""
    assert problem_with("DE136695977")
