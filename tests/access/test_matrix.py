"""Every address × everybody × own or foreign row, by GET and by POST: nothing forgotten, nothing leaking."""

import re
from urllib.parse import quote

import pytest
from django.db import transaction

from core.ledger.models import Event
from deal_registration.models import RegistrationLine
from tests.cast import CAST, DEALERS, EVERYBODY, client_for

from .addresses import addresses, is_cms
from .checks import nothing
from .classes import CMS_OPEN, CMS_PEOPLE, KEYED, OBJECTS, PUBLIC, ROLES, SIGNED_IN

pytestmark = pytest.mark.django_db

UNKNOWN = "ZZZZZZZZZZZZ"
MALFORMED = ("0", "' OR 1=1 --", "../../etc/passwd", "\x00", "Ω" * 60, "<script>", "A" * 64)
# Answered with "nothing there" as long as no such state is in the world.
NEEDS_STATE = {
    "imports:import_progress",
    "messages:message_read",  # says up to which message
    "messages:message_retract",  # its author's alone
    "registrations:registration_progress",
}
# What a form that may be sent would hold, so that a refusal is no mere complaint about an empty form.
PLAUSIBLE = {
    "customer_name": "Somebody",
    "description": "Something",
    "done_at": "2026-01-05T10:00",
    "due_at": "2030-01-05T10:00",
    "ends_on": "2030-01-05",
    "fields_asked": "description",
    "kind": "call",
    "message": "Something",
    "name": "Somebody",
    "one_time_key": "0123456789abcdef",
    "reason": "duplicate",
    "stage": "needs",
    "subject": "Something",
    "text": "Something",
    "verdict": "another",
}
CHANGING = re.compile(
    rb'(name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|nonce="[^"]*"|'
    rb'name="one_time_key" value="[^"]*")'
)


def addresses_named(name: str):
    return [address for address in addresses() if address.name == name]


def login_page(response) -> bool:
    """Tell whether the answer sends a visitor to the sign-in."""
    return response.status_code == 302 and response.headers["Location"].startswith("/auth/login/")


def seen(response, *words: str) -> tuple:
    """Return what a person can tell of an answer, with the reference asked for and one-time marks taken out."""
    body = CHANGING.sub(b"", response.read)
    location = response.headers.get("Location", "")
    for word in words:
        for spelling in {word, quote(word), quote(word, safe=""), quote(quote(word, safe=""), safe="")}:
            body = body.replace(spelling.encode(), b"REF").replace(spelling.lower().encode(), b"REF")
            location = location.replace(spelling, "REF")
    headers = {key for key in response.headers if key.lower() not in ("content-length", "x-request-id")}
    return response.status_code, location, frozenset(headers), body


def ask(client, method: str, url: str):
    """Send one request; what it changes is undone."""
    with transaction.atomic():
        events = Event.objects.count()
        states = list(RegistrationLine.objects.order_by("pk").values_list("pk", "state"))
        response = getattr(client, method)(url, PLAUSIBLE if method == "post" else None)
        response.left_events = Event.objects.count() - events
        response.changed_lines = states != list(
            RegistrationLine.objects.order_by("pk").values_list("pk", "state")
        )
        if response.streaming:
            response.read = b"".join(response.streaming_content)
        else:
            response.read = response.content
        transaction.set_rollback(True)
    return response


def is_refusal(response) -> bool:
    """Tell whether somebody signed in was told that this is not for them, and nothing changed.

    Pages with several actions answer a refused one by going back to the page, with a message.
    """
    if response.left_events or response.changed_lines:
        return False
    return response.status_code in (302, 403, 404, 405)


# --- the classes ----------------------------------------------------------------------------------------------


def test_every_address_is_classified():
    named = PUBLIC | SIGNED_IN | KEYED | set(ROLES) | set(OBJECTS)
    unknown = [str(address) for address in addresses() if not is_cms(address) and address.name not in named]
    assert unknown == [], "say in tests/access/classes.py whose it is"


def test_every_class_names_an_address_that_is_there():
    there = {address.name for address in addresses()}
    assert (PUBLIC | SIGNED_IN | KEYED | set(ROLES) | set(OBJECTS) | CMS_OPEN) - there == set()


