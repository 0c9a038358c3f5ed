"""What must hold of matching for any two organisations: comparison, keys and what is kept."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.identity.candidates import Candidate, profile_of
from crm.identity.keys import asked_keys, entries, hashed, keys_of
from crm.identity.matching import judge
from crm.identity.normal import normalise
from crm.identity.profiles import Profile, unpack
from crm.identity.scoring import score, weights

BRANDS = "华星恒泰远大金鑫东联海宁康瑞德"
TRADES = ("泵业", "轴承", "科技", "商贸", "机械设备", "房地产开发", "电线电缆", "")
PLACES = ("", "上海", "南京", "苏州", "广州", "临海市", "安平县")
FORMS = ("", "有限公司", "股份有限公司", "有限责任公司", "集团有限公司")
LATIN = (
    "hydra",
    "pump",
    "north",
    "falcon",
    "systems",
    "steel",
    "group",
    "delta",
    "valve",
    "of",
    "technology",
)
LATIN_FORMS = ("", " inc", " LLC", " Co., Ltd.", " GmbH", " corporation")

chinese_names = st.builds(
    lambda place, brand, trade, form: f"{place}{brand}{trade}{form}",
    st.sampled_from(PLACES),
    st.text(alphabet=BRANDS, min_size=2, max_size=4),
    st.sampled_from(TRADES),
    st.sampled_from(FORMS),
)
latin_names = st.builds(
    lambda words, form: " ".join(words) + form,
    st.lists(st.sampled_from(LATIN), min_size=1, max_size=4),
    st.sampled_from(LATIN_FORMS),
)
names = st.one_of(chinese_names, latin_names)
USCC = ("91310115760578454R", "91320594MA1MYXBM0G")
candidates = st.builds(
    Candidate,
    name=names,
    other_name=st.one_of(st.just(""), names),
    registry_id=st.sampled_from(("", "22099131", "04595257")),
    website=st.sampled_from(("", "hydra.example.com", "falcon.example.com")),
    phone=st.sampled_from(("", "021-55551234", "+886 2 2345 6789")),
    country=st.sampled_from(("", "CN", "TW", "US")),
    city=st.sampled_from(("", "上海", "苏州", "Boston")),
)


def total(one: Profile, other: Profile, **options) -> float:
    return score(one, other, **options).total


@given(candidates, candidates)
def test_scores_are_symmetric(one, other):
    first, second = profile_of(one), profile_of(other)
    assert total(first, second) == total(second, first)
    ours, theirs = judge(first, second), judge(second, first)
    assert (ours and (ours.level, ours.verdict, ours.score)) == (
        theirs and (theirs.level, theirs.verdict, theirs.score)
    )


@given(candidates)
def test_what_is_kept_is_what_was_packed(candidate):
    profile = profile_of(candidate)
    assert unpack(profile.packed()) == profile
    assert keys_of(unpack(profile.packed())) == keys_of(profile)


@given(candidates)
def test_every_organisation_with_a_name_asks_for_its_own_keys(candidate):
    """Whoever types exactly what is kept finds it."""
    profile = profile_of(candidate)
    kept = {hashed(key) for key in keys_of(profile)}
    asked = {hashed(key) for key in asked_keys(profile)}
    assert kept & asked or not kept


@given(names, st.sampled_from(FORMS[1:4] + LATIN_FORMS[1:]), candidates)
def test_the_legal_form_changes_no_answer(name, form, other):
    theirs = profile_of(other)
    plain = profile_of(Candidate(name))
    same_script = any("\u4e00" <= sign <= "\u9fff" for sign in name) == any(
        "\u4e00" <= sign <= "\u9fff" for sign in form
    )
    if same_script and plain.names:
        formal = profile_of(Candidate(name + form))
        assert total(formal, theirs) == total(plain, theirs)


@given(
    chinese_names,
    candidates,
    st.sampled_from((str.upper, str.title, lambda text: f" {text}。", lambda text: f"“{text}”")),
)
def test_case_width_and_punctuation_change_no_answer(name, other, written):
    theirs = profile_of(other)
    assert total(profile_of(Candidate(written(name))), theirs) == total(profile_of(Candidate(name)), theirs)
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name)
    assert total(profile_of(Candidate(wide)), theirs) == total(profile_of(Candidate(name)), theirs)


@given(chinese_names, candidates)
def test_the_script_changes_no_answer(name, other):
    import opencc

    traditional = opencc.OpenCC("s2t").convert(name)
    theirs = profile_of(other)
    assert total(profile_of(Candidate(traditional)), theirs) == total(profile_of(Candidate(name)), theirs)


@given(candidates, candidates)
def test_agreeing_evidence_never_lowers_a_score(one, other):
    first, second = profile_of(one), profile_of(other)
    before = total(first, second)
    for more in ({"domains": {"shared.example.net"}}, {"phones": {"+862155550000"}}):
        fields = {
            field: getattr(first, field) | values if hasattr(first, field) else values
            for field, values in more.items()
        }
        wider = Profile(
            first.names,
            first.ids,
            first.numbers,
            fields.get("domains", first.domains),
            fields.get("phones", first.phones),
            first.place,
        )
        widest = Profile(
            second.names,
            second.ids,
            second.numbers,
            second.domains | more.get("domains", set()),
            second.phones | more.get("phones", set()),
            second.place,
        )
        assert total(wider, widest) >= before


@given(candidates, candidates)
def test_a_conflicting_registry_id_never_raises_a_score_and_overturns_an_equal_name(one, other):
    def with_id(candidate: Candidate, registry_id: str) -> Profile:
        fields = {name: getattr(candidate, name) for name in candidate.__slots__}
        return profile_of(Candidate(**{**fields, "registry_id": registry_id, "country": ""}))

    without = total(with_id(one, ""), with_id(other, ""))
    against = judge(with_id(one, "22099131"), with_id(other, "04595257"))
    assert total(with_id(one, "22099131"), with_id(other, "04595257")) <= without
    assert against is None or not against.holds or against.level == "L2" or without > 5


@given(candidates, st.integers(1, 2**32 - 1))
def test_the_keys_of_an_organisation_carry_its_id(candidate, organisation_id):
    assert all(
        entry & (2**32 - 1) == organisation_id for entry in entries(profile_of(candidate), organisation_id)
    )


def test_an_id_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="32 bits"):
        entries(profile_of(Candidate("Hydra Pumps")), 2**32)


def test_every_weight_that_speaks_for_by_its_nature_does_so():
    for values in weights().sets.values():
        for code, weight in values.items():
            if code.startswith(
                ("registry.same", "number.same", "domain.same", "phone.same", "label.", "place.same")
            ):
                assert weight >= 0, code
            if code.startswith(("registry.differs", "domain.differs", "phone.differs", "place.country")):
                assert weight <= 0, code


@settings(max_examples=60)
@given(st.text(max_size=400))
def test_any_text_is_normalised_and_packed(text):
    name = normalise(text)
    assert normalise(name.text).core == name.core
    profile = profile_of(
        Candidate(text, other_name=text, city=text, website=text, phone=text, registry_id=text)
    )
    assert unpack(profile.packed()) == profile


HOSTILE = (
    "",
    "有限公司",
    "股份有限公司 集团 有限责任公司",
    "🎉🎊",
    "a" * 1_000_000,
    "泵" * 1_000_000,
    "泵 " * 100_000,
    "(" * 50_000 + ")" * 50_000,
    "（" * 3000 + "上海" + "）" * 3000,
    "\x00\u202e\u200f\u2066abc\u2069",
    "科技 国际 贸易 " * 40,
    " ".join(f"word{number}" for number in range(200)),
    "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 20,
    "dba dba dba / d/b/a " * 200,
    "上海" * 500 + "分公司" * 200,
    "ﷺ" * 500,
    "’" * 2000,
    "%_' OR 1=1 --",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_take_bounded_time(text):
    """Normalising, keys and forty comparisons of the worst with the worst, in the engine alone."""
    profile_of(Candidate("warm up 暖身"))
    candidate = Candidate(
        text, other_name=text, city=text, address=text, website=text, phone=text, registry_id=text
    )
    began = time.process_time()
    profile = profile_of(candidate)
    keys = asked_keys(profile)
    for _one in range(40):
        judge(profile, unpack(profile.packed()))
    spent = time.process_time() - began
    assert len(keys) <= 72
    assert spent < 0.25, (
        f"{spent:.3f} s of CPU"
    )  # the promise of 50 ms is measured by the bench on a quiet machine
