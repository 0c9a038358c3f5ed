"""Contacts of an account, and the colleagues it is shared with."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access.guards import require
from crm.submitting import changed, refusals_as_messages, sent_once

from .. import services
from ..forms import ContactForm, ShareForm
from ..models import Account, AccountShare, Contact


def _account(request: HttpRequest, ref: str) -> Account:
    """Return an account the actor may see and edit."""
    account = Account.objects.select_related("territory").get_visible(request.actor, ref=ref)
    require(request.actor, "accounts.edit", account)
    return account


def _contact(request: HttpRequest, ref: str) -> Contact:
    """Return a contact the actor may see, of an account they may edit."""
    contact = Contact.objects.select_related("account__territory").get_visible(request.actor, ref=ref)
    require(request.actor, "accounts.edit", contact.account)
    return contact


def _form_page(request, form, account, title) -> HttpResponse:
    return render(
        request,
        "accounts/account_form.html",
        {
            "form": form,
            "account": account,
            "twins": [],
            "page_title": title,
            "submit_label": _("Save"),
            "cancel_url": reverse("accounts:account_detail", args=[account.ref]),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a person to an account."""
    account = _account(request, ref)
    form = ContactForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        done = sent_once(
            request,
            form,
            lambda: services.add_contact(account.pk, data=data, actor=request.actor, at=timezone.now()).ref,
        )
        if done:
            return redirect("accounts:account_detail", ref=account.ref)
    return _form_page(request, form, account, _("Add a contact"))


@require_http_methods(["GET", "POST"])
def contact_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a person."""
    contact = _contact(request, ref)
    form = ContactForm(request.POST or None, instance=contact, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        if changed(
            form,
            lambda: services.update_contact(contact.pk, data=data, actor=request.actor, at=timezone.now()),
        ):
            return redirect("accounts:account_detail", ref=contact.account.ref)
    return _form_page(request, form, contact.account, _("Edit the contact"))


@require_POST
def contact_remove(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a person off their account."""
    contact = _contact(request, ref)
    with refusals_as_messages(request):
        services.remove_contact(contact.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("The contact is removed."))
    return redirect("accounts:account_detail", ref=contact.account.ref)


@require_POST
def account_share(request: HttpRequest, ref: str) -> HttpResponse:
    """Share an account with a colleague until a day."""
    account = _account(request, ref)
    form = ShareForm(request.POST, actor=request.actor)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("accounts:account_detail", ref=account.ref)
    with refusals_as_messages(request):
        services.share_account(
            account.pk,
            user_pk=form.cleaned_data["user"].pk,
            can_write=form.cleaned_data["can_write"],
            ends_on=form.cleaned_data["ends_on"],
            actor=request.actor,
            at=timezone.now(),
        )
        messages.success(request, _("Shared."))
    return redirect("accounts:account_detail", ref=account.ref)


@require_POST
def account_unshare(request: HttpRequest, ref: str, user_ref: str) -> HttpResponse:
    """End a share."""
    account = _account(request, ref)
    share = AccountShare.objects.filter(account=account, user__ref=user_ref).first()
    if share is None:
        raise Http404
    with refusals_as_messages(request):
        services.unshare_account(share.pk, actor=request.actor, at=timezone.now())
        messages.success(request, _("The sharing is ended."))
    return redirect("accounts:account_detail", ref=account.ref)
