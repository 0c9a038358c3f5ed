"""One world for all tests of a module: building it takes longer than asking it a thousand questions."""

import pytest
from django.core import mail
from django.db import transaction

from .world import build


@pytest.fixture(scope="module")
def standing_world(django_db_setup, django_db_blocker):
    """The world, undone after the module; each test's own changes are undone inside it."""
    with django_db_blocker.unblock(), transaction.atomic():
        mail.outbox = []
        world = build()
        world.mails = list(mail.outbox)
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(standing_world, db):
    """Everybody's rows; see ``tests.access.world``."""
    return standing_world
