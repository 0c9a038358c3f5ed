"""What a decider does: rule, after seeing what the ruling does; tell it without names."""

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import clock
from core.access.guards import allows, require

from .. import services
from ..drafting import draft_of
from ..exceptions import NewcomerFirst
from ..forms import PrecedentForm, RulingForm
from ..ladder import contested_rows, may_rule
from ..models import Dispute
from ..names import found_in, partners_and_people
from ..plans import Effect, effects_of, faults_of
from ..selectors import dispute_detail, sides_of
from ..services.publishing import may_publish
from ..services.ruling import stakes_of, still_taking_statements
from .sending import sent_once

EFFECT_WORDS = {
    Effect.GRANT: (gettext_lazy("becomes protected, from the ruling on"), "success", "shield-check"),
    Effect.KEEP: (gettext_lazy("stays protected"), "info", "shield-check"),
    Effect.END: (gettext_lazy("ends"), "danger", "circle-x"),
    Effect.UNCHANGED: (gettext_lazy("stays as it is"), "neutral", "minus"),
}


@require_http_methods(["GET", "POST"])
def dispute_rule(request: HttpRequest, ref: str) -> HttpResponse:
    """Rule on a dispute: first the effects are shown, then the same form rules."""
    actor, at = request.actor, clock.now()
    dispute = dispute_detail(actor, ref)
    require(actor, "registrations.decide", dispute)
    back = reverse("disputes:dispute_detail", args=[dispute.ref])
    if not may_rule(dispute, actor.user_id) or dispute.state not in ("deliberation", "appealed"):
        messages.info(request, _("This dispute does not wait for your ruling."))
        return redirect(back)
    if still_taking_statements(dispute, at):
        messages.info(request, _("Statements on the appeal are still taken. Rule when their time is over."))
        return redirect(back)
    sides, rows = sides_of(dispute, actor), contested_rows(dispute)
    form = RulingForm(request.POST or None, sides=sides, codes=_codes(rows))
    effects = None
    if form.is_bound and form.is_valid():
        plan, stakes = form.plan(), stakes_of(rows)
        for fault in faults_of(plan, stakes):
            form.add_error(None, fault.message)
        _refuse_names(form, dispute)
        if form.is_valid():
            effects = _effects(plan, stakes, rows)
            shown = _print(plan, effects)
            if request.POST.get("action") == "rule" and form.cleaned_data["seen"] == shown:
                return _rule(request, form, dispute, plan, back, sides, effects, at)
            form.data = form.data.copy()
            form.data["seen"] = shown
    return _page(request, form, dispute, sides, effects, 422 if form.is_bound and effects is None else 200)


def _page(request, form, dispute: Dispute, sides, effects, status: int) -> HttpResponse:
    """Render the ruling's form, with what it does once that is known."""
    return render(
        request,
        "disputes/dispute_rule.html",
        {
            "form": form,
            "dispute": dispute,
            "sides": sides,
            "effects": effects,
            "cancel_url": reverse("disputes:dispute_detail", args=[dispute.ref]),
        },
        status=status,
    )


def _rule(request, form, dispute: Dispute, plan, back: str, sides, effects, at) -> HttpResponse:
    """Carry the ruling out; where it is refused, say why and keep what was typed."""

    def create() -> str:
        ruling = services.rule(dispute.pk, actor=request.actor, at=at, plan=plan, reasons=form.reasons())
        return str(ruling.pk)

    if sent_once(request, form, create):
        messages.success(request, _("Ruled. Every party is told its own result."))
        return redirect(back)
    if str(NewcomerFirst.message) in form.non_field_errors():
        services.hear_newcomers(dispute.pk, at=at)
        messages.warning(request, str(NewcomerFirst.message))
        return redirect(back)
    return _page(request, form, dispute, sides, effects, 422)


def _codes(rows) -> list[str]:
    """Return the codes the check found on the disputed lines."""
    return sorted(
        {
            hit["code"]
            for row in rows
            if row.is_subject
            for hit in (row.registration_line.verdict or {}).get("hits", ())
        }
    )


def _refuse_names(form: RulingForm, dispute: Dispute) -> None:
    """Put at each text that every party reads which names of parties or people it holds."""
    names = partners_and_people(dispute)
    for field in ("text", "rule_text", "remedy_text"):
        named = found_in(form.cleaned_data.get(field) or "", names)
        if named:
            form.add_error(
                field, _("Every party reads this. Take out: %(names)s") % {"names": ", ".join(named)}
            )


def _effects(plan, stakes, rows) -> list[dict]:
    """Return what the ruling does to each contested line, in words."""
    found = effects_of(plan, stakes)
    shown = []
    for row in rows:
        words, tone, icon = EFFECT_WORDS[found[row.pk]]
        shown.append(
            {
                "row": row,
                "partner": row.party.partner.account.name,
                "line": row.registration_line.line.name,
                "state": row.registration_line,
                "words": words,
                "tone": tone,
                "icon": icon,
                "effect": found[row.pk],
                "share": plan.shares.get(row.party_id),
            }
        )
    return shown


def _print(plan, effects) -> str:
    """Return the fingerprint of what was shown: another plan, or another state meanwhile, is shown first."""
    text = repr(
        (
            plan.outcome,
            sorted((line, sorted(parties)) for line, parties in plan.holders.items()),
            sorted((party, str(percent)) for party, percent in plan.shares.items()),
            [(row["row"].pk, row["state"].state, str(row["effect"])) for row in effects],
        )
    )
    return hashlib.sha256(text.encode()).hexdigest()


@require_http_methods(["GET", "POST"])
def precedent_publish(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell a ruling without names, as a precedent."""
    actor, at = request.actor, clock.now()
    dispute = dispute_detail(actor, ref)
    require(actor, "registrations.decide")
    back = reverse("disputes:dispute_detail", args=[dispute.ref])
    ruling = dispute.rulings.prefetch_related("codes").order_by("-number").first()
    if not allows(actor, "registrations.decide") or not may_publish(dispute, ruling, actor):
        messages.info(request, _("There is no ruling here that you could publish."))
        return redirect(back)
    form = PrecedentForm(request.POST or None, initial=draft_of(dispute, ruling))
    if form.is_bound and form.is_valid():
        published: list[str] = []

        def create() -> str:
            precedent = services.publish_precedent(
                dispute.pk,
                actor=actor,
                at=at,
                title=form.cleaned_data["title"],
                summary=form.cleaned_data["summary"],
            )
            published.append(precedent.ref)
            return precedent.ref

        if sent_once(request, form, create):
            messages.success(request, _("Published. Later checks refer to it."))
            return redirect("disputes:precedent_detail", published[-1]) if published else redirect(back)
    return render(
        request,
        "disputes/precedent_publish.html",
        {"form": form, "dispute": dispute, "ruling": ruling, "cancel_url": back},
        status=422 if form.is_bound else 200,
    )
