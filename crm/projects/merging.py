"""Projects when their customers become one: equal names or tender numbers are the same project."""

from datetime import datetime

from core import search
from crm.accounts.merging import registry, relations
from crm.accounts.merging.journal import Journal
from crm.accounts.models import Account, Lifecycle
from crm.accounts.services.merging import final_of

from .models import Project
from .services import OBJECT_TYPE, project_texts


def joined_projects(before: int, after: int) -> dict[int, Project]:
    """Return which project of account ``after`` each project of account ``before`` is, where it is one; by id.

    An equal tender number counts before an equal name, as where a project is filed.
    """
    kept = list(Project.objects.filter(account_id=after).order_by("pk"))
    by_tender: dict[str, Project] = {}
    by_name: dict[str, Project] = {}
    for project in kept:
        by_tender.setdefault(project.normal_tender_number, project)
        by_name.setdefault(project.normal_name, project)
    found = {}
    for project in Project.objects.filter(account_id=before).order_by("pk"):
        tender, name = project.normal_tender_number, project.normal_name
        same = (by_tender.get(tender) if tender else None) or (by_name.get(name) if name else None)
        if same is not None:
            found[project.pk] = same
    return found


def where_it_went(project: Project) -> Project | None:
    """Return the project that a joined one's business is under now, or None for one that was never joined."""
    account = project.account
    if account.lifecycle != Lifecycle.MERGED:
        return None
    return joined_projects(account.pk, final_of(account)).get(project.pk)


def _projects(journal: Journal, before: int, after: int) -> None:
    """Move projects; what hangs on one that the other account has too goes to that one, its empty row stays behind."""
    joined = joined_projects(before, after)
    journal.move(
        Project,
        "account_id",
        Project.objects.filter(account_id=before).exclude(pk__in=joined),
        after,
    )
    for project in Project.objects.filter(pk__in=joined).order_by("pk"):
        kept = joined[project.pk]
        relations.repoint(Project, journal, project.pk, kept.pk)
        if project.normal_tender_number and not kept.normal_tender_number:
            journal.set(
                kept,
                tender_number=project.tender_number,
                normal_tender_number=project.normal_tender_number,
            )
        days = [day for day in (project.tender_published_on, kept.tender_published_on) if day is not None]
        journal.set(kept, tender_published_on=min(days, default=None))


def _keep_in_step(account_ids, journal: Journal, event_pk: int, at: datetime) -> None:
    """Write the search terms of what was changed; the empty row of a joined project is found by nobody."""
    merged = set(
        Account.objects.filter(pk__in=account_ids, lifecycle=Lifecycle.MERGED).values_list("pk", flat=True)
    )
    changed = journal.ids("projects.project", "normal_tender_number")
    for project in Project.objects.filter(pk__in=changed).order_by("pk"):
        search.index(OBJECT_TYPE, project.pk, project_texts(project))
    for project in Project.objects.filter(account_id__in=account_ids).order_by("pk"):
        if project.account_id in merged:
            search.unindex(OBJECT_TYPE, project.pk)
        else:
            search.index(OBJECT_TYPE, project.pk, project_texts(project))


registry.moves_by("projects.Project.account", _projects)
registry.register(registry.Party("projects", follow=_keep_in_step))
