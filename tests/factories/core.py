"""People, roles, calendars, jobs, notices and files."""

import hashlib

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from core.access.models import FieldLevel, FieldPermission, Role, Side
from core.api.models import ApiKey
from core.calendars.models import BusinessCalendar
from core.documents.models import StoredFile
from core.imports.models import Import
from core.jobs.models import Job
from core.list_views.models import SavedView
from core.notifications.models import Channel, Notification, Preference
from core.people.models import User

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory):
    """A person who signs in with ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    full_name = factory.Sequence(lambda n: f"Person {n}")

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        """Set the password; a plain hash is quick under the tests' hasher."""
        self.set_password(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])


class RoleFactory(DjangoModelFactory):
    """A role; the default ones are there already and found by their code."""

    class Meta:
        model = Role
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"role-{n}")
    name_en = factory.LazyAttribute(lambda role: role.code.replace("_", " ").capitalize())
    name_zh_hans = "角色"
    name_zh_hant = "角色"
    side = Side.STAFF
    permissions = factory.LazyFunction(list)


class FieldPermissionFactory(DjangoModelFactory):
    """One role may only read one field."""

    class Meta:
        model = FieldPermission

    role = factory.SubFactory(RoleFactory)
    model = "accounts.account"
    field = "phone"
    level = FieldLevel.READ


class BusinessCalendarFactory(DjangoModelFactory):
    """Monday to Friday, nine to six, in Shanghai, without holidays."""

    class Meta:
        model = BusinessCalendar
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda n: f"Calendar {n}")
    time_zone = "Asia/Shanghai"
    working_days = factory.LazyFunction(lambda: [0, 1, 2, 3, 4])


class SavedViewFactory(DjangoModelFactory):
    """A private view of the list of accounts, of a member of staff."""

    class Meta:
        model = SavedView

    list = "accounts:account_list"
    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"View {n}")
    query = "mine=mine"


class JobFactory(DjangoModelFactory):
    """A waiting job of a kind nobody handles."""

    class Meta:
        model = Job

    kind = "tests.nothing"
    key = factory.Sequence(lambda n: f"tests.nothing:{n}")


class ImportFactory(DjangoModelFactory):
    """An import whose file waits to be read."""

    class Meta:
        model = Import

    resource = "accounts"
    file_name = "accounts.csv"
    format = "csv"
    started_by = factory.SubFactory(UserFactory, is_staff=True)


class NotificationFactory(DjangoModelFactory):
    """A notice of a kind the deals register."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    kind = "registrations.decided"
    context = factory.LazyFunction(dict)


class PreferenceFactory(DjangoModelFactory):
    """Somebody does not want mails of one kind."""

    class Meta:
        model = Preference

    user = factory.SubFactory(UserFactory)
    kind = "registrations.decided"
    channel = Channel.MAIL
    wanted = False


class StoredFileFactory(DjangoModelFactory):
    """A small text file that hangs on ``obj``."""

    class Meta:
        model = StoredFile

    class Params:
        obj = None
        body = b"a line of text\n"

    object_type = factory.LazyAttribute(lambda file: file.obj._meta.label_lower)
    object_id = factory.LazyAttribute(lambda file: file.obj.pk)
    kind = "evidence"
    name = "evidence.txt"
    content_type = "text/plain"
    size = factory.LazyAttribute(lambda file: len(file.body))
    sha256 = factory.LazyAttribute(lambda file: hashlib.sha256(file.body).hexdigest())
    content = factory.LazyAttribute(lambda file: ContentFile(file.body, name=file.name))


class ApiKeyFactory(DjangoModelFactory):
    """A key of an organisation that nobody holds the secret of."""

    class Meta:
        model = ApiKey

    name = "Order system"
    prefix = factory.Sequence(lambda number: f"dpk_{number:010d}")
    digest = "0" * 64
    user = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("user")
    organisation_id = 1
    permissions = ["registrations.view"]
