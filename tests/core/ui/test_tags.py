"""The template tags: what people read, escaped, in their language and zone."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template, engines
from django.utils import timezone, translation
from djmoney.money import Money

from core.access.actor import Actor
from core.ui import statuses, wording
from core.ui.countries import country_choices, country_name

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    monkeypatch.setattr("core.clock.now", lambda: NOW)


def render(source, rf=None, **context):
    if rf is not None:
        context["request"] = rf
    return engines["django"].from_string(source).render(context).strip()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (NOW - timedelta(seconds=20), "just now"),
        (NOW - timedelta(hours=3, minutes=40), "3 hours ago"),
        (NOW + timedelta(days=2, hours=5), "in 2 days"),
        (NOW - timedelta(days=40), "Jan. 29, 2026"),
        (date(2026, 1, 2), "Jan. 2, 2026"),
    ],
)
def test_times_are_relative_within_a_week_and_dates_beyond(value, shown):
    assert wording.moment(value).text.replace("\xa0", " ") == shown


def test_exact_time_is_in_the_readers_zone():
    with timezone.override(zoneinfo.ZoneInfo("Asia/Shanghai")):
        shown = wording.moment(datetime(2026, 3, 1, 20, 0, tzinfo=UTC))
    assert shown.exact == "March 2, 2026, 4 a.m. (CST)"
    assert shown.machine == "2026-03-02T04:00:00+08:00"


@pytest.mark.parametrize(
    ("value", "text", "tone"),
    [
        (NOW + timedelta(days=40), "40 days left", "success"),
        (NOW + timedelta(days=14), "14 days left", "warning"),
        (NOW + timedelta(days=1), "1 day left", "danger"),
        (NOW + timedelta(hours=2), "ends today", "danger"),
        (NOW - timedelta(hours=2), "ended today", "neutral"),
        (NOW - timedelta(days=3), "ended 3 days ago", "neutral"),
        (date(2026, 3, 10), "ends today", "danger"),
    ],
)
def test_days_left_say_how_near_the_end_is(value, text, tone):
    assert wording.remaining(value) == (text, tone)


def test_money_names_its_currency_and_shows_cents_only_where_there_are_any():
    assert "CNY</span> 1,234,567<" in render("{% money value %}", value=Money("1234567", "CNY"))
    assert "EUR</span> 12.50<" in render("{% money value %}", value=Money("12.5", "EUR"))
    assert render("{% money value %}", value=None) == '<span class="nothing">—</span>'
    assert "0<" in render("{% money value %}", value=Decimal(0))


@pytest.mark.parametrize(
    ("language", "number", "shown"),
    [
        ("en", 1_250_000, "1.2M"),
        ("en", 340, "340"),
        ("zh-hans", 1_250_000, "125万"),
        ("zh-hant", 340_000, "34萬"),
    ],
)
def test_big_numbers_are_shortened_as_the_language_does(language, number, shown):
    with translation.override(language):
        assert wording.compact_number(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anna Berg", "AB"),
        ("王小明", "小明"),
        ("Anna", "A"),
        ("", "?"),
        ("渠道經理（台灣）", "經理"),
        ("Sales (East)", "S"),
    ],
)
def test_initials(name, shown):
    assert wording.initials(name) == shown


@pytest.mark.parametrize(
    "source",
    [
        "{% status 'approved' text %}",
        "{% person text %}",
        "{% facts pairs %}",
        "{% timeline entries %}",
        "{% empty_state 'inbox' text text '/' text %}",
        "{% back '/' text %}",
        "{% icon text %}",
        "{{ text|reference }}",
        "{{ text|country }}",
        "{% confirm id='x' action='/' title=text label=text text=text %}",
    ],
)
def test_text_of_people_is_escaped(rf, source):
    entry = SimpleNamespace(
        event=SimpleNamespace(pk=1),
        label=HOSTILE,
        at=NOW,
        by=HOSTILE,
        facts=[(HOSTILE, HOSTILE)],
        tone="info",
        icon="x",
    )
    html = render(
        source, rf=rf.get("/"), text=HOSTILE, pairs=[(HOSTILE, HOSTILE)], entries=[entry], csrf_token="token"
    )
    assert "<script" not in html
    assert "&lt;" in html


def test_timeline_shows_the_newest_first():
    entries = [
        SimpleNamespace(
            event=SimpleNamespace(pk=day),
            label=f"day {day}",
            at=NOW - timedelta(days=day),
            by="",
            facts=[],
            tone="",
            icon="",
        )
        for day in (3, 1, 2)
    ]
    html = render("{% timeline entries %}", entries=entries)
    assert html.index("day 1") < html.index("day 2") < html.index("day 3")


def test_reference_is_printed_in_groups():
    assert render("{{ ref|reference }}", ref="7KQ2M9XRT4HD") == "7KQ2-M9XR-T4HD"


def test_may_asks_the_grant_and_the_read_only_flag():
    source = "{% if actor|may:'registrations.file' %}yes{% endif %}"
    holder = Actor(user_id=1, permissions=frozenset({"registrations.file"}))
    assert render(source, actor=holder) == "yes"
    assert render(source, actor=holder.seen_by(2)) == ""
    assert render(source, actor=Actor(user_id=1)) == ""


def test_query_keeps_what_is_there_and_leaves_the_export_out(rf):
    request = rf.get("/?q=a%26b&export=csv&page=3")
    html = Template("{% query page=4 %}|{% query page='' %}|{% query_without 'q' %}").render(
        Context({"request": request})
    )
    assert html == "?q=a%26b&amp;page=4|?q=a%26b|?"


def test_title_stands_in_the_heading_too(rf, db):
    source = "{% extends 'errors/_error.html' %}{% block title %}Over here{% endblock %}"
    html = engines["django"].from_string(source).render({}, rf.get("/"))
    assert "<title>Over here ·" in html and "<h1>Over here</h1>" in html


def test_countries_are_named_in_the_readers_language():
    with translation.override("zh-hant"):
        assert country_name("de") == "德國"
    assert country_name("DE") == "Germany"
    assert country_name("??") == "??"
    codes = [code for code, _name in country_choices()]
    assert codes[:2] == ["CN", "TW"] and len(codes) == len(set(codes)) and len(codes) > 190


def test_unknown_state_is_neutral_and_apps_register_theirs():
    assert statuses.look_of("nobody knows").tone == "neutral"
    statuses.register(offered_for_test=("accent", "send"))
    assert statuses.look_of("offered_for_test") == ("accent", "send")
