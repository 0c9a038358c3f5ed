"""What a partner is told of any verdict holds nothing of a rival, and nothing that depends on what it may not hear."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.access.actor import Actor
from deal_registration.conflicts import VerdictClass, hits, judge
from deal_registration.disclosure import tell
from deal_registration.enums import State
from deal_registration.models import RegistrationLine
from deal_registration.telling import CODES, disclosed, hidden_codes, shown_class
from partners.terms import Disclosure, ProgrammeTerms
from tests.deal_registration.test_conflicts import NOW, OWN, any_facts

DEALER = Actor(user_id=1, organisation_id=OWN, organisation_ids=frozenset({OWN}), permissions=frozenset())
levels = st.sampled_from(list(Disclosure))
any_terms = st.builds(
    lambda level, codes: ProgrammeTerms(disclosure=level, undisclosed_codes=tuple(sorted(codes))),
    levels,
    st.frozensets(st.sampled_from(sorted(CODES)), max_size=5),
)


def line_with(verdict) -> RegistrationLine:
    """A line with this verdict, named so that its name holds no number."""
    line = RegistrationLine(state=State.IN_REVIEW, verdict=json.loads(json.dumps(verdict.to_json())))
    line._state.fields_cache["line"] = SimpleNamespace(__str__=lambda self: "Pumps")
    return line


@pytest.fixture(autouse=True)
def _no_line_of_the_database(monkeypatch):
    """The product line is asked for its name only."""
    monkeypatch.setattr(RegistrationLine, "line", "Pumps")


def told_text(told) -> str:
    """All that is told, as a reader gets it."""
    parts = [told.label, *(part for hit in told.hits for part in (hit.title, hit.text)), *told.changes]
    return "\n".join(str(part) for part in parts)


def with_big_ids(some):
    """The same facts with ids that no count or date can be taken for."""
    rows = tuple(replace(row, claim_id=7_000_001 + row.claim_id) for row in some.claims)
    return replace(some, claims=rows)


@given(any_facts.map(with_big_ids), any_terms)
def test_nothing_of_a_rival_is_told(some, terms):
    """No id, name, amount, count or day of a rival's but the day a scope is released."""
    verdict = judge(replace(some, undisclosed=hidden_codes(terms)))
    told = tell(line_with(verdict), terms, DEALER)
    text = told_text(told)
    assert not re.search(r"7\s?[.,]?0000", text)
    own = {some.open_registrations, some.idle_registrations, some.slots, some.idle_days, some.minimum_value}
    days = {told.release_on} | {
        datetime.fromisoformat(hit.evidence[name]).date()
        for hit in verdict.hits
        if hit.code == "R14"
        for name in ("ended_at", "until")
    }
    years = {str(day.year) for day in days if day} | {"R"}
    for number in re.findall(r"\d[\d,.]*\d|\d", text):
        plain = number.replace(",", "").rstrip(".")
        allowed = {str(value) for value in own if value is not None} | years
        counts = {
            str(change.get("count")) for change in verdict.to_json().get("told", verdict.counterfactuals)
        }
        nested = {
            str(each.get("count"))
            for change in verdict.to_json().get("told", verdict.counterfactuals)
            for each in change.get("changes", ())
        }
        day_numbers = {str(day.day) for day in days if day}
        releases = released_days(verdict)
        assert plain in allowed | counts | nested | day_numbers | releases, (number, text)


def released_days(verdict) -> set[str]:
    """The numbers in the days on which scopes are released."""
    found = set()
    for change in (*verdict.counterfactuals, *(verdict.told or ())):
        for each in (change, *change.get("changes", ())):
            if "from" in each:
                day = timezone.localtime(datetime.fromisoformat(each["from"])).date()
                found |= {str(day.year), str(day.day)}
    return found


@given(any_facts, any_terms)
def test_what_is_told_does_not_depend_on_the_hidden_codes(some, terms):
    """Of two filings that differ only in what may not be told, the same is told; but for "a person has to look"."""
    hidden = hidden_codes(terms)
    some = replace(some, undisclosed=hidden)
    verdict = judge(some).to_json()
    told = disclosed(verdict, terms.disclosure, frozenset(terms.undisclosed_codes))
    assert not {hit["code"] for hit in told["hits"]} & hidden
    assert not {code for change in told["counterfactuals"] for code in change["codes"]} & hidden
    if terms.disclosure != Disclosure.CLASS_AND_RELEASE:
        assert told["release_at"] is None
        assert '"wait"' not in json.dumps(told["counterfactuals"])


@given(any_facts, any_terms)
def test_the_class_shown_is_never_worse_than_a_review_for_what_is_hidden(some, terms):
    hidden = hidden_codes(terms)
    found = hits(some)
    shown = shown_class(found, hidden)
    visible = [hit for hit in found if hit.code not in hidden]
    if not visible:
        assert shown <= VerdictClass.REVIEW
    assert shown >= max((hit.class_ for hit in visible), default=VerdictClass.CLEAR)


def test_what_is_asked_for_is_told_at_every_level():
    terms = ProgrammeTerms(disclosure=Disclosure.NOTHING, undisclosed_codes=("R12",))
    assert "R12" not in hidden_codes(terms)
    assert hidden_codes(ProgrammeTerms(disclosure=Disclosure.NOTHING)) == CODES - {"R12"}


def test_a_release_date_is_told_although_something_hidden_blocks_as_well():
    """Else its absence would tell of the hidden code."""
    from deal_registration.conflicts import HouseFact
    from tests.deal_registration.test_conflicts import approved, facts

    terms = ProgrammeTerms()
    some = facts(claims=(approved(),), undisclosed=hidden_codes(terms))
    without = tell(line_with(judge(some)), terms, DEALER)
    with_house = tell(
        line_with(judge(replace(some, house=(HouseFact(1, 3, by_group=False),)))), terms, DEALER
    )
    assert with_house == without
    assert without.release_on == (NOW + timedelta(days=30)).date()
    assert isinstance(without.release_on, date)