def test_classes_do_not_overlap():
    classes = [PUBLIC, SIGNED_IN, KEYED, set(ROLES), set(OBJECTS)]
    assert sum(map(len, classes)) == len(set().union(*classes))


def test_every_address_of_an_object_names_it_by_its_reference():
    for name, of in OBJECTS.items():
        for address in addresses_named(name):
            assert of.parameter in address.parameters, f"{name} has no <{of.parameter}>"


# --- pages about no single row ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_visitor_is_sent_to_the_sign_in_from_everything_not_public(method, world):
    client = client_for(None)
    wrong = []
    for address in addresses():
        if address.name in PUBLIC | CMS_OPEN | KEYED or address.route in ("cms/.*/",):
            continue
        response = ask(client, method, address.url())
        if not login_page(response):
            wrong.append((str(address), response.status_code, response.headers.get("Location")))
    nothing(wrong)


@pytest.mark.parametrize("person", EVERYBODY)
def test_no_session_opens_what_needs_a_key(person, world):
    client = client_for(getattr(world.people, person))
    wrong = []
    for address in addresses():
        if address.name in KEYED:
            for method in ("get", "post"):
                response = ask(client, method, address.url())
                if (response.status_code, response.headers["Content-Type"]) != (
                    401,
                    "application/problem+json",
                ):
                    wrong.append((address.name, method, response.status_code))
    nothing(wrong)


def test_public_pages_answer_a_visitor():
    client = client_for(None)
    wrong = []
    for address in addresses():
        if address.name in PUBLIC:
            response = client.get(address.url())
            broken = response.status_code >= 500 and address.name != "portal:health_ready"  # no worker here
            if broken or "/login/?next=" in response.headers.get("Location", ""):
                wrong.append((str(address), response.status_code, response.headers.get("Location")))
    nothing(wrong)


@pytest.mark.parametrize("person", CAST)
def test_own_pages_open_for_everybody_signed_in(person, world):
    client = client_for(getattr(world.people, person))
    wrong = []
    for address in addresses():
        if address.name in SIGNED_IN and not address.parameters:
            response = ask(client, "get", address.url())
            absent = response.status_code == 404 and address.name.startswith("mfa_")  # nothing set up yet
            if (response.status_code not in (200, 302, 405) and not absent) or (
                login_page(response) and "reauthenticate" not in response.headers["Location"]
            ):
                wrong.append((str(address), response.status_code, response.headers.get("Location")))
    nothing(wrong)


@pytest.mark.parametrize("person", CAST)
def test_pages_of_a_role_open_for_that_role_alone(person, world):
    client = client_for(getattr(world.people, person))
    wrong = []
    for name, who in ROLES.items():
        for address in addresses_named(name):
            for method in ("get", "post"):
                response = ask(client, method, address.url())
                fine = response.status_code in (200, 302, 405, 422) if person in who else is_refusal(response)
                if not fine:
                    wrong.append((name, method, response.status_code))
    nothing(wrong)


# --- pages about one row ---------------------------------------------------------------------------------------


def values_of(world, of, label: str, ref: str) -> dict[str, str]:
    """Return the parameters for one object's address; what else it names is taken from the same side."""
    side = label.split("_")[0]
    values = {of.parameter: ref}
    for parameter, kind in of.others:
        there = world.objects[kind]
        values[parameter] = getattr(there.get(side) or next(iter(there.values())), "ref", UNKNOWN)
    return values


@pytest.mark.parametrize("person", CAST)
def test_rows_one_does_not_see_do_not_exist(person, world):
    """Foreign, unknown and malformed references give the same 404, whatever is asked, and change nothing."""
    client = client_for(getattr(world.people, person))
    wrong = []
    for name, of in OBJECTS.items():
        for address in addresses_named(name):
            for method in ("get", "post"):
                absent = ask(client, method, address.url(**{of.parameter: UNKNOWN}))
                expected = seen(absent, UNKNOWN)
                allowed = (404, 405) if person in of.who else (403, 404, 405)
                if absent.status_code not in allowed:
                    wrong.append((name, method, "unknown", absent.status_code))
                if absent.status_code == 405:
                    continue
                for label, obj in world.unseen_by(person, of.kind, most=3 if person in of.who else 1):
                    values = values_of(world, of, label, obj.ref)
                    response = ask(client, method, address.url(**values))
                    if response.left_events or response.changed_lines:
                        wrong.append((name, method, label, "changed something"))
                    if seen(response, obj.ref, *map(str, values.values())) != expected:
                        wrong.append((name, method, label, response.status_code))
    nothing(wrong)


