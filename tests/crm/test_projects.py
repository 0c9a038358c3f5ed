"""Projects: which names and tender numbers mean the same one."""

import pytest
from django.utils import timezone

from core.access.actor import system_actor
from crm.projects.models import Project
from crm.projects.services import find_or_create, normal_project
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("screening")


def project_for(account, name="", tender="") -> tuple:
    return find_or_create(account=account, name=name, tender_number=tender, actor=SYSTEM, at=timezone.now())


def test_neither_name_nor_tender_means_the_whole_customer(db):
    assert project_for(AccountFactory()) == (None, False)
    assert project_for(AccountFactory(), " !! ", "-") == (None, False)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("浦东机场三期", "浦東機場 三期"),
        ("浦东机场三期", "浦东机场三期项目"),
        ("Plant 2", "PLANT  2."),
        ("Plant 2", "Project Plant-2"),
    ],
)
def test_equal_normal_form_is_the_same_project(first, second):
    account = AccountFactory()
    made, is_new = project_for(account, first)
    assert is_new
    assert project_for(account, second) == (made, False)


def test_equal_tender_number_is_the_same_project():
    account = AccountFactory()
    made, _new = project_for(account, "North plant", "T-2026/17")
    assert project_for(account, "Another name", "t 2026 17") == (made, False)


def test_tender_number_is_added_to_a_project_known_by_name():
    account = AccountFactory()
    made, _new = project_for(account, "North plant")
    project_for(account, "North plant", "T-1")
    assert Project.objects.get(pk=made.pk).tender_number == "T-1"
    assert project_for(account, "", "T1") == (Project.objects.get(pk=made.pk), False)


def test_other_names_and_other_customers_are_other_projects():
    account = AccountFactory()
    made, _new = project_for(account, "North plant")
    assert project_for(account, "South plant")[1]
    assert project_for(AccountFactory(), "North plant")[0] != made


def test_a_name_of_one_word_only_stays():
    assert normal_project("Project") == "project"
    assert normal_project("项目") == "项目"
