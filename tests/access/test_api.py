"""The API for every dealer: what they do not see does not exist, and nothing of a rival is in any answer."""

import json

import pytest
from django.utils import timezone

from core.api.keys import OFFERED, make_key
from tests.cast import DEALERS, actor_of, client_for

from .checks import nothing
from .test_canaries import MAY_READ, owners_in

pytestmark = pytest.mark.django_db

ACTIONS = ("file", "answer", "withdraw", "won", "lost")
ASKED = (
    "",
    "?q=Kestrel",
    "?own_reference=Kestrel",
    "?state=approved",
    "?line=pumps",
    "?per_page=200",
    "?cursor=zqrival",
)


@pytest.fixture(autouse=True)
def _as_often_as_asked(settings):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000


def program(world, person: str):
    """Return a function that calls as the person: (method, path, body) → (status, text, headers)."""
    user = getattr(world.people, person)
    _key, secret = make_key(
        name="Program",
        person=user,
        organisation_id=actor_of(user).organisation_id,
        permissions=OFFERED,
        days=30,
        actor=actor_of(world.people.administrator),
        at=timezone.now(),
    )
    client = client_for(None)

    def call(method: str, path: str, body=None):
        response = getattr(client, method)(
            f"/api/v1/{path}",
            **({"data": json.dumps(body), "content_type": "application/json"} if method == "post" else {}),
            headers={"Authorization": f"Bearer {secret}"},
        )
        heads = {name: value for name, value in response.headers.items() if name.lower() != "x-request-id"}
        return response.status_code, response.content.decode(), heads

    return call


@pytest.mark.parametrize("person", DEALERS)
def test_rows_one_does_not_see_do_not_exist(person, world):
    call, wrong = program(world, person), []
    for _label, obj in world.unseen_by(person, "registration", most=20):
        for method, tail in (("get", ""), ("get", "/receipt"), *(("post", f"/{name}") for name in ACTIONS)):
            answers = [call(method, f"registrations/{ref}{tail}", {}) for ref in (obj.ref, "ZZZZZZZZZZZZ")]
            if answers[0] != answers[1] or answers[0][0] != 404:
                wrong.append((obj.ref, method, tail, answers[0][0]))
    nothing(wrong)


@pytest.mark.parametrize("person", DEALERS)
def test_nothing_of_others_is_in_any_answer(person, world):
    call, leaks, met = program(world, person), [], set()
    foreign = world.references_unseen_by(person)
    paths = [
        "me",
        "product-lines",
        "territories",
        "openapi.json",
        *(f"registrations{asked}" for asked in ASKED),
    ]
    for _label, obj in world.seen_by(person, "registration"):
        paths += [f"registrations/{obj.ref}", f"registrations/{obj.ref}/receipt"]
    for path in paths:
        status, text, heads = call("get", path)
        assert status < 500, (path, status)
        text += str(heads)
        met |= owners_in(text)
        found = world.canaries.found_in(text, allowed=MAY_READ[person])
        found += [ref for ref in foreign if ref in text and ref not in path]
        if found:
            leaks.append((path, found))
    nothing(leaks)
    if person == "rival":
        assert {"rival", "away", "rdraft"} <= met, "silence means something"
