"""Messages as bare rows. One that counts goes through the services."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from deal_registration.messages.models import Message, MessageRead

from .core import UserFactory
from .deals import RegistrationFactory


class MessageFactory(DjangoModelFactory):
    """A message of the dealer."""

    class Meta:
        model = Message

    registration = factory.SubFactory(RegistrationFactory)
    side = "partner"
    author = factory.SubFactory(UserFactory)
    text = "When can we expect a decision?"
    seal = "salt"
    sent_at = factory.LazyFunction(timezone.now)


class MessageReadFactory(DjangoModelFactory):
    """Somebody has read it."""

    class Meta:
        model = MessageRead

    message = factory.SubFactory(MessageFactory)
    user = factory.SubFactory(UserFactory, is_staff=True)
    read_at = factory.LazyFunction(timezone.now)
