"""The receipt on paper: letterhead, facts, proof, a QR code, and the JSON carried inside."""

import io
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.documents import pdf

from .checking import read_stamp
from .issuing import as_text


def verification_address(receipt: dict[str, Any]) -> str:
    """Return the public address that the QR code holds: reference and leaf hash, no fact."""
    query = urlencode({"ref": receipt["reference"], "leaf": receipt["leaf_hash"]})
    return f"{settings.PORTAL_ORIGIN}{reverse('ledger:receipt_verify')}?{query}"


def receipt_pdf(receipt: dict[str, Any], *, title: str, rows: list[tuple[str, Any]], language: str) -> bytes:
    """Return the PDF of ``receipt``: ``rows`` are what people read, the JSON inside is what is verified.

    Raises ``core.documents.pdf.PdfUnavailable``.
    """
    address = verification_address(receipt)
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawing, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=0, dark="#102e38"
    )
    seal = receipt["seal"]
    with translation.override(language):
        attached = pdf.Attached(
            name=f"receipt-{receipt['reference']}.json",
            content=as_text(receipt).encode(),
            description=_("The receipt as it is verified"),
        )
        context = {
            "receipt": receipt,
            "title": title,
            "rows": [(label, value) for label, value in rows if value not in (None, "", [])],
            "issued_at": read_stamp(receipt["event"]["at"]),
            "sealed_at": read_stamp(seal["sealed_at"]) if seal else None,
            "seal": seal,
            "address": address,
            "verify_page": f"{settings.PORTAL_ORIGIN}{reverse('ledger:receipt_verify')}",
            "qr": drawing.getvalue().decode(),
            "leaf_groups": _groups(receipt["leaf_hash"]),
        }
    return pdf.render("ledger/receipt_pdf.html", context, language=language, attachments=[attached])


def _groups(text: str, length: int = 8) -> list[str]:
    """Return a long hash in groups that can be read aloud and wrapped."""
    return [text[start : start + length] for start in range(0, len(text), length)]
