"""The thread between dealer and decider: who writes, who reads, what is told to whom, and what can be taken back."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from core.access.exceptions import NotAllowed
from core.documents import files_of
from core.documents.models import StoredFile
from core.jobs.idempotency import KeyReused
from core.ledger import facts_of
from core.ledger.models import Event, FactSet
from core.notifications.models import Notification
from deal_registration.messages import services
from deal_registration.messages.exceptions import NothingToSend, TooLate, TooLong, TooManyFiles
from deal_registration.messages.models import LONGEST_TEXT, Message, MessageRead
from deal_registration.messages.threads import thread_of, unread_counts
from tests.cast import actor_of, client_for

from .test_screening import set_terms

pytestmark = pytest.mark.django_db

SECRET = "Between us: the station needs six."
EVERYBODY = (
    "dealer_sales", "dealer_manager", "rival", "sub_dealer", "channel_manager", "other_channel_manager",
    "sales_rep", "marketing", "administrator",
)  # fmt: skip


def upload(name="plan.txt", content=b"a plan"):
    return SimpleUploadedFile(name, content, "text/plain")


def send(user, registration, text=SECRET, at=None, **options) -> Message:
    return services.send(
        registration.ref, actor=actor_of(user), at=at or timezone.now(), text=text, **options
    )


def page(name: str, registration, *more) -> str:
    return reverse(f"messages:{name}", args=[registration.ref, *more])


def text(answer) -> str:
    return answer.content.decode()


# --- who writes and who reads -------------------------------------------------------------------------------------


def test_both_sides_write_and_read(own, dealer_sales, channel_manager):
    ours = send(dealer_sales, own, "When will you decide?")
    theirs = send(channel_manager, own, "Tomorrow.")
    assert (ours.side, theirs.side) == ("partner", "staff")
    for user in (dealer_sales, channel_manager):
        thread = thread_of(own, actor_of(user), at=timezone.now())
        assert [entry.message.text for entry in thread.entries] == ["When will you decide?", "Tomorrow."]


def test_who_sees_a_message(own, cast):
    message = send(cast.dealer_sales, own)
    sees = {
        name
        for name in EVERYBODY
        if Message.objects.visible_to(actor_of(getattr(cast, name))).filter(pk=message.pk).exists()
    }
    assert sees == {"dealer_sales", "dealer_manager", "channel_manager", "administrator"}


def test_who_writes(own, cast):
    writes = set()
    for name in EVERYBODY:
        try:
            send(getattr(cast, name), own)
            writes.add(name)
        except (NotAllowed, Http404):
            pass
    assert writes == {"dealer_sales", "dealer_manager", "channel_manager"}


def test_distributor_above_reads_as_it_reads_the_registration_and_does_not_write(
    sub_dealer, sub_partner, dealer_manager, file_deal, run_jobs
):
    filed = file_deal(sub_dealer)
    run_jobs()
    message = send(sub_dealer, filed)
    assert Message.objects.visible_to(actor_of(dealer_manager)).filter(pk=message.pk).exists()
    with pytest.raises(NotAllowed):
        send(dealer_manager, filed)
    shown = text(
        client_for(dealer_manager).get(reverse("registrations:registration_detail", args=[filed.ref]))
    )
    assert SECRET in shown
    assert page("message_send", filed) not in shown
    sub_partner.shares_with_parent = False
    sub_partner.save()
    assert not Message.objects.visible_to(actor_of(dealer_manager)).filter(pk=message.pk).exists()


def test_draft_has_no_thread(dealer_sales, save_draft):
    draft = save_draft(dealer_sales)
    with pytest.raises(NotAllowed):
        send(dealer_sales, draft)
    assert client_for(dealer_sales).get(page("thread", draft)).status_code == 404


def test_dealers_read_of_a_team_and_staff_of_persons(own, dealer_sales, channel_manager):
    send(channel_manager, own, "Tomorrow.")
    send(dealer_sales, own, "Thank you.")
    assert (
        thread_of(own, actor_of(dealer_sales), at=timezone.now()).entries[0].by == "The manufacturer's team"
    )
    assert thread_of(own, actor_of(channel_manager), at=timezone.now()).entries[1].by == "Dealer Sales"


# --- what is sent -------------------------------------------------------------------------------------------------


def test_nothing_too_much_and_too_many_are_refused(own, dealer_sales):
    for refused, options in (
        (NothingToSend, {"text": "  \n "}),
        (TooLong, {"text": "x" * (LONGEST_TEXT + 1)}),
        (TooManyFiles, {"uploads": [upload(f"{number}.txt") for number in range(6)]}),
    ):
        with pytest.raises(refused):
            send(dealer_sales, own, **options)
    assert not Message.objects.exists()


def test_file_may_be_sent_without_words_and_is_seen_by_both_sides_alone(own, cast):
    message = send(cast.dealer_sales, own, "", uploads=[upload()])
    stored = files_of(message).get()
    sees = {
        name
        for name in EVERYBODY
        if StoredFile.objects.visible_to(actor_of(getattr(cast, name))).filter(pk=stored.pk).exists()
    }
    assert sees == {"dealer_sales", "dealer_manager", "channel_manager", "administrator"}
    assert client_for(cast.rival).get(stored.get_absolute_url()).status_code == 404


def test_one_key_sends_once_and_only_these_words(own, dealer_sales):
    first = send(dealer_sales, own, idempotency_key="key")
    assert send(dealer_sales, own, idempotency_key="key") == first
    with pytest.raises(KeyReused):
        send(dealer_sales, own, "Other words", idempotency_key="key")
    assert Message.objects.count() == 1


def test_ledger_holds_a_hash_and_never_the_words(own, dealer_sales):
    message = send(dealer_sales, own, uploads=[upload("secret-plan.txt")])
    event = Event.objects.get(type="message.sent")
    assert event.partner_id == own.partner_id
    assert facts_of(event)["digest"] == services.digest_of(message)
    assert facts_of(event)["digest"] != hashlib.sha256(SECRET.encode()).hexdigest(), "salted"
    kept = " ".join(str(row.facts) for row in FactSet.objects.all())
    assert "six" not in kept
    assert "secret-plan" not in kept


# --- notices ------------------------------------------------------------------------------------------------------


def test_other_side_is_told_and_no_mail_holds_the_words(own, dealer_sales, channel_manager, rival, settle):
    settle()
    mail.outbox.clear()
    send(dealer_sales, own)
    send(channel_manager, own, "Ours: wait until Friday.")
    settle()
    told = set(Notification.objects.filter(kind__startswith="message").values_list("kind", "user__email"))
    assert ("message_for_staff", channel_manager.email) in told
    assert ("message_for_partner", dealer_sales.email) in told
    assert not any(email == rival.email for _kind, email in told)
    assert ("message_for_partner", channel_manager.email) not in told
    mails = "\n".join(f"{sent.to} {sent.subject} {sent.body} {sent.message()}" for sent in mail.outbox)
    assert own.customer_name.split()[0] in mails
    for words in (SECRET, "wait until Friday"):
        assert words not in mails
    context = " ".join(
        str(notice.context) for notice in Notification.objects.filter(kind__startswith="message")
    )
    assert "Friday" not in context


# --- read and unread ----------------------------------------------------------------------------------------------


def test_unread_until_read_and_the_sender_sees_when(own, dealer_sales, dealer_manager, channel_manager):
    first = send(channel_manager, own, "One")
    second = send(channel_manager, own, "Two")
    assert unread_counts([own], actor_of(dealer_sales)) == {own.pk: 2}
    assert unread_counts([own], actor_of(channel_manager)) == {}
    at = timezone.now()
    assert services.mark_read(own.ref, actor=actor_of(dealer_sales), at=at, upto=first.ref) == 1
    assert unread_counts([own], actor_of(dealer_sales)) == {own.pk: 1}
    assert unread_counts([own], actor_of(dealer_manager)) == {own.pk: 2}, "each reads for themselves"
    later = at + timedelta(minutes=1)
    services.mark_read(own.ref, actor=actor_of(dealer_sales), at=later, upto=second.ref)
    services.mark_read(own.ref, actor=actor_of(dealer_sales), at=later + timedelta(hours=1), upto=second.ref)
    entries = thread_of(own, actor_of(channel_manager), at=later).entries
    assert [entry.read_by for entry in entries] == [[("Dealer Sales", at)], [("Dealer Sales", later)]]


def test_who_only_looks_on_marks_nothing(own, dealer_sales, administrator, sales_rep):
    message = send(dealer_sales, own)
    with pytest.raises(NotAllowed):
        services.mark_read(own.ref, actor=actor_of(administrator), at=timezone.now(), upto=message.ref)
    with pytest.raises(Http404):
        services.mark_read(own.ref, actor=actor_of(sales_rep), at=timezone.now(), upto=message.ref)
    assert not MessageRead.objects.exists()
    assert unread_counts([own], actor_of(administrator)) == {}


def test_message_of_another_registration_marks_nothing(
    own, rival_registration, rival, dealer_sales, channel_manager
):
    send(channel_manager, own)
    foreign = send(rival, rival_registration)
    with pytest.raises(Http404):
        services.mark_read(own.ref, actor=actor_of(dealer_sales), at=timezone.now(), upto=foreign.ref)


def test_lists_and_queue_show_what_is_unread(own, dealer_sales, channel_manager):
    send(channel_manager, own)
    send(dealer_sales, own)
    assert "1 unread message" in text(client_for(dealer_sales).get("/registrations/"))
    assert "1 unread message" in text(client_for(channel_manager).get("/review/"))


def test_list_costs_the_same_with_unread_messages_on_one_row_and_on_three(
    dealer_sales, channel_manager, file_deal, run_jobs, count_queries
):
    filed = [file_deal(dealer_sales, customer_name=f"Customer {number} Ltd.") for number in range(3)]
    run_jobs()
    send(channel_manager, filed[0])
    client = client_for(dealer_sales)
    one = count_queries(client.get, "/registrations/")
    for registration in filed:
        send(channel_manager, registration)
    assert count_queries(client.get, "/registrations/") == one


def test_thread_costs_the_same_for_one_message_and_for_five(
    own, dealer_sales, channel_manager, count_queries
):
    client = client_for(dealer_sales)
    url = reverse("registrations:registration_detail", args=[own.ref])
    send(channel_manager, own, uploads=[upload()])
    one = count_queries(client.get, url)
    for number in range(4):
        send(channel_manager, own, f"Message {number}", uploads=[upload()])
    assert count_queries(client.get, url) == one


# --- taken back ---------------------------------------------------------------------------------------------------


def test_author_takes_back_within_ten_minutes_and_the_words_are_gone(own, dealer_sales, channel_manager):
    sent = timezone.now()
    message = send(dealer_sales, own, at=sent, uploads=[upload()])
    stored = files_of(message).get()
    services.retract(message.ref, actor=actor_of(dealer_sales), at=sent + timedelta(minutes=9, seconds=59))
    message.refresh_from_db()
    assert (message.text, message.seal) == ("", "")
    assert not StoredFile.objects.filter(pk=stored.pk).exists()
    assert Event.objects.filter(type="message.retracted").count() == 1
    shown = text(client_for(channel_manager).get(reverse("registrations:review_detail", args=[own.ref])))
    assert "Taken back on" in shown
    assert SECRET not in shown
    with pytest.raises(TooLate):
        services.retract(message.ref, actor=actor_of(dealer_sales), at=sent)


def test_ten_minutes_later_it_stays(own, dealer_sales, programme):
    sent = timezone.now()
    message = send(dealer_sales, own, at=sent)
    with pytest.raises(TooLate):
        services.retract(message.ref, actor=actor_of(dealer_sales), at=sent + timedelta(minutes=10))
    set_terms(programme, message_retract_minutes=15)
    services.retract(message.ref, actor=actor_of(dealer_sales), at=sent + timedelta(minutes=10))


@pytest.mark.parametrize("who", ["dealer_manager", "channel_manager", "administrator"])
def test_nobody_else_takes_it_back(own, dealer_sales, who, request):
    message = send(dealer_sales, own)
    with pytest.raises(NotAllowed):
        services.retract(message.ref, actor=actor_of(request.getfixturevalue(who)), at=timezone.now())
    assert Message.objects.get().text == SECRET


# --- pages --------------------------------------------------------------------------------------------------------


def test_message_is_sent_from_the_page_and_shown_there(own, dealer_sales, channel_manager):
    dealer = client_for(dealer_sales)
    answer = dealer.post(
        page("message_send", own),
        {"one_time_key": "key-of-this-form", "text": "<b>bold</b> https://example.com"},
    )
    assert answer.url.endswith(f"/registrations/{own.ref}/?sent=1#messages")
    shown = text(client_for(channel_manager).get(reverse("registrations:review_detail", args=[own.ref])))
    assert "&lt;b&gt;bold&lt;/b&gt; https://example.com" in shown
    assert 'href="https://example.com"' not in shown
    assert "The dealer sees this" in shown
    assert "Never shown to the dealer." in shown


def test_refused_message_comes_back_with_what_was_typed(own, dealer_sales):
    dealer = client_for(dealer_sales)
    empty = dealer.post(page("message_send", own), {"one_time_key": "key", "text": " "})
    assert empty.status_code == 422
    long = dealer.post(page("message_send", own), {"one_time_key": "key", "text": "y" * 4001})
    assert long.status_code == 422
    assert "yyyy" in text(long)
    bad = dealer.post(
        page("message_send", own),
        {"one_time_key": "key", "text": "With a file", "files": SimpleUploadedFile("x.exe", b"MZ\x90\x00")},
    )
    assert bad.status_code == 422
    assert "With a file" in text(bad)
    assert not Message.objects.exists()


def test_thread_answers_only_when_something_changed(own, dealer_sales, channel_manager):
    send(channel_manager, own, "One")
    client = client_for(dealer_sales)
    htmx = {"HX-Request": "true"}
    first = client.get(page("thread", own), headers=htmx)
    state = re.search(r"state=([0-9a-f]+)", text(first))[1]
    same = client.get(page("thread", own), {"state": state}, headers=htmx)
    assert (same.status_code, same.content) == (204, b"")
    send(channel_manager, own, "Two")
    changed = client.get(page("thread", own), {"state": state}, headers=htmx)
    assert "Two" in text(changed)
    assert "<textarea" not in text(changed), "what is being typed is never replaced"
    assert client.get(page("thread", own)).url.endswith("#messages")


def test_reading_is_marked_by_post_alone(own, dealer_sales, channel_manager):
    message = send(channel_manager, own)
    client = client_for(dealer_sales)
    client.get(reverse("registrations:registration_detail", args=[own.ref]))
    assert not MessageRead.objects.exists()
    client.post(page("message_read", own), {"upto": message.ref}, headers={"HX-Request": "true"})
    assert MessageRead.objects.count() == 1


@pytest.mark.parametrize("who", ["rival", "sub_dealer", "other_channel_manager", "sales_rep"])
def test_thread_of_others_is_not_there(own, dealer_sales, who, request):
    message = send(dealer_sales, own)
    client = client_for(request.getfixturevalue(who))
    assert client.get(page("thread", own), headers={"HX-Request": "true"}).status_code in (403, 404)
    for name, more in (("message_send", ()), ("message_read", ()), ("message_retract", (message.ref,))):
        answer = client.post(
            page(name, own, *more), {"text": "Hello", "one_time_key": "key", "upto": message.ref}
        )
        assert answer.status_code in (403, 404), name
    assert Message.objects.count() == 1
    assert not MessageRead.objects.exists()
