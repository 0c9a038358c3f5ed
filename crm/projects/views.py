"""Pages of projects, for staff: dealers type a project's name and never choose from rivals'."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from core.access.exceptions import NotAllowed
from core.access.fields import field_access
from core.access.guards import allows, require
from core.ui.lists import ListView
from crm.panels import panels_for
from crm.story import day, story_of
from crm.submitting import changed

from . import services
from .filters import ProjectFilters
from .forms import ProjectForm
from .merging import where_it_went
from .models import Project
from .tables import ProjectTable


class ProjectList(ListView):
    """Projects of the customers the actor sees."""

    permission = "accounts.view"
    title = gettext_lazy("Projects")
    table_class = ProjectTable
    filterset_class = ProjectFilters
    export_name = "projects"
    default_sort = ("name",)
    empty_icon = "map-pin"
    empty_title = gettext_lazy("No projects yet")
    empty_text = gettext_lazy("Sites and tenders come with the registrations that name them.")

    def get(self, request, *args, **kwargs):
        """Show the list to staff."""
        if request.actor.is_dealer:
            raise NotAllowed
        return super().get(request, *args, **kwargs)

    def get_rows(self):
        """Return the projects the actor may see."""
        return Project.objects.visible_to(self.request.actor).select_related("account", "territory")


def _joined(request: HttpRequest, ref: str) -> HttpResponse:
    """Lead from a project that was joined with another, when their customers were merged, to that one, or 404."""
    gone = Project.objects.select_related("account").filter(ref=ref).first()
    kept = where_it_went(gone) if gone is not None and not request.actor.is_dealer else None
    if kept is None or not Project.objects.visible_to(request.actor).filter(pk=kept.pk).exists():
        raise Http404
    messages.info(request, _("The project you asked for was joined with this one."))
    return redirect(kept)


def _project(request: HttpRequest, ref: str) -> Project:
    """Return a project the actor may see; for a dealer there is none."""
    if request.actor.is_dealer:
        raise Http404
    return Project.objects.select_related("account__territory", "territory").get_visible(
        request.actor, ref=ref
    )


@require_GET
def project_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one project: facts, opportunities, what happened."""
    actor = request.actor
    require(actor, "accounts.view")
    try:
        project = _project(request, ref)
    except Http404:
        return _joined(request, ref)
    access = field_access(actor, Project)
    fields = [
        ("tender_number", _("Tender number"), project.tender_number),
        (
            "tender_published_on",
            _("Tender published on"),
            date_format(project.tender_published_on, "DATE_FORMAT") if project.tender_published_on else "",
        ),
        ("territory", _("Territory"), project.territory.name if project.territory else ""),
    ]
    facts = [(label, value) for name, label, value in fields if access.readable(name)]
    return render(
        request,
        "projects/project_detail.html",
        {
            "project": project,
            "facts": facts,
            "may_edit": allows(actor, "accounts.edit", project.account),
            "panels": panels_for("projects.project", project, request),
            "timeline_entries": story_of(project, actor, words={"tender_published_on": day}),
        },
    )


@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Edit a project of an account the actor may edit."""
    actor = request.actor
    project = _project(request, ref)
    require(actor, "accounts.edit", project.account)
    form = ProjectForm(request.POST or None, instance=project, actor=actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if changed(
            form,
            lambda: services.update_project(
                project.pk,
                name=data["name"],
                tender_number=data["tender_number"],
                tender_published_on=data["tender_published_on"],
                territory=data["territory"],
                actor=actor,
                at=timezone.now(),
            ),
        ):
            return redirect("projects:project_detail", ref=ref)
    return render(
        request,
        "projects/project_form.html",
        {
            "form": form,
            "project": project,
            "page_title": _("Edit the project"),
            "submit_label": _("Save"),
            "cancel_url": project.get_absolute_url(),
        },
        status=422 if form.errors else 200,
    )
