"""Uploads while the disk is full: a clear message, nothing half kept, nothing typed lost."""

import errno
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from core.documents import UploadRefused
from core.documents.models import StoredFile
from deal_registration import services
from deal_registration.models import Registration
from tests.cast import actor_of, client_for

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def full_disk(monkeypatch):
    """A private storage on which nothing fits any more."""

    def refuse(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)


def evidence() -> SimpleUploadedFile:
    return SimpleUploadedFile("evidence.txt", b"a line of evidence\n", "text/plain")


def test_full_disk_is_told_in_words_and_leaves_no_row(own, dealer_sales, full_disk):
    with pytest.raises(UploadRefused) as refusal:
        services.attach(own.pk, evidence(), actor=actor_of(dealer_sales), at=timezone.now())
    assert str(refusal.value.message)
    assert "Errno" not in str(refusal.value.message)
    assert not StoredFile.objects.exists()


def test_full_disk_on_the_form_keeps_what_was_typed(dealer_sales, places, lines, full_disk):
    client = client_for(dealer_sales)
    page = client.get("/registrations/new/")
    key = page.context["form"]["one_time_key"].value()
    response = client.post(
        "/registrations/new/",
        {
            "one_time_key": key,
            "customer_name": "Typed by hand",
            "customer_country": "CN",
            "territory": "cn-shanghai",
            "line_ids": [lines.pumps.pk],
            "value_0": "1000",
            "value_1": "CNY",
            "expected_close_on": (timezone.localdate() + timedelta(days=9)).isoformat(),
            "contacts-TOTAL_FORMS": "0",
            "contacts-INITIAL_FORMS": "0",
            "documents": evidence(),
            "action": "draft",
        },
    )
    assert response.status_code in (200, 302, 422)
    assert Registration.objects.get().customer_name == "Typed by hand"
    assert not StoredFile.objects.exists()
    if response.status_code == 302:
        response = client.get(response.headers["Location"])
    assert "Typed by hand" in response.content.decode()
