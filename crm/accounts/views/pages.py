"""One account: its page, creating and editing it, its place in the group."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.access.fields import field_access
from core.access.guards import allows, require
from core.ui.wording import listed
from crm.panels import panels_for
from crm.story import day, names_of, story_of
from crm.submitting import changed, sent_once
from crm.territories.models import Territory

from .. import services
from ..forms import AccountForm, ParentForm, ShareForm
from ..models import Account, AccountShare, Contact
from ..presenting import account_facts, contact_rows
from ..rules import may_transfer
from ..selectors import group_of, house_listings_on
from ..services.merging import merged_ids
from ..typeahead import Twin
from ..typeahead import twins as twins_of
from .merging import where_it_went


def _account(request: HttpRequest, ref: str) -> Account:
    """Return an account the actor may see, or raise ``Http404``."""
    accounts = Account.objects.select_related("territory", "owner", "parent", "group_root")
    return accounts.get_visible(request.actor, ref=ref)


@require_GET
def account_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one account: facts, contacts, group, what the rooms above bring, and what happened."""
    actor = request.actor
    require(actor, "accounts.view")
    try:
        account = _account(request, ref)
    except Http404:
        if (answer := where_it_went(request, ref)) is None:
            raise
        return answer
    may_edit = allows(actor, "accounts.edit", account)
    listing = None
    if actor.may("settings.manage") or actor.may("registrations.decide"):
        listing = house_listings_on([account.pk], at=timezone.now()).get(account.pk)
    words = {
        "valid_from": day,
        "valid_until": day,
        "ends_on": day,
        "due_at": day,
        "changed": names_of(Account),
        "source": lambda value: "",
        "names": listed,
        "lifecycle": lambda value: "",
        "territory": lambda value: "",
        "from_territory": _territory_words,
        "to_territory": _territory_words,
        "others": listed,
    }
    return render(
        request,
        "accounts/account_detail.html",
        {
            "account": account,
            "facts": account_facts(account, actor),
            "contacts": contact_rows(Contact.objects.visible_to(actor).filter(account=account), actor),
            "group": group_of(account, actor) if not actor.is_dealer else None,
            "shares": _shares(account) if may_edit else [],
            "share_form": ShareForm(actor=actor) if may_edit else None,
            "listing": listing,
            "may_edit": may_edit,
            "may_transfer": may_transfer(actor, account),
            "last_activity_at": _last_activity(account, actor),
            "panels": panels_for("accounts.account", account, request),
            "timeline_entries": story_of(account, actor, words=words, also=merged_ids(account.pk)),
        },
    )


def _territory_words(code: str) -> str:
    """Return the name of a territory in the reader's language; the code of one that is gone."""
    return str(Territory.objects.filter(code=code).first() or code)


def _last_activity(account: Account, actor):
    """Return when something was done last, for staff who may read it."""
    if actor.is_dealer or not field_access(actor, Account).readable("last_activity_at"):
        return None
    return account.last_activity_at


def _shares(account: Account) -> list[AccountShare]:
    """Return the shares in force, by colleague."""
    shares = AccountShare.objects.filter(account=account, ends_on__gte=timezone.localdate())
    return list(shares.select_related("user").order_by("user__full_name", "pk"))


@require_http_methods(["GET", "POST"])
def account_new(request: HttpRequest) -> HttpResponse:
    """Show an empty form; add the account, after asking back where it looks known already."""
    actor = request.actor
    require(actor, "accounts.edit")
    form = AccountForm(request.POST or None, actor=actor, initial={"owner": actor.user_id})
    twins: list[Twin] = []
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        twins = twins_of(data, actor)
        meant = next((twin for twin in twins if twin.account.ref == request.POST.get("same")), None)
        if meant is not None:
            return _it_is_this_one(request, meant, data.get("name", ""))
        if not twins or "anyway" in request.POST:
            ref = sent_once(request, form, lambda: _add(data, twins, actor))
            if ref:
                return redirect("accounts:account_detail", ref=ref)
    return render(
        request,
        "accounts/account_form.html",
        {
            "form": form,
            "account": None,
            "twins": twins,
            "may_add": True,
            "page_title": _("Add an account"),
            "submit_label": _("Add the account"),
            "cancel_url": reverse("accounts:account_list"),
        },
        status=422 if form.errors else 200,
    )


def _add(data: dict, twins: list[Twin], actor) -> str:
    """Add the account, told apart from those it looks like, and return its reference."""
    at = timezone.now()
    account = services.create_account(data=data, actor=actor, at=at)
    services.tell_apart(account.pk, twins, actor=actor, at=at)
    return account.ref


def _it_is_this_one(request: HttpRequest, twin: Twin, name: str) -> HttpResponse:
    """Remember the typed name for the known account, and go there."""
    if services.say_same(twin, name=name, actor=request.actor, at=timezone.now()):
        messages.success(request, _("“%(name)s” is kept as another name of this account.") % {"name": name})
    else:
        messages.success(request, _("This account was there already."))
    return redirect(twin.account)


@require_http_methods(["GET", "POST"])
def account_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Show an account's form with the fields the actor may write; save what changed."""
    actor = request.actor
    account = _account(request, ref)
    require(actor, "accounts.edit", account)
    form = AccountForm(request.POST or None, instance=account, actor=actor)
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        if changed(
            form,
            lambda: services.update_account(account.pk, data=data, actor=actor, at=timezone.now()),
        ):
            return redirect("accounts:account_detail", ref=ref)
    return render(
        request,
        "accounts/account_form.html",
        {
            "form": form,
            "account": account,
            "twins": [],
            "page_title": _("Edit the account"),
            "submit_label": _("Save"),
            "cancel_url": reverse("accounts:account_detail", args=[account.ref]),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def account_parent(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose the company that stands above this one."""
    actor = request.actor
    account = _account(request, ref)
    require(actor, "accounts.edit", account)
    parent = account.parent
    if parent is not None and not Account.objects.visible_to(actor).filter(pk=parent.pk).exists():
        parent = None
    form = ParentForm(
        request.POST or None,
        actor=actor,
        options_url=reverse("accounts:customer_options"),
        initial={
            "parent_name": parent.name if parent else "",
            "customer_account": parent.ref if parent else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["parent"]
        if changed(
            form,
            lambda: services.set_parent(
                account.pk, parent_pk=chosen.pk if chosen else None, actor=actor, at=timezone.now()
            ),
        ):
            return redirect("accounts:account_detail", ref=ref)
    return render(
        request,
        "accounts/account_form.html",
        {
            "form": form,
            "account": account,
            "twins": [],
            "page_title": _("Parent company"),
            "submit_label": _("Save"),
            "cancel_url": reverse("accounts:account_detail", args=[account.ref]),
        },
        status=422 if form.errors else 200,
    )
