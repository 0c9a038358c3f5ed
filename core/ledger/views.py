"""The public pages: verifying receipts, the tool that does it offline, and the list of seals."""

from pathlib import Path

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import clock

from . import keys
from .forms import ReceiptForm, SealsForm
from .published import NUMBER_LIMIT, as_json, compare, page_of, public_keys, read_kept
from .receipts import Unreadable, check_receipt, is_known, read_receipt

TOOL = Path(settings.BASE_DIR) / "tools" / "verify_receipt.py"
SEALS_SHOWN = 50
SEALS_IN_JSON = 1000


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_verify(request: HttpRequest) -> HttpResponse:
    """Say of a receipt whether it is genuine, or which fact was changed.

    By the QR code's ``?ref=…&leaf=…`` it says only whether such a receipt was issued: without the JSON no
    fact.
    """
    if request.method == "POST":
        return _verify(request)
    reference, leaf = request.GET.get("ref", "")[:64], request.GET.get("leaf", "")[:64]
    context = {"form": ReceiptForm(), "asked": reference}
    if reference and leaf:
        context["known"] = is_known(reference, leaf)
    return _verify_page(request, context)


def _verify_page(request: HttpRequest, context: dict, status: int = 200) -> HttpResponse:
    """Return the page with the public key that is to be noted elsewhere, the signing one first."""
    current = keys.signing_key()
    context |= {"keys": {current.key_id: current.public.hex()}}
    return render(request, "ledger/receipt_verify.html", context, status=status)


def _verify(request: HttpRequest) -> HttpResponse:
    """Answer an upload or a pasted text."""
    form = ReceiptForm(request.POST, request.FILES)
    if not ratelimit.consume(request, action="verify_receipt"):
        form.is_valid()
        form.add_error(None, _("Too many receipts at once. Wait a minute and try again."))
        return _verify_page(request, {"form": form}, status=429)
    if not form.is_valid():
        return _verify_page(request, {"form": form}, status=422)
    try:
        outcome = check_receipt(read_receipt(form.content()))
    except Unreadable as error:
        form.add_error("file" if form.cleaned_data.get("file") else "text", error.message)
        return _verify_page(request, {"form": form}, status=422)
    return _verify_page(request, {"form": ReceiptForm(), "outcome": outcome})


@login_not_required
@require_safe
def receipt_tool(request: HttpRequest) -> HttpResponse:
    """Give the tool that checks receipts offline, as it lies in the source."""
    headers = {"Content-Disposition": 'attachment; filename="verify_receipt.py"'}
    return HttpResponse(TOOL.read_bytes(), content_type="text/x-python; charset=utf-8", headers=headers)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seal_list(request: HttpRequest) -> HttpResponse:
    """Show the published seals, and say of seals that somebody kept which are still the same."""
    form, comparison, status = SealsForm(), None, 200
    if request.method == "POST":
        form, comparison, status = _compare(request)
    before = _before(request)
    context = {
        "form": form,
        "comparison": comparison,
        "page": page_of(clock.now(), before=before, size=SEALS_SHOWN),
        "before": before,
        "keys": public_keys(),
    }
    return render(request, "ledger/seal_list.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def seal_list_json(request: HttpRequest) -> HttpResponse:
    """Give the published seals as JSON, a thousand at once, the newest first; ``?before=NUMBER`` goes on."""
    page = page_of(clock.now(), before=_before(request), size=SEALS_IN_JSON)
    headers = {"Content-Disposition": 'attachment; filename="seals.json"'}
    return JsonResponse(as_json(page), headers=headers, json_dumps_params={"indent": 1})


def _compare(request: HttpRequest) -> tuple:
    """Return form, outcome and status for seals that were sent."""
    form = SealsForm(request.POST, request.FILES)
    if not ratelimit.consume(request, action="verify_receipt"):
        form.is_valid()
        form.add_error(None, _("Too many receipts at once. Wait a minute and try again."))
        return form, None, 429
    if not form.is_valid():
        return form, None, 422
    try:
        return SealsForm(), compare(read_kept(form.content()), clock.now()), 200
    except Unreadable as error:
        form.add_error("file" if form.cleaned_data.get("file") else "text", error.message)
        return form, None, 422


def _before(request: HttpRequest) -> int | None:
    """Return the number that the page ends before; None for the newest."""
    text = request.GET.get("before", "")[:20]
    return int(text) if text.isascii() and text.isdecimal() and int(text) < NUMBER_LIMIT else None
