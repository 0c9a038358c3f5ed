"""From an event to a notice and a mail: told once, in the reader's language, while they may see the object."""

import pytest
from django.core import mail
from django.db import transaction
from django.template import engines
from django.urls import reverse

from core.access.actor import system_actor
from core.jobs.models import Job
from core.ledger import declare, facts_of, readers, record
from core.notifications import Kind, registry, unread_count
from core.notifications.models import Notification, Preference
from core.people.models import User
from tests.cast import actor_of, client_for
from tests.factories import UserFactory

declare("person.greeted", label="Greeted")
TEMPLATE = (
    "{% load i18n %}{% if event_type == 'person.greeted' %}{% translate 'Notifications' %}: {{ word }}{% endif %}\n"
    "First <b>{{ word }}</b> & more.\n\nSecond, {{ event_at|date:'H:i' }}."
)


@pytest.fixture
def greeting(db, monkeypatch, settings, tmp_path):
    """A kind about a user: whoever may see the user is told. Returns a function that makes it happen."""
    (tmp_path / "notifications").mkdir()
    (tmp_path / "notifications/greeting.txt").write_text(TEMPLATE)
    for engine in engines.all():
        monkeypatch.setattr(engine.engine, "dirs", [*engine.engine.dirs, tmp_path])
        for loader in engine.engine.template_loaders:
            if hasattr(loader, "reset"):
                loader.reset()
    told: list[int] = []
    kind = Kind(
        code="greeting",
        label="A greeting",
        about="people.user",
        event_types=("person.greeted",),
        recipients=lambda event: told,
        context=lambda event: {"word": facts_of(event)["word"]},
        url=lambda event: "/profile/",
    )
    monkeypatch.setattr(registry, "_kinds", {"greeting": kind})

    def greet(person: User, *recipients: User, word: str = "Hello"):
        told[:] = [each.pk for each in recipients]
        with transaction.atomic():
            from django.utils import timezone

            event = record(
                "person.greeted",
                person,
                actor=system_actor("test"),
                at=timezone.now(),
                facts={"word": word},
            )
        readers.follow("notifications")
        return event

    return greet


def test_a_recipient_gets_a_notice_and_a_mail(greeting, run_jobs):
    person = UserFactory(full_name="Lin Mei")
    event = greeting(person, person)
    notice = Notification.objects.get()
    assert (notice.user_id, notice.event_id, notice.object_id) == (person.pk, event.pk, person.pk)
    assert mail.outbox == []
    run_jobs()
    (sent,) = mail.outbox
    assert sent.to == [person.email]
    assert sent.subject == "Notifications: Hello"
    assert "Hello Lin Mei" in sent.body and "First <b>Hello</b> & more." in sent.body
    html = sent.alternatives[0][0]
    assert "First &lt;b&gt;Hello&lt;/b&gt; &amp; more." in html and "/profile/" in html
    assert sent.extra_headers["X-Event-Id"] == str(event.ref)


def test_an_event_read_twice_tells_once(greeting, run_jobs):
    from core.notifications.following import follow

    person = UserFactory()
    event = greeting(person, person)
    run_jobs()
    follow(event)
    run_jobs()
    assert Notification.objects.count() == 1
    assert len(mail.outbox) == 1


def test_a_mail_is_in_the_readers_language_and_zone(greeting, run_jobs, time_machine):
    time_machine.move_to("2026-11-20 16:30:00+00:00", tick=False)
    person = UserFactory(language="zh-hant", time_zone="Asia/Taipei")
    greeting(person, person, word="泵浦")
    run_jobs()
    (sent,) = mail.outbox
    assert "Second, 00:30." in sent.body
    assert 'lang="zh-hant"' in sent.alternatives[0][0]


def test_who_may_not_see_the_object_is_not_told(greeting, run_jobs):
    person, stranger = UserFactory(), UserFactory()
    greeting(person, person, stranger)
    run_jobs()
    assert [row.user_id for row in Notification.objects.all()] == [person.pk]
    assert [sent.to for sent in mail.outbox] == [[person.email]]


def test_who_did_it_is_not_told(greeting):
    person = UserFactory()
    with transaction.atomic():
        from django.utils import timezone

        record("person.greeted", person, actor=actor_of(person), at=timezone.now(), facts={"word": "I"})
    greeting(person, person, word="you")
    assert [row.context["word"] for row in Notification.objects.all()] == ["you"]


def test_who_lost_sight_since_gets_no_mail_and_sees_no_notice(greeting, run_jobs, monkeypatch):
    person = UserFactory()
    greeting(person, person)
    assert unread_count(actor_of(person)) == 1
    from core.people.models import UserQuerySet

    monkeypatch.setattr(UserQuerySet, "visible_to", lambda self, actor: self.none())
    assert unread_count(actor_of(person)) == 0
    assert b"Hello" not in client_for(person).get(reverse("notifications:list")).content
    run_jobs()
    assert mail.outbox == []


