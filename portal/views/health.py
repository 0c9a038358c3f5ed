"""Health of this machine, for load balancers and people on call. Nothing here is a secret."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.jobs.models import Job, JobState

LONGEST_LAG = timedelta(minutes=5)  # work due for longer than this: no worker is doing it

_migrated = False  # what has been applied stays applied: asked once for good


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process can answer at all; asks no database."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if this machine can serve: database reached, migrations applied. Else 503.

    ``jobs`` says how late the oldest due work is, in seconds; lateness is reported (``late``), but serving goes on.
    """
    checks: dict[str, str | int] = {}
    try:
        checks["database"] = _database()
        checks["migrations"] = _migrations()
        lag = _lag()
        checks["jobs_lag_seconds"] = lag
        checks["jobs"] = "late" if lag > LONGEST_LAG.total_seconds() else "ok"
    except DatabaseError:
        checks["database"] = "unreachable"
    serves = checks.get("database") == "ok" and checks.get("migrations") == "ok"
    return JsonResponse(
        {"status": "ok" if serves else "unavailable", **checks}, status=200 if serves else 503
    )


def _database() -> str:
    """Ask the database anything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return "ok"


def _migrations() -> str:
    """Say whether every migration of this version is applied."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if _migrated else "pending"


def _lag() -> int:
    """Return for how many seconds the oldest waiting job has been due."""
    now = timezone.now()
    oldest = (
        Job.objects.filter(state=JobState.WAITING, run_at__lte=now)
        .order_by("run_at")
        .values_list("run_at", flat=True)
        .first()
    )
    return max(int((now - oldest).total_seconds()), 0) if oldest else 0
