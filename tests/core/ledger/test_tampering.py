"""Random tampering past the triggers: each is found, and the event (or the seal) is named."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.actor import system_actor
from core.ledger import guards, merkle, seals, verification
from core.ledger.commitments import commitment, leaf_hash_of, new_salt
from core.ledger.erasure import erase
from core.ledger.models import Event, FactSet, Seal, SealedEvent

from .conftest import AT, send

pytestmark = pytest.mark.django_db
EXAMPLES = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TAMPERINGS = {}


def tampering(function):
    """Register one way of tampering; it returns (the event's id or None, the seal's number or None) to be named."""
    TAMPERINGS[function.__name__] = function
    return function


def update(row, **values):
    type(row)._base_manager.filter(pk=row.pk).update(**values)


def flipped(data, value) -> bytes:
    """Return ``value`` with one bit turned."""
    value = bytearray(value)
    place = data.draw(st.integers(0, len(value) * 8 - 1))
    value[place // 8] ^= 1 << place % 8
    return bytes(value)


@tampering
def change_a_column(data, event):
    column = data.draw(
        st.sampled_from(
            [
                "type",
                "object_type",
                "object_ref",
                "object_id",
                "partner_id",
                "actor_id",
                "actor_system",
                "era",
                "transaction_id",
                "ref",
            ]
        )
    )
    old = getattr(event, column)
    new = data.draw(
        {
            "ref": st.uuids(version=4),
            "object_id": st.integers(1, 2**40),
            "partner_id": st.none() | st.integers(1, 2**40),
            "actor_id": st.none() | st.integers(1, 2**40),
            "era": st.integers(0, 30_000),
            "transaction_id": st.integers(0, 2**40),
        }.get(column, st.text("abcXYZ.中", max_size=30)).filter(lambda value: value != old)
    )
    update(event, **{column: new})
    return event.pk, None


@tampering
def re_date(data, event):
    step = data.draw(st.integers(-(10**12), 10**12).filter(bool))
    update(event, at=event.at + timedelta(microseconds=step))
    return event.pk, None


@tampering
def re_date_with_a_fitting_leaf(data, event):
    event.at += timedelta(microseconds=data.draw(st.integers(1, 10**12)))
    leaf = leaf_hash_of(event)
    update(event, at=event.at, leaf_hash=leaf)
    if data.draw(st.booleans()):
        update(event.place, leaf_hash=leaf)
    return event.pk, None


@tampering
def forge_the_whole_seal(data, event):
    """Everything but the signature and the marks is made to fit."""
    event.object_ref = "FORGED"
    leaf = leaf_hash_of(event)
    update(event, object_ref="FORGED", leaf_hash=leaf)
    update(event.place, leaf_hash=leaf)
    seal = event.place.seal
    leaves = seal.places.order_by("index").values_list("leaf_hash", flat=True)
    seal.root = merkle.root([bytes(each) for each in leaves])
    update(seal, root=seal.root, hash=seals.hash_of(seal))
    return event.pk, seal.number


@tampering
def change_the_commitments(data, event):
    name = data.draw(st.sampled_from(sorted(event.commitments)))
    kept = dict(event.commitments)
    how = data.draw(st.sampled_from(["other", "gone", "more", "list"]))
    if how == "other":
        kept[name] = commitment(name, data.draw(st.integers()), new_salt())
    elif how == "gone":
        del kept[name]
    elif how == "more":
        kept["more"] = kept[name]
    else:
        kept = sorted(kept)
    update(event, commitments=kept)
    return event.pk, None


@tampering
def swap_a_fact_with_its_commitment(data, event):
    fact_set = event.fact_sets.get(subject="")
    salt = new_salt()
    fact_set.facts["weight"] = ["99.00", salt]
    event.commitments["weight"] = commitment("weight", "99.00", salt)
    update(fact_set, facts=fact_set.facts)
    update(event, commitments=event.commitments, leaf_hash=leaf_hash_of(event))
    return event.pk, None


@tampering
def change_the_leaf_hash(data, event):
    update(event, leaf_hash=flipped(data, event.leaf_hash))
    return event.pk, None


@tampering
def delete_an_event(data, event):
    pk, seal = event.pk, event.place.seal.number
    named = (pk, None)
    if data.draw(st.booleans(), label="its facts too"):
        FactSet.objects.filter(event_id=pk)._raw_delete("default")
    if data.draw(st.booleans(), label="its place too"):
        SealedEvent.objects.filter(pk=pk)._raw_delete("default")
        named = (None, seal)
    Event.objects.filter(pk=pk)._raw_delete("default")
    return named


@tampering
def insert_an_event(data, event):
    again = Event.objects.get(pk=event.pk)
    again.pk, again.ref = data.draw(st.sampled_from([-1, 0, 10**9])), uuid.uuid4()
    again.at = AT - timedelta(days=data.draw(st.integers(0, 900)))
    again.leaf_hash = leaf_hash_of(again)
    again.save(force_insert=True)
    if data.draw(st.booleans(), label="under a seal"):
        SealedEvent.objects.create(
            event=again,
            seal=event.place.seal,
            index=event.place.seal.size,
            leaf_hash=again.leaf_hash,
            mark=b"m",
        )
    return again.pk, None


@tampering
def change_a_fact(data, event):
    fact_set = data.draw(st.sampled_from(list(event.fact_sets.order_by("pk"))))
    name = data.draw(st.sampled_from(sorted(fact_set.facts)))
    value, salt = fact_set.facts[name]
    how = data.draw(st.sampled_from(["value", "salt", "shape", "name", "gone", "more", "all", "null"]))
    facts = dict(fact_set.facts)
    if how == "value":
        facts[name] = [
            data.draw(
                (st.text("ab0", max_size=5) | st.integers() | st.none()).filter(lambda new: new != value)
            ),
            salt,
        ]
    elif how == "salt":
        facts[name] = [value, flipped(data, bytes.fromhex(salt)).hex()]
    elif how == "shape":
        facts[name] = data.draw(st.sampled_from([[], [value], value, [value, 5], [value, "zz"], None, 1.5]))
    elif how == "name":
        facts["other"] = facts.pop(name)
    elif how == "gone":
        del facts[name]
    elif how == "more":
        facts["more"] = [value, salt]
    else:
        facts = {} if how == "all" else None
    FactSet.objects.filter(pk=fact_set.pk).update(facts=facts if facts is not None else [])
    return event.pk, None


@tampering
def delete_facts_without_a_record(data, event):
    data.draw(st.sampled_from(list(event.fact_sets.order_by("pk")))).delete()
    return event.pk, None


@tampering
def move_facts(data, event):
    fact_set = data.draw(st.sampled_from(list(event.fact_sets.order_by("pk"))))
    if data.draw(st.booleans()):
        update(fact_set, subject="user:99")
    else:
        other = Event.objects.exclude(pk=event.pk).order_by("pk").first()
        update(fact_set, subject="user:98", event=other)
    return event.pk, None


@tampering
def add_facts(data, event):
    FactSet.objects.create(event=event, subject="user:77", facts={"name": ["Nobody", new_salt()]})
    return event.pk, None


@tampering
def change_a_seal(data, event):
    seal = event.place.seal
    column = data.draw(
        st.sampled_from(
            ["size", "root", "previous_hash", "hash", "signature", "key_id", "sealed_at", "number"]
        )
    )
    if column == "size":
        values = {"size": F("size") + data.draw(st.sampled_from([-1, 1, 7]))}
    elif column == "number":
        values = {"number": F("number") + 100}
        update(seal, **values)
        return None, seal.number + 100
    elif column == "key_id":
        values = {"key_id": "0123456789abcdef"}
    elif column == "sealed_at":
        values = {"sealed_at": seal.sealed_at + timedelta(seconds=data.draw(st.integers(1, 10**6)))}
    else:
        values = {column: flipped(data, getattr(seal, column))}
    update(seal, **values)
    return None, seal.number


@tampering
def delete_a_seal(data, event):
    seal = event.place.seal
    Seal.objects.filter(pk=seal.pk)._raw_delete("default")
    return event.pk if seal.number == 3 else None, None if seal.number == 3 else seal.number + 1


@tampering
def add_a_forged_seal(data, event):
    last = Seal.objects.latest("number")
    last.previous_hash = bytes(last.hash)
    last.pk, last.number = None, last.number + 1
    last.hash = seals.hash_of(last)
    last.save(force_insert=True)
    return None, last.number


@tampering
def change_a_place(data, event):
    place = event.place
    how = data.draw(st.sampled_from(["leaf", "mark", "index", "gone", "seal"]))
    if how == "leaf":
        update(place, leaf_hash=flipped(data, place.leaf_hash))
    elif how == "mark":
        update(place, mark=flipped(data, place.mark))
    elif how == "index":
        update(place, index=data.draw(st.integers(1000, 2000)))
    elif how == "seal":
        other = Seal.objects.exclude(pk=place.seal_id).first()
        update(place, seal=other, index=500)
    else:
        SealedEvent.objects.filter(pk=place.pk)._raw_delete("default")
    return event.pk, None


@EXAMPLES
@given(data=st.data())
def test_every_tampering_is_found_and_named(ledger, data):
    event = Event.objects.get(pk=data.draw(st.sampled_from([each.pk for each in ledger])))
    with transaction.atomic():
        with guards.lifted():
            name = data.draw(st.sampled_from(sorted(TAMPERINGS)))
            event_id, seal = TAMPERINGS[name](data, event)
        report = verification.verify()
        transaction.set_rollback(True)
    assert report.findings, f"{name} was not found"
    if event_id is not None:
        assert event_id in {finding.event_id for finding in report}, [str(finding) for finding in report]
    if seal is not None:
        assert seal in {finding.seal for finding in report}, [str(finding) for finding in report]


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
def test_each_kind_of_tampering_is_found(ledger, name):
    """The same once per kind, so that no kind depends on the luck of the draw."""

    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def check(data):
        event = Event.objects.get(pk=data.draw(st.sampled_from([each.pk for each in ledger])))
        with transaction.atomic():
            with guards.lifted():
                TAMPERINGS[name](data, event)
            report = verification.verify()
            transaction.set_rollback(True)
        assert report.findings

    check()


def test_swapped_places_name_both_events(ledger):
    first, second = ledger[0], ledger[1]
    with guards.lifted():
        update(first.place, index=99)
        update(second.place, index=0)
        update(first.place, index=1)
    assert {first.pk, second.pk} <= {finding.event_id for finding in verification.verify()}


def test_erasing_a_person_leaves_the_ledger_sound(ledger):
    about = FactSet.objects.filter(subject="user:1").count()
    assert about > 0
    send(12, personal=True, at=Seal.objects.latest("number").sealed_at)
    assert erase("user:1", actor=system_actor("erasure"), at=Seal.objects.latest("number").sealed_at) == about
    seals.seal_all()
    report = verification.verify()
    assert [str(finding) for finding in report] == []
    assert report.erased == 2 * about
    assert not FactSet.objects.filter(subject="user:1").exists()


def test_after_an_erasure_other_deletions_are_still_found(ledger):
    erase("user:1", actor=system_actor("erasure"), at=Seal.objects.latest("number").sealed_at)
    lost = FactSet.objects.filter(subject="user:2").first()
    lost.delete()
    assert {finding.event_id for finding in verification.verify()} == {lost.event_id}


def test_facts_of_the_business_are_not_erased(ledger):
    with pytest.raises(ValueError, match="business"):
        erase("", actor=system_actor("erasure"), at=AT)
