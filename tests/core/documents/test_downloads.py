"""Downloads: behind the scope of the object, always as an attachment."""

import pytest
from django.urls import reverse

from core.access.actor import ANONYMOUS, system_actor
from core.documents import registry
from core.documents.models import StoredFile
from core.people.models import User
from tests.cast import actor_of, client_for
from tests.factories import StoredFileFactory, UserFactory


@pytest.fixture
def own(db, monkeypatch):
    """A file that hangs on a person, seen by whoever sees the person."""
    monkeypatch.setattr(registry, "_visible", {"people.user": lambda actor: User.objects.visible_to(actor)})
    person = UserFactory()
    return StoredFileFactory(
        obj=person, name="報價 <b>.txt", body="經銷商\n".encode(), content_type="text/plain"
    )


def test_who_sees_the_object_gets_the_file(own):
    response = client_for(User.objects.get(pk=own.object_id)).get(own.get_absolute_url())
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == "經銷商\n".encode()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_a_foreign_an_absent_and_a_malformed_file_look_the_same(own):
    client = client_for(UserFactory())
    answers = [
        client.get(reverse("documents:file_download", args=[ref]))
        for ref in (own.ref, "ABCDEFGHJKLM", "no such thing")
    ]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {answer.content for answer in answers}
    assert len({body.replace(own.ref.encode(), b"") for body in bodies}) <= 3
    assert all(b"\xe5\xa0\xb1" not in body for body in bodies)


def test_a_lost_file_is_a_404(own):
    own.content.delete(save=False)
    assert client_for(User.objects.get(pk=own.object_id)).get(own.get_absolute_url()).status_code == 404


def test_a_visitor_is_sent_to_sign_in(own, client):
    response = client.get(own.get_absolute_url())
    assert response.status_code == 302 and "login" in response["Location"]


def test_files_of_an_unregistered_kind_are_nobodys(own, monkeypatch):
    person = User.objects.get(pk=own.object_id)
    assert list(StoredFile.objects.visible_to(actor_of(person))) == [own]
    monkeypatch.setattr(registry, "_visible", {})
    assert not StoredFile.objects.visible_to(actor_of(person)).exists()
    assert not StoredFile.objects.visible_to(ANONYMOUS).exists()
    assert list(StoredFile.objects.visible_to(system_actor("sweep"))) == [own]
