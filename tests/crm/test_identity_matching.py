"""Matching against what is kept: levels, evidence, groups, bounds."""

import time

import pytest
from django.utils import timezone, translation

from crm import identity
from crm.identity import Candidate, Evidence
from crm.identity.candidates import profile_of
from crm.identity.keys import asked_keys, keys_of
from crm.identity.matching import CAP, _look_up
from crm.identity.models import Alias, MatchKey, MatchRecord
from crm.identity.words import CODES, explain, level_words

pytestmark = pytest.mark.django_db

HUAXING = Candidate(
    "上海华星泵业有限公司",
    "Huaxing Pump",
    registry_id="22099131",
    website="www.huaxing-pumps.cn",
    phone="021-55551234",
    country="CN",
    city="上海",
)


def keep(organisation_id, candidate, *, group_id=None, is_known=True):
    identity.index(organisation_id, candidate, group_id=group_id or organisation_id, is_known=is_known)


def levels(candidate, **options):
    return [(match.organisation_id, match.level) for match in identity.find_matches(candidate, **options)]


@pytest.fixture
def huaxing(db):
    keep(1, HUAXING)
    return 1


@pytest.mark.parametrize(
    "typed",
    [
        Candidate("Something Else", registry_id="22 09 91 31", country="TW"),
        Candidate("", registry_id="統編 22099131"),
    ],
)
def test_same_registry_id_is_l1_whatever_the_name(huaxing, typed):
    assert levels(typed) == [(1, "L1")]


def test_same_domain_is_l2(huaxing):
    assert levels(Candidate("Something Else", website="http://huaxing-pumps.cn")) == [(1, "L2")]
    assert levels(Candidate("Something Else", email="a@mail.huaxing-pumps.cn")) == [(1, "L2")]


@pytest.mark.parametrize(
    "name",
    [
        "上海華星泵業股份有限公司",
        "华星泵业",
        "上海市华星泵业有限责任公司",
        "华星泵业（上海）有限公司",
        "HUAXING PUMP CO., LTD.",
        "上海 华星 泵业 有限公司",
    ],
)
def test_equal_normal_name_is_l3(huaxing, name):
    assert levels(Candidate(name)) == [(1, "L3")]


def test_two_different_places_make_it_l4_and_hold_nothing(huaxing):
    (match,) = identity.find_matches(Candidate("北京华星泵业有限公司"))
    assert (match.level, match.verdict) == ("L4", "possible")
    assert "place.region" in {row.code for row in match.evidence}


def test_another_registry_id_makes_it_l4(huaxing):
    (match,) = identity.find_matches(Candidate("上海华星泵业有限公司", registry_id="04595257", country="TW"))
    assert (match.level, match.verdict) == ("L4", "possible")
    assert "registry.differs" in {row.code for row in match.evidence}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("南京恒太轴承有限公司", "slip.sound"),
        ("南京恒恒泰轴承有限公司", "slip.double"),
        ("Heng Tai Zhou Cheng You Xian Gong Si", "read.whole"),
        ("Nanjing Hengtai Bearing Co., Ltd.", "read.brand"),
        ("恒泰（南京）轴承", "name.equal"),
    ],
)
def test_misspelt_name_holds_with_its_reason(db, name, code):
    keep(2, Candidate("南京恒泰轴承有限公司", city="南京", country="CN"))
    (match,) = identity.find_matches(Candidate(name, city="南京", country="CN"))
    assert match.holds
    assert [row for row in match.evidence if row.code.startswith(code)], match.evidence


def test_short_form_is_found(db):
    keep(2, Candidate("中国石油化工股份有限公司", city="北京", country="CN"))
    (match,) = identity.find_matches(Candidate("中石化", city="北京", country="CN"))
    assert match.level == "L4"
    assert "short." in match.evidence[0].code or "short." in "".join(row.code for row in match.evidence)


@pytest.mark.parametrize(
    "name",
    [
        "上海远大轴承有限公司",
        "上海泵业有限公司",
        "Rotterdam Tulips B.V.",
        "华星餐饮管理有限公司",
        "上海华远泵业有限公司",
    ],
)
def test_other_companies_hold_nothing(huaxing, name):
    assert not [
        match for match in identity.find_matches(Candidate(name, country="CN", city="上海")) if match.holds
    ]


def test_free_mail_and_shared_domains_are_no_evidence(db):
    keep(1, Candidate("Alpha Tools", email="alpha@163.com"))
    for number in range(2, 12):
        keep(number, Candidate(f"Agency Client {number * 7919}", website="agency.example.net"))
    assert levels(Candidate("Zeta", email="zeta@163.com")) == []
    found = identity.find_matches(Candidate("Zeta", website="agency.example.net"))
    assert not [match for match in found if match.holds]


def test_members_of_the_group_follow_as_l5(huaxing):
    keep(2, Candidate("Totally Different Holding"), group_id=1)
    assert levels(Candidate("上海华星泵业有限公司")) == [(1, "L3"), (2, "L5")]


def test_branch_and_head_office_are_l5(huaxing):
    assert levels(Candidate("上海华星泵业有限公司南京分公司")) == [(1, "L5")]
    keep(2, Candidate("远大轴承有限公司苏州分公司"))
    assert levels(Candidate("远大轴承有限公司")) == [(2, "L5")]


