"""Projects: found by their normal form or tender number, or created."""

import re
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from core import ledger, search
from core.access.actor import Actor
from core.access.guards import require
from core.search.folding import fold, letters_of, unify
from core.workflow import lock
from crm.accounts.models import Account
from crm.territories.models import Territory

from .models import Project

OBJECT_TYPE = "projects.project"
_SAYS_NOTHING = re.compile(r"^(project|projekt)|(项目|工程项目|project|projekt)$")


def normal_project(name: str) -> str:
    """Return the normal form of a project's name: two equal ones under one customer are the same project."""
    folded = letters_of(fold(name))
    return (_SAYS_NOTHING.sub("", folded) or folded)[:200]


def normal_tender(number: str) -> str:
    """Return a tender number's letters and digits."""
    return re.sub(r"[\W_]", "", unify(number)).upper()[:80]


def project_texts(project: Project) -> list[str]:
    """Return the texts a project is found by."""
    return [project.name, project.tender_number, project.ref]


def find_project(account_id: int, *, name: str, tender_number: str = "") -> Project | None:
    """Return the project of an account meant by a name or tender number; None if nobody knows it. Changes nothing."""
    normal_name, tender = normal_project(name), normal_tender(tender_number)
    same = Q(pk__in=())
    if tender:
        same |= Q(normal_tender_number=tender)
    if normal_name:
        same |= Q(normal_name=normal_name)
    found = sorted(
        Project.objects.filter(same, account_id=account_id).order_by("pk"),
        key=lambda project: (not tender or project.normal_tender_number != tender, project.pk),
    )
    return found[0] if found else None


@transaction.atomic
def find_or_create(
    *,
    account: Account,
    name: str,
    tender_number: str = "",
    territory: Territory | None = None,
    actor: Actor,
    at: datetime,
) -> tuple[Project | None, bool]:
    """Return the project of ``account`` meant by a name or tender number, and whether it is new.

    An equal tender number counts before an equal normal name. (None, False) where neither is given: the whole
    customer is meant. The account is locked, so that two filings at once do not make the project twice.
    """
    normal_name, tender = normal_project(name), normal_tender(tender_number)
    if not normal_name and not tender:
        return None, False
    lock(Account.objects.all(), pk=account.pk)
    found = find_project(account.pk, name=name, tender_number=tender_number)
    if found is not None:
        return _with_tender(found, tender_number, tender, actor, at), False
    project = Project(
        account=account,
        name=(name.strip() or tender_number.strip())[:200],
        normal_name=normal_name or letters_of(fold(tender_number))[:200],
        tender_number=tender_number.strip()[:80],
        normal_tender_number=tender,
        territory=territory,
        created_at=at,
    )
    project.save(force_insert=True)
    search.index(OBJECT_TYPE, project.pk, project_texts(project))
    facts = {"name": project.name, "tender_number": project.tender_number}
    ledger.record("project.created", project, actor=actor, at=at, facts=facts)
    return project, True


def _with_tender(project: Project, number: str, normal: str, actor: Actor, at: datetime) -> Project:
    """Add the tender number to a project known without one."""
    if not normal or project.normal_tender_number:
        return project
    project.tender_number, project.normal_tender_number = number.strip()[:80], normal
    project.save(update_fields=["tender_number", "normal_tender_number"])
    search.index(OBJECT_TYPE, project.pk, project_texts(project))
    ledger.record(
        "project.changed", project, actor=actor, at=at, facts={"tender_number": project.tender_number}
    )
    return project


@transaction.atomic
def note_publication(pk: int, published_on: date, *, actor: Actor, at: datetime) -> Project:
    """Keep the day on which a project's tender was published, from the first that says so; a known day stays."""
    project = lock(Project.objects.all(), pk=pk)
    if project.tender_published_on is None:
        project.tender_published_on = published_on
        project.save(update_fields=["tender_published_on"])
        facts = {"tender_published_on": published_on.isoformat()}
        ledger.record("project.changed", project, actor=actor, at=at, facts=facts)
    return project


@transaction.atomic
def update_project(
    pk: int,
    *,
    name: str,
    tender_number: str,
    territory: Territory | None,
    actor: Actor,
    at: datetime,
    tender_published_on: date | None = None,
) -> Project:
    """Change a project's name, tender and territory; needs leave to edit its account."""
    project = lock(Project.objects.select_related("account__territory"), pk=pk)
    require(actor, "accounts.edit", project.account)
    project.name, project.normal_name = name.strip()[:200], normal_project(name)
    project.tender_number, project.normal_tender_number = (
        tender_number.strip()[:80],
        normal_tender(tender_number),
    )
    project.territory, project.tender_published_on = territory, tender_published_on
    project.save(
        update_fields=[
            "name",
            "normal_name",
            "tender_number",
            "normal_tender_number",
            "tender_published_on",
            "territory",
        ]
    )
    search.index(OBJECT_TYPE, project.pk, project_texts(project))
    facts = {
        "name": project.name,
        "tender_number": project.tender_number,
        "tender_published_on": tender_published_on.isoformat() if tender_published_on else None,
    }
    ledger.record("project.changed", project, actor=actor, at=at, facts=facts)
    return project