@pytest.mark.parametrize("person", ["dealer_sales", "channel_manager"])
def test_malformed_references_look_like_unknown_ones(person, world):
    client = client_for(getattr(world.people, person))
    wrong = []
    for name, of in OBJECTS.items():
        for address in addresses_named(name):
            expected = seen(ask(client, "get", address.url(**{of.parameter: UNKNOWN})), UNKNOWN)
            for ref in MALFORMED:
                response = ask(client, "get", address.url(**{of.parameter: quote(ref, safe="")}))
                if response.status_code not in (expected[0], 404):
                    wrong.append((name, ref, response.status_code))
    nothing(wrong)


@pytest.mark.parametrize("person", CAST)
def test_rows_one_sees_open_for_who_may(person, world):
    """Whoever sees a row may do with it what their role may, and is refused the rest; nothing ever breaks."""
    client = client_for(getattr(world.people, person))
    wrong, opened = [], set()
    for name, of in OBJECTS.items():
        for address in addresses_named(name):
            seen_rows = world.seen_by(person, of.kind)
            for number, (label, obj) in enumerate(seen_rows if person in of.who else seen_rows[:2]):
                for method in ("get", "post") if number < 7 else ("get",):
                    response = ask(client, method, address.url(**values_of(world, of, label, obj.ref)))
                    if response.status_code >= 500:
                        wrong.append((name, method, label, response.status_code))
                    elif person in of.who and response.status_code in (200, 204, 302, 422):
                        opened.add(name)
                    elif person not in of.who and not is_refusal(response):
                        wrong.append((name, method, label, response.status_code))
    nothing(wrong)
    closed = {
        name
        for name, of in OBJECTS.items()
        if person in of.who
        and any(world.sees(person, of.kind, label) for label in world.objects.get(of.kind, {}))
    } - opened
    nothing([f"{name} never opened for {person}, who may" for name in sorted(closed - NEEDS_STATE)])


@pytest.mark.parametrize("person", DEALERS)
def test_post_without_a_token_is_refused_everywhere(person, world):
    client = client_for(getattr(world.people, person), enforce_csrf_checks=True)
    wrong = []
    for address in addresses():
        if is_cms(address) or address.name == "wagtail_serve":
            continue
        of = OBJECTS.get(address.name)
        own = next(iter(world.objects["registration"].values())).ref
        response = ask(client, "post", address.url(**({of.parameter: own} if of else {})))
        refused = (401,) if address.name in KEYED else (403, 404, 405)  # keys count there, cookies do not
        if response.status_code not in refused or response.left_events:
            wrong.append((str(address), response.status_code))
    nothing(wrong)


# --- Wagtail's admin -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("person", sorted(set(CAST) - CMS_PEOPLE))
def test_admin_gives_nothing_to_who_does_not_work_there(person, method, world):
    client = client_for(getattr(world.people, person))
    wrong = []
    inside = [address for address in addresses() if is_cms(address) and address.name not in CMS_OPEN]
    assert len(inside) > 100
    # One dealer and one of the staff knock at every door, the others at every ninth: it is one and the same lock.
    for address in inside if person in ("dealer_manager", "channel_manager") else inside[::9]:
        response = ask(client, method, address.url())
        leaked = world.canaries.found_in(response.read.decode("utf-8", "replace"))
        if response.status_code not in (302, 403, 404) or leaked or response.left_events:
            wrong.append((str(address), response.status_code, leaked))
        elif response.status_code == 302 and "/cms/" in response.headers["Location"].split("?")[0]:
            wrong.append((str(address), 302, response.headers["Location"]))
    nothing(wrong)


@pytest.mark.parametrize("person", sorted(CMS_PEOPLE))
def test_admin_opens_for_who_works_there(person, world):
    client = client_for(getattr(world.people, person))
    response = client.get("/cms/")
    assert response.status_code == 200


def test_everybody_is_in_the_matrix():
    assert set(EVERYBODY) == {*CAST, "anonymous"}
