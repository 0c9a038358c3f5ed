"""The public page that verifies receipts."""

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .forms import ReceiptForm
from .receipts import Unreadable, check_receipt, is_known, read_receipt


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
    return render(request, "ledger/receipt_verify.html", context)


def _verify(request: HttpRequest) -> HttpResponse:
    """Answer an upload or a pasted text."""
    form = ReceiptForm(request.POST, request.FILES)
    if not ratelimit.consume(request, action="verify_receipt"):
        form.is_valid()
        form.add_error(None, _("Too many receipts at once. Wait a minute and try again."))
        return render(request, "ledger/receipt_verify.html", {"form": form}, status=429)
    if not form.is_valid():
        return render(request, "ledger/receipt_verify.html", {"form": form}, status=422)
    try:
        outcome = check_receipt(read_receipt(form.content()))
    except Unreadable as error:
        form.add_error("file" if form.cleaned_data.get("file") else "text", error.message)
        return render(request, "ledger/receipt_verify.html", {"form": form}, status=422)
    return render(request, "ledger/receipt_verify.html", {"form": ReceiptForm(), "outcome": outcome})