def test_equal_names_in_several_places_are_doubtful_without_a_place(huaxing):
    keep(2, Candidate("北京华星泵业有限公司"))
    found = identity.find_matches(Candidate("华星泵业"))
    assert [match.level for match in found] == ["L4", "L4"]
    assert (2, "L3") in levels(Candidate("华星泵业", city="北京"))


def test_alias_is_l3_and_survives_indexing_again(huaxing):
    assert identity.add_alias(1, "Shooting Star Pumps", source="decision", at=timezone.now())
    assert not identity.add_alias(1, "Shooting Star Pumps Ltd", source="decision", at=timezone.now())
    keep(1, HUAXING)
    (match,) = identity.find_matches(Candidate("SHOOTING STAR PUMPS GmbH"))
    assert (match.level, match.evidence[0].code) == ("L3", "name.alias")
    assert match.evidence[0].theirs == "shooting star pump"


def test_customer_number_typed_as_registry_id_is_l1(db):
    keep(1, Candidate("Alpha Tools", number="K-10044"))
    assert levels(Candidate("Whatever", registry_id="K 10044")) == [(1, "L1")]


def test_indexing_again_forgets_what_was_before(huaxing):
    keep(1, Candidate("远大轴承有限公司"))
    assert levels(HUAXING) == []
    assert levels(Candidate("远大轴承")) == [(1, "L3")]


def test_unindexed_is_not_found(huaxing):
    identity.unindex(1)
    assert levels(HUAXING) == []
    assert not (MatchRecord.objects.exists() or MatchKey.objects.exists() or Alias.objects.exists())


def test_index_many_equals_indexing_one_by_one(db):
    candidates = [HUAXING, Candidate("远大轴承有限公司"), Candidate("Alpha Tools GmbH", website="alpha.de")]
    for number, candidate in enumerate(candidates, 1):
        keep(number, candidate)
    one_by_one = set(MatchKey.objects.values_list("entry", flat=True))
    MatchKey.objects.all().delete()
    MatchRecord.objects.all().delete()
    assert identity.index_many((n, c, n, True) for n, c in enumerate(candidates, 1)) == 3
    assert set(MatchKey.objects.values_list("entry", flat=True)) == one_by_one


def test_same_number_of_queries_for_one_match_as_for_three(huaxing, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert len(identity.find_matches(HUAXING)) == 1
    keep(2, HUAXING)
    keep(3, HUAXING)
    with django_assert_num_queries(3):
        assert len(identity.find_matches(HUAXING)) == 3


def test_limit_and_exclude_are_kept(huaxing):
    for number in range(2, 20):
        keep(number, HUAXING)
    assert len(identity.find_matches(HUAXING, limit=4)) == 4
    assert 1 not in [match.organisation_id for match in identity.find_matches(HUAXING, exclude={1}, limit=50)]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "有限公司",
        "🎉",
        "a" * 1_000_000,
        "泵 " * 100_000,
        "\x00\u202e",
        "' OR 1=1 --",
        "%_%",
        "科技 国际 贸易 " * 40,
    ],
)
def test_hostile_candidates_get_a_quick_clear_answer(huaxing, name):
    keep(
        2, Candidate(name, city=name[:5000], registry_id=name[:5000], website=name[:5000], phone=name[:5000])
    )
    began = time.monotonic()
    found = identity.find_matches(Candidate(name, city=name, website=name, email=name, registry_id=name))
    assert time.monotonic() - began < 1.0
    assert len(found) <= 10


def test_every_evidence_has_words_in_every_language():
    for code in CODES:
        evidence = Evidence(code, "ours", "theirs")
        for language in ("en", "zh-hans", "zh-hant"):
            with translation.override(language):
                # where somebody is stands beside the reason, in the reader's words
                assert ("ours" in explain(evidence)) != code.startswith(("place.", "named."))
                assert explain(Evidence("unheard.of")) not in explain(evidence)
    assert level_words("L1") == "Same registry id"


@pytest.mark.parametrize(
    "on",
    ["whatever the tests run on", pytest.param("PostgreSQL", marks=pytest.mark.postgres)],
)
def test_the_database_gives_each_key_what_a_dictionary_would(db, on):
    """What follows the look-up is pure: so the answers are the same on every database."""
    kept = [
        Candidate(f"上海华星{trade}有限公司", city="上海", country="CN") for trade in ("泵业", "轴承", "科技")
    ] * 30
    kept += [
        Candidate(f"Hydra {word} Inc.", website="hydra.example.com") for word in ("Pumps", "Valves", "Steel")
    ]
    by_key: dict = {}
    for organisation_id, candidate in enumerate(kept, 1):
        keep(organisation_id, candidate)
        for key in keys_of(profile_of(candidate)):
            by_key.setdefault(key, []).append(organisation_id)
    for candidate in (*kept[:3], *kept[-3:], Candidate("华星泵"), Candidate("Hidra Pump"), Candidate("")):
        asked = asked_keys(profile_of(candidate))
        assert _look_up(asked) == {key: by_key.get(key, [])[: CAP + 1] for key in asked}
