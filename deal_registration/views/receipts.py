"""The signed receipt of a filing, as JSON (what is verified) and as PDF (what is read)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.documents.pdf import PdfUnavailable
from core.ledger.models import Event
from core.ledger.receipts import as_text, facts_in_words, receipt_for, receipt_pdf

from ..models import Registration
from ..selectors import registration_detail


def filing_event(registration: Registration) -> Event:
    """Return the event of the first filing, or raise ``Http404`` for a draft."""
    event = (
        Event.objects.about(Registration._meta.label_lower, registration.pk)
        .filter(type="registration.submitted")
        .first()
    )
    if event is None:
        raise Http404
    return event


def _as_download(content: bytes | str, *, content_type: str, name: str) -> HttpResponse:
    """Return a download that no cache keeps."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def receipt_json(request: HttpRequest, ref: str) -> HttpResponse:
    """Download the receipt that the public page verifies."""
    registration = registration_detail(request.actor, ref)
    text = as_text(receipt_for(filing_event(registration)))
    return _as_download(
        text, content_type="application/json; charset=utf-8", name=f"receipt-{registration.ref}.json"
    )


@require_GET
def receipt_pdf_view(request: HttpRequest, ref: str) -> HttpResponse:
    """Download the receipt to read and print; it carries the JSON as an attachment."""
    registration = registration_detail(request.actor, ref)
    receipt = receipt_for(filing_event(registration))
    try:
        content = receipt_pdf(
            receipt,
            title=_("Receipt of a deal registration"),
            rows=facts_in_words(receipt),
            language=request.actor.language,
        )
    except PdfUnavailable as unavailable:
        messages.warning(request, str(unavailable.message))
        return redirect("registrations:registration_detail", ref=registration.ref)
    return _as_download(content, content_type="application/pdf", name=f"receipt-{registration.ref}.pdf")
