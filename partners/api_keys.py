"""The pages of API keys: a dealer manager's own, and those an administrator makes for a partner."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access.defaults import PERMISSIONS
from core.access.guards import require
from core.api.keys import KeyRefused, make_key, may_be_allowed, revoke_key
from core.api.models import ApiKey
from core.jobs.idempotency import KeyReused, fingerprint, once
from core.people.models import User
from core.ui.forms import OneTimeKeyMixin, Section, SectionFormMixin

from .models import Membership, Partner

DAYS = ((30, _("30 days")), (90, _("90 days")), (365, _("One year")), (730, _("Two years")))
MOST_SHOWN = 100


class KeyForm(OneTimeKeyMixin, SectionFormMixin, forms.Form):
    """A new key: what it is for, as whom it acts, what it may do, until when."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("For example the name of your order system.")
    )
    person = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Acts as"),
        help_text=_("What the key files counts as filed by this person."),
    )
    permissions = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("Counts for"), choices=DAYS, coerce=int, initial=365)

    sections = (
        Section(
            _("New key"),
            _("A program that holds it may do what you choose here, for this company and no other."),
            "name",
            "person",
            "permissions",
            "days",
            key="key",
        ),
    )

    def __init__(self, *args, partner: Partner, actor, **kwargs):
        super().__init__(*args, **kwargs)
        people = _people(partner)
        if actor.is_dealer:
            people = people.filter(pk=actor.user_id)
        self.fields["person"].queryset = people
        self.fields["person"].label_from_instance = lambda person: person.full_name or person.email
        if actor.is_dealer:
            self.fields["person"].initial = actor.user_id
            self.fields["person"].empty_label = None
        allowed = {
            permission: PERMISSIONS[permission]
            for person in people
            for permission in may_be_allowed(person, partner.pk)
        }
        self.fields["permissions"].choices = list(allowed.items())
        self.fields["permissions"].initial = list(allowed)


def _people(partner: Partner):
    """Return the people a key of this partner may act as."""
    team = Membership.objects.filter(partner=partner, is_active=True, role__side="partner")
    return User.objects.filter(pk__in=team.values("user_id"), is_active=True).order_by("full_name", "pk")


@require_http_methods(["GET", "POST"])
def company_keys(request: HttpRequest) -> HttpResponse:
    """List and make the keys of the own company."""
    if not request.actor.is_dealer:
        raise Http404
    return _keys(request, Partner.objects.get_visible(request.actor, pk=request.actor.organisation_id))


@require_http_methods(["GET", "POST"])
def partner_keys(request: HttpRequest, ref: str) -> HttpResponse:
    """List and make the keys of one partner, for the manufacturer's administrators."""
    partner = Partner.objects.get_visible(request.actor, ref=ref)
    if request.actor.is_dealer:
        raise Http404
    return _keys(request, partner)


def _keys(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Show the keys; make one. The new key is in the answer to the form, once, and nowhere else."""
    actor, at = request.actor, timezone.now()
    require(actor, "api.manage")
    partner = Partner.objects.select_related("account").get(pk=partner.pk)
    form = KeyForm(request.POST or None, partner=partner, actor=actor)
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = _made(form, partner, actor, at)
    if secret:
        form = KeyForm(partner=partner, actor=actor)
    rows = ApiKey.objects.visible_to(actor).filter(organisation_id=partner.pk).select_related("user", "use")
    response = render(
        request,
        "partners/api_keys.html",
        {
            "partner": partner,
            "is_own": partner.pk == actor.organisation_id,
            "form": form,
            "secret": secret,
            "keys": [(row, [PERMISSIONS[name] for name in row.permissions]) for row in rows[:MOST_SHOWN]],
            "submit_label": _("Make the key"),
        },
        status=422 if form.errors else 200,
    )
    response["Cache-Control"] = "no-store"
    return response


def _made(form: KeyForm, partner: Partner, actor, at) -> str:
    """Make the key of a valid form and return its secret; "" where that is refused, or was done by this very form."""
    data, secrets = form.cleaned_data, []

    def create() -> str:
        key, secret = make_key(
            name=data["name"],
            person=data["person"],
            organisation_id=partner.pk,
            permissions=data["permissions"],
            days=data["days"],
            actor=actor,
            at=at,
        )
        secrets.append(secret)
        return key.ref

    body = {"api_key": partner.pk, "name": data["name"]}
    try:
        once(f"user:{actor.user_id}", data["one_time_key"], fingerprint(body), create)
    except KeyRefused as refusal:
        form.add_error(refusal.field or None, str(refusal.message))
        return ""
    except KeyReused as refusal:
        form.add_error(None, str(refusal.message))
        return ""
    if not secrets:
        form.add_error(
            None, _("This key was made already and shown once. Revoke it and make another, if it is lost.")
        )
        return ""
    return secrets[0]


@require_POST
def key_revoke(request: HttpRequest, ref: str) -> HttpResponse:
    """End a key at once."""
    actor = request.actor
    key = ApiKey.objects.get_visible(actor, ref=ref)
    revoke_key(key.pk, actor=actor, at=timezone.now())
    messages.success(request, _("The key is revoked. Programs that hold it are refused from now on."))
    if actor.is_dealer:
        return redirect("partners:company_keys")
    partner = Partner.objects.filter(pk=key.organisation_id).first()
    return redirect(reverse("partners:partner_keys", args=[partner.ref]) if partner else "portal:dashboard")
