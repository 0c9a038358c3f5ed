"""The API of deal registration: file once, read what may be told, foreign rows that do not exist, errors that point."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deal_registration import services
from deal_registration.enums import State
from deal_registration.models import Registration
from tests.cast import actor_of, run_all_jobs
from tests.core.api.test_keys import key_for

pytestmark = pytest.mark.django_db

CLOSE = (date.today() + timedelta(days=60)).isoformat()


class Program:
    """A program that calls with a key."""

    def __init__(self, client, secret: str):
        self.client, self.secret = client, secret

    def _headers(self, more: dict) -> dict:
        return {"Authorization": f"Bearer {self.secret}", **more}

    def get(self, path: str, **headers):
        return self.client.get(f"/api/v1/{path}", headers=self._headers(headers))

    def post(self, path: str, body=None, key: str = "", **headers):
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            f"/api/v1/{path}",
            json.dumps(body) if not isinstance(body, bytes | str) else body,
            content_type="application/json",
            headers=self._headers({**more, **headers}),
        )


@pytest.fixture
def program(dealer_manager, own_partner, client):
    return Program(client, key_for(dealer_manager, own_partner)[1])


@pytest.fixture
def rivals_program(rival, rival_partner, administrator, client):
    return Program(client, key_for(rival, rival_partner, by=administrator)[1])


def deal(**changes) -> dict:
    return {
        "customer_name": "Huadong Water Works Co., Ltd.",
        "customer_country": "CN",
        "customer_city": "Shanghai",
        "territory": "cn-shanghai",
        "lines": ["pumps"],
        "value": {"amount": "250000.00", "currency": "CNY"},
        "expected_close_on": CLOSE,
        "contacts": [{"name": "Chen Wei", "email": "chen.wei@example.com"}],
        **changes,
    }


def pointers(response) -> dict:
    return {each["pointer"]: each["detail"] for each in response.json().get("errors", ())}


def test_filing_once_however_often_it_is_sent(program, lines, places, dealer_manager):
    first = program.post("registrations", deal(), key="order-1")
    assert first.status_code == 201, first.content
    body = first.json()
    assert first.headers["Location"].endswith(f"/api/v1/registrations/{body['reference']}")
    assert (body["state"], body["value"]) == ("screening", {"amount": "250000.00", "currency": "CNY"})
    assert body["received_at"].endswith("Z")
    again = program.post("registrations", dict(reversed(deal().items())), key="order-1")
    assert again.status_code == 201 and again.json()["reference"] == body["reference"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = program.post("registrations", deal(customer_name="Somebody else"), key="order-1")
    assert other.status_code == 422
    filed = Registration.objects.get()
    assert (filed.created_by, filed.contacts.get().name) == (dealer_manager, "Chen Wei")
    run_all_jobs()
    read = program.get(f"registrations/{filed.ref}").json()
    assert read["state"] == State.IN_REVIEW and read["lines"][0]["verdict"]["class"] in ("clear", "review")


def test_filing_without_a_key_of_its_own_is_refused(program, lines, places):
    for key in ("", "x" * 81):
        response = program.post("registrations", deal(), key=key)
        assert response.status_code == 400 and "Idempotency-Key" in response.json()["detail"]
    assert not Registration.objects.exists()


def test_what_is_missing_or_wrong_is_pointed_at_and_the_key_is_not_spent(program, lines, places):
    missing = program.post("registrations", {"customer_name": "Huadong"}, key="k")
    assert missing.status_code == 422 and missing.headers["Content-Type"] == "application/problem+json"
    assert {"#/territory", "#/value", "#/lines", "#/customer_country"} <= set(pointers(missing))
    wrong = program.post(
        "registrations",
        deal(
            value={"amount": 12.5, "currency": "CNY"},
            lines=["pumps", "atlantis"],
            contacts=[{"name": "Wu"}, {"name": "", "email": "no"}],
            customer="misspelt",
            expected_close_on="2001-01-01",
        ),
        key="k",
    )
    assert set(pointers(wrong)) >= {"#/customer"}
    wrong = program.post(
        "registrations",
        deal(
            value={"amount": 12.5, "currency": "CNY"},
            lines=["pumps", "atlantis"],
            contacts=[{"name": "Wu"}, {"name": "", "email": "no"}],
            expected_close_on="2001-01-01",
        ),
        key="k",
    )
    assert {
        "#/value/amount",
        "#/lines/1",
        "#/contacts/1/name",
        "#/contacts/1/email",
        "#/expected_close_on",
    } <= set(pointers(wrong))
    assert not Registration.objects.exists()
    assert program.post("registrations", deal(), key="k").status_code == 201


def test_errors_speak_the_callers_language(program, lines, places):
    refused = program.post(
        "registrations", deal(lines=["atlantis"]), key="k", **{"Accept-Language": "zh-hans"}
    )
    assert "没有" in pointers(refused)["#/lines/0"]
    taiwan = program.get("registrations/ZZZZZZZZ", **{"Accept-Language": "zh-hant"})
    assert taiwan.status_code == 404 and taiwan.json()["detail"] != "There is nothing here."


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "null", "12", b"\xff\xfe", '{"customer_name": "\\u0000"}']
)
def test_malformed_bodies_are_refused_in_words(body, program, lines, places):
    response = program.post("registrations", body, key="k")
    assert response.status_code in (400, 422), response.content
    assert response.headers["Content-Type"] == "application/problem+json"


def test_draft_is_kept_and_filed_later(program, lines, places):
    ref = program.post("registrations", {"customer_name": "Huadong", "draft": True}, key="k").json()[
        "reference"
    ]
    refused = program.post(f"registrations/{ref}/file")
    assert refused.status_code == 422 and "#/territory" in pointers(refused)
    ready = program.post("registrations", deal(draft=True), key="k2").json()
    assert ready["state"] == "draft" and ready["received_at"] is None
    filed = program.post(f"registrations/{ready['reference']}/file")
    assert filed.status_code == 200 and filed.json()["state"] == "screening"
    assert program.post(f"registrations/{ready['reference']}/file").status_code == 409


def test_foreign_and_absent_look_the_same(program, rival_registration, lines, places):
    ways = [
        ("get", ""),
        ("get", "/receipt"),
        ("post", "/file"),
        ("post", "/withdraw"),
        ("post", "/won"),
        ("post", "/lost"),
        ("post", "/answer"),
    ]
    for method, tail in ways:
        answers = []
        for ref in (rival_registration.ref, "ZZZZZZZZZZZZ"):
            path = f"registrations/{ref}{tail}"
            response = program.get(path) if method == "get" else program.post(path, {"reason": "price"})
            headers = {name for name in response.headers if name.lower() != "x-request-id"}
            answers.append((response.status_code, response.content, headers))
        assert answers[0] == answers[1] and answers[0][0] == 404, (method, tail)
    assert rival_registration.ref not in program.get("registrations").content.decode()


def test_list_in_pages_with_filters(program, own, approved, lines, places, dealer_sales):
    for number in range(3):
        sent = deal(customer_name=f"Customer {number}", own_reference=f"A-{number}")
        program.post("registrations", sent, key=f"k{number}")
    first = program.get("registrations?per_page=2").json()
    names = [row["customer_name"] for row in first["results"]]
    assert names == ["Customer 2", "Customer 1"]
    following = program.client.get(first["next"], headers=program._headers({})).json()
    assert following["results"][0]["customer_name"] == "Customer 0"
    assert len(program.get("registrations?state=approved").json()["results"]) == 1
    assert len(program.get("registrations?own_reference=A-1").json()["results"]) == 1
    assert program.get("registrations?line=valves").json()["results"] == []
    later = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert program.get(f"registrations?received_after={later}").json()["results"] == []
    assert program.get("registrations?state=nonsense").status_code == 422
    assert program.get("registrations?received_after=yesterday").status_code == 422
    assert program.get("registrations?cursor=nonsense").status_code == 404


def test_list_costs_the_same_for_one_and_for_many(program, lines, places):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert program.get("registrations").status_code == 200
        return len(queries)

    program.post("registrations", deal(), key="k")
    run_all_jobs()
    one = cost()
    for number in range(5):
        program.post("registrations", deal(customer_name=f"Other {number} Works"), key=f"k{number}")
    run_all_jobs()
    assert cost() == one


def test_receipt_is_the_signed_one(program, lines, places):
    ref = program.post("registrations", deal(), key="k").json()["reference"]
    receipt = program.get(f"registrations/{ref}/receipt").json()
    assert receipt["reference"] == ref
    draft = program.post("registrations", deal(draft=True), key="k2").json()["reference"]
    assert program.get(f"registrations/{draft}/receipt").status_code == 404


def test_answer_takes_what_was_asked_and_no_more(program, own, channel_manager, lines, places):
    services.request_information(
        own.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        fields=["customer_city"],
        message="Which city?",
    )
    asked = program.get(f"registrations/{own.ref}").json()["question"]
    assert (asked["fields"], asked["message"]) == (["customer_city"], "Which city?")
    assert program.post(f"registrations/{own.ref}/answer", {"customer_name": "Other"}).status_code == 403
    answered = program.post(f"registrations/{own.ref}/answer", {"customer_city": "Suzhou"})
    assert answered.status_code == 200 and answered.json()["question"] is None
    assert answered.json()["customer_city"] == "Suzhou"
    assert program.post(f"registrations/{own.ref}/answer", {"customer_city": "Suzhou"}).status_code == 409


def test_endings(program, approved, lines, places):
    assert program.post(f"registrations/{approved.ref}/lost", {}).status_code == 422
    assert program.post(f"registrations/{approved.ref}/won", {"lines": ["valves"]}).status_code == 409
    won = program.post(f"registrations/{approved.ref}/won", {"lines": ["pumps"], "order_number": "SO-1"})
    assert won.status_code == 200 and won.json()["state"] == "won"
    assert program.post(f"registrations/{approved.ref}/withdraw", {}).status_code == 409


def test_verdict_is_told_as_the_programme_says(program, rivals_program, lines, places, channel_manager):
    """What blocks is told by class and code, never by whom; a house account shows as in review."""
    rivals_program.post("registrations", deal(), key="r")
    run_all_jobs()
    filed = Registration.objects.get()
    services.approve(
        filed.pk,
        actor=actor_of(channel_manager),
        at=timezone.now(),
        line_ids=list(filed.lines.values_list("line_id", flat=True)),
    )
    ref = program.post("registrations", deal(), key="k").json()["reference"]
    run_all_jobs()
    answer = program.get(f"registrations/{ref}")
    verdict = answer.json()["lines"][0]["verdict"]
    assert verdict["class"] in ("block", "hold") and verdict["hits"]
    text = answer.content.decode()
    assert filed.ref not in text and "Rival" not in text and "evidence" not in text


def test_reference_data_in_the_callers_language(program, lines, places):
    lines.pumps.name_zh_hans = "水泵"
    lines.pumps.save()
    rows = {row["code"]: row for row in program.get("product-lines", **{"Accept-Language": "zh-hans"}).json()}
    assert (
        rows["pumps"]["name"] == "水泵" and rows["pumps"]["authorised"] and not rows["drives"]["authorised"]
    )
    found = {row["code"]: row["parent"] for row in program.get("territories").json()}
    assert found["cn-shanghai"] == "cn-east" and found["cn"] is None


def test_distributor_reads_what_a_sub_dealer_filed_and_does_nothing_to_it(
    program, sub_dealer, lines, places, request
):
    cast = request.getfixturevalue("making")
    filed = cast.file_deal(sub_dealer, customer_name="Sub dealer's customer")
    assert program.get(f"registrations/{filed.ref}").status_code == 200
    assert program.post(f"registrations/{filed.ref}/withdraw", {}).status_code == 403
