"""Background work: what failed and why, and starting it anew."""

from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.tables import TitleColumn

from core.access.guards import require
from core.jobs.models import Job, JobState
from core.jobs.registry import kinds
from core.jobs.services import retry

from .base import Index, Inspect, ServiceViewSet


class _Inspect(Inspect):
    """Shows a job, with a button that starts a failed one anew."""

    template_name = "cms/job_inspect.html"

    def get_fields(self):
        """Return what helps to understand a failure."""
        return ["kind", "key", "state", "attempts", "error", "run_at", "created_at", "finished_at", "payload"]

    def get_context_data(self, **kwargs):
        """Add where to start it anew."""
        context = super().get_context_data(**kwargs)
        if self.object.state == JobState.FAILED:
            context["retry_url"] = reverse("cms_jobs:retry", args=(self.object.pk,))
        return context


@require_POST
def retry_job(request, pk: int):
    """Start one failed job anew."""
    require(request.actor, "jobs.manage")
    job = Job.objects.get_visible(request.actor, pk=pk)
    if job.state == JobState.FAILED:
        retry(job.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("The job starts anew."))
    else:
        messages.warning(request, _("Only failed jobs can be started anew."))
    return HttpResponseRedirect(reverse("cms_jobs:index") + "?state=failed")


def kind_label(job: Job):
    """Return what kind of work a job is, in words."""
    handler = kinds().get(job.kind)
    return handler.label if handler else job.kind


class KindColumn(TitleColumn):
    """The kind of work, in words."""

    def get_value(self, instance):
        """Return the label of the kind."""
        return kind_label(instance)


class _Index(Index):
    """The list of jobs, by the words for their kinds."""

    def _get_title_column(self, field_name, column_class=KindColumn, **kwargs):
        return super()._get_title_column(field_name, column_class, **kwargs)


class JobViewSet(ServiceViewSet):
    """Jobs: shown, and failed ones started anew."""

    model = Job
    name = "jobs"
    icon = "tasks"
    permission = "jobs.manage"
    index_view_class = _Index
    inspect_view_class = _Inspect
    inspect_view_enabled = True
    list_display = ("kind", "state", "attempts", "run_at", "finished_at")
    list_filter = ("state", "kind")
    search_fields = ("kind", "key", "error")
    ordering = "-id"

    def get_urlpatterns(self):
        """Add the address that starts a job anew."""
        return [*super().get_urlpatterns(), path("retry/<int:pk>/", retry_job, name="retry")]
