"""Serving what people uploaded: through the access check, always as a download."""

import structlog
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from .models import StoredFile

log = structlog.get_logger(__name__)


@require_safe
def file_download(request: HttpRequest, ref: str) -> FileResponse:
    """Send one file; absent, foreign and malformed references look the same."""
    stored = StoredFile.objects.get_visible(request.actor, ref=ref)
    try:
        content = stored.content.open("rb")
    except FileNotFoundError as error:
        log.error("stored_file_lost", ref=stored.ref)
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["Content-Length"] = stored.size
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