def test_who_was_disabled_since_gets_no_mail(greeting, run_jobs):
    person = UserFactory()
    greeting(person, person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    run_jobs()
    assert mail.outbox == []


@pytest.mark.parametrize("channel", ["portal", "mail"])
def test_an_unwanted_channel_is_left_out(greeting, run_jobs, channel):
    person = UserFactory()
    Preference.objects.create(user=person, kind="greeting", channel=channel, wanted=False)
    greeting(person, person)
    run_jobs()
    assert Notification.objects.count() == (0 if channel == "portal" else 1)
    assert len(mail.outbox) == (0 if channel == "mail" else 1)


def test_a_mail_unwanted_since_is_not_sent(greeting, run_jobs):
    person = UserFactory()
    greeting(person, person)
    Preference.objects.create(user=person, kind="greeting", channel="mail", wanted=False)
    run_jobs()
    assert mail.outbox == []


def test_a_mail_that_fails_is_tried_again(greeting, run_jobs, monkeypatch, time_machine):
    from django.core.mail import EmailMultiAlternatives

    from core.jobs import run_due

    time_machine.move_to("2026-11-20 08:00:00+00:00", tick=False)
    person = UserFactory()
    greeting(person, person)
    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", lambda self: 1 / 0)
        run_due()
    job = Job.objects.get(kind="notifications.mail")
    assert (job.state, job.attempts) == ("waiting", 1)
    assert mail.outbox == []
    time_machine.move_to("2026-11-20 08:01:00+00:00", tick=False)
    run_jobs()
    assert len(mail.outbox) == 1


# --- pages -----------------------------------------------------------------------------------------


def test_the_list_shows_words_and_marks(greeting):
    person = UserFactory()
    greeting(person, person, word="<i>one</i>")
    client = client_for(person)
    page = client.get(reverse("notifications:list")).content.decode()
    assert "Notifications: &lt;i&gt;one&lt;/i&gt;" in page and "<i>one</i>" not in page
    notice = Notification.objects.get()
    response = client.post(reverse("notifications:open", args=[notice.ref]))
    assert response.status_code == 302 and response["Location"] == "/profile/"
    assert unread_count(actor_of(person)) == 0
    assert b"&lt;i&gt;one" not in client.get(reverse("notifications:list") + "?show=unread").content


def test_all_are_marked_as_read_at_once(greeting):
    person, other = UserFactory(), UserFactory()
    for word in ("one", "two"):
        greeting(person, person, word=word)
    greeting(other, other)
    client_for(person).post(reverse("notifications:read_all"))
    assert unread_count(actor_of(person)) == 0
    assert unread_count(actor_of(other)) == 1


def test_a_foreign_an_absent_and_a_malformed_notice_look_the_same(greeting):
    person, other = UserFactory(), UserFactory()
    greeting(other, other)
    client = client_for(person)
    answers = [
        client.post(reverse("notifications:open", args=[ref]))
        for ref in (Notification.objects.get().ref, "ABCDEFGHJKLM", "no such thing")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert unread_count(actor_of(other)) == 1


def test_the_list_takes_the_same_number_of_queries_for_one_and_three(greeting, count_queries):
    person = UserFactory()
    client = client_for(person)
    url = reverse("notifications:list")
    greeting(person, person)
    client.get(url)
    one = count_queries(client.get, url)
    for word in ("two", "three"):
        greeting(person, person, word=word)
    assert count_queries(client.get, url) == one


def test_preferences_are_offered_and_kept(greeting):
    person = UserFactory()
    client = client_for(person)
    url = reverse("notifications:preferences")
    assert b"A greeting" in client.get(url).content
    assert client.post(url, {"greeting.portal": "on"}).status_code == 302
    kept = {row.channel: row.wanted for row in Preference.objects.filter(user=person)}
    assert kept == {"portal": True, "mail": False}
    page = client.get(url).content.decode()
    assert 'name="greeting.portal" id="id_greeting.portal" checked' in page
    assert 'name="greeting.mail" id="id_greeting.mail">' in page


def test_only_kinds_one_can_get_are_offered(greeting, monkeypatch):
    kind = registry.kinds()["greeting"]
    from dataclasses import replace

    monkeypatch.setattr(
        registry, "_kinds", {"greeting": replace(kind, side="staff", permission="registrations.decide")}
    )
    page = client_for(UserFactory()).get(reverse("notifications:preferences")).content
    assert b"A greeting" not in page


def test_every_kind_in_use_has_words_in_every_language(db):
    """The templates of the apps exist and render a title even from an empty context."""
    from django.template.loader import get_template

    from core.notifications import kinds

    for kind in kinds().values():
        assert get_template(kind.template), kind.code
