"""One dispute, and what a party does: open, state, say that this is all, withdraw, accept, appeal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.access.guards import allows, require
from deal_registration.selectors import registration_detail

from .. import services
from ..concerned import may_know_of_others
from ..enums import DisputeState
from ..forms import AppealForm, OpenForm, StatementForm
from ..ladder import may_rule, rungs_of, terms_of
from ..models import Dispute, DisputeParty, Statement
from ..selectors import dispute_detail, party_for, people_named, rulings_of, sides_of
from ..services.appealing import may_appeal
from ..services.opening import disputable_lines
from ..services.publishing import may_publish
from ..services.ruling import has_lost, still_taking_statements
from ..services.stating import takes_statements
from ..story import dispute_timeline
from ..wording import (
    RESULTS,
    codes_in_words,
    next_step_for_party,
    next_step_for_staff,
    result_of,
    steps_of,
)
from .sending import attach_all, done, sent_once


@require_http_methods(["GET", "POST"])
def dispute_open(request: HttpRequest, ref: str) -> HttpResponse:
    """Dispute the decision on a registration of one's own."""
    actor, at = request.actor, clock.now()
    registration = registration_detail(actor, ref)
    require(actor, "registrations.file", registration)
    back = reverse("registrations:registration_detail", args=[registration.ref])
    lines = disputable_lines(registration, at)
    if not lines or registration.partner_id != actor.organisation_id:
        messages.info(request, _("There is no decision here that could be disputed now."))
        return redirect(back)
    form = OpenForm(request.POST or None, request.FILES or None, lines=lines)
    if form.is_bound and form.is_valid():
        opened: list[Dispute] = []

        def create() -> str:
            opened.append(
                services.open_dispute(
                    registration.pk,
                    actor=actor,
                    at=at,
                    line_ids=form.cleaned_data["line_ids"],
                    text=form.cleaned_data["text"],
                )
            )
            return opened[-1].ref

        if sent_once(request, form, create):
            if opened:
                statement = Statement.objects.filter(party__dispute=opened[-1]).first()
                attach_all(request, statement.pk, form.cleaned_data["documents"], actor, at)
                messages.success(request, _("The dispute is open. You are told of every step."))
                return redirect("disputes:dispute_detail", ref=opened[-1].ref)
            return redirect(back)
    return render(
        request,
        "disputes/dispute_open.html",
        {"form": form, "registration": registration, "cancel_url": back, "terms": _terms(registration, at)},
        status=422 if form.is_bound else 200,
    )


def _terms(registration, at):
    """Return the terms that will hold for a dispute opened now."""
    from partners.selectors import terms_at

    return terms_at(registration.partner, at)


@require_GET
def dispute_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one dispute: to a party its own side, to the staff both."""
    require(request.actor, "registrations.view")
    dispute = dispute_detail(request.actor, ref)
    return show_dispute(request, dispute)


def show_dispute(request, dispute: Dispute, *, statement_form=None, status: int = 200) -> HttpResponse:
    """Render the page of a dispute; ``statement_form`` is a refused one."""
    actor, at = request.actor, clock.now()
    party = party_for(dispute, actor)
    sides = sides_of(dispute, actor)
    rulings = rulings_of(dispute)
    context = {
        "dispute": dispute,
        "party": party,
        "sides": sides,
        "rulings": [_shown(ruling, party) for ruling in rulings],
        "steps": steps_of(dispute, rungs_of(terms_of(dispute)), people_named(dispute), actor),
        "timeline_entries": dispute_timeline(dispute, actor, party),
        "customer": (party or dispute).registration.customer_name,
    }
    if party is not None:
        context |= _for_party(dispute, party, actor, at, statement_form)
    else:
        context |= _for_staff(dispute, rulings, actor, at)
    return render(request, "disputes/dispute_detail.html", context, status=status)


def _for_party(dispute: Dispute, party: DisputeParty, actor, at, statement_form) -> dict:
    """Return what a party's page holds besides."""
    may_act = allows(actor, "registrations.file", party) and party.partner_id == actor.organisation_id
    may_speak = may_act and takes_statements(dispute, party, at)
    appeals = may_act and may_appeal(dispute, party, at)
    lines = [row.registration_line for row in party.lines.select_related("registration_line")]
    return {
        "next_step": next_step_for_party(dispute, party, may_speak=may_speak, may_appeal=appeals),
        "statement_form": (statement_form or StatementForm()) if may_speak else None,
        "may_withdraw": may_act
        and party.is_opener
        and dispute.state in (DisputeState.STATEMENTS, DisputeState.DELIBERATION),
        "may_accept": may_act and dispute.state == DisputeState.RULED and party.accepted_at is None,
        "may_rule": False,
        "may_publish": False,
        "knows_of_others": not party.is_opener or may_know_of_others(party.registration, lines),
    }


def _for_staff(dispute: Dispute, rulings, actor, at) -> dict:
    """Return what the staff's page holds besides."""
    waits = dispute.state in (DisputeState.DELIBERATION, DisputeState.APPEALED)
    rules = (
        waits
        and allows(actor, "registrations.decide", dispute)
        and may_rule(dispute, actor.user_id)
        and not still_taking_statements(dispute, at)
    )
    return {
        "next_step": next_step_for_staff(
            dispute,
            may_rule=rules,
            takes_statements=dispute.state in (DisputeState.OPENED, DisputeState.STATEMENTS)
            or still_taking_statements(dispute, at),
        ),
        "statement_form": None,
        "may_withdraw": False,
        "may_accept": False,
        "may_rule": rules,
        "may_publish": not actor.read_only and may_publish(dispute, rulings[0] if rulings else None, actor),
        "knows_of_others": True,
    }


def _shown(ruling, party: DisputeParty | None) -> dict:
    """Return one ruling as a page shows it: to a party its own result, its remedy only where it lost."""
    result = result_of(ruling, party) if party else ""
    share = next((row.percent for row in ruling.shares.all() if party and row.party_id == party.pk), None)
    return {
        "ruling": ruling,
        "result": RESULTS.get(result, ("", "neutral")),
        "share": share,
        "codes": codes_in_words(row.code for row in ruling.codes.all()),
        "shows_remedy": ruling.remedy != "none" and (party is None or has_lost(result)),
        "precedent": getattr(ruling, "precedent", None),
    }


@require_POST
def statement_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a statement of the own side, with evidence."""
    actor, at = request.actor, clock.now()
    dispute = dispute_detail(actor, ref)
    require(actor, "registrations.file")
    back = reverse("disputes:dispute_detail", args=[dispute.ref])
    party = party_for(dispute, actor)
    if party is None or party.partner_id != actor.organisation_id or not takes_statements(dispute, party, at):
        messages.error(request, _("Statements are no longer taken here."))
        return redirect(back)
    form = StatementForm(request.POST, request.FILES)
    made: list[int] = []

    def create() -> str:
        statement = services.add_statement(dispute.pk, actor=actor, at=at, text=form.cleaned_data["text"])
        made.append(statement.pk)
        return str(statement.pk)

    if not form.is_valid() or not sent_once(request, form, create):
        return show_dispute(request, dispute, statement_form=form, status=422)
    attach_all(request, made[-1] if made else None, form.cleaned_data["documents"], actor, at)
    messages.success(request, _("Your statement is added."))
    return redirect(f"{back}#statements")


def _act(request, ref: str, act, words: str) -> HttpResponse:
    """Do something to a dispute one sees and go back to its page."""
    dispute = dispute_detail(request.actor, ref)
    require(request.actor, "registrations.file")
    try:
        done(request, lambda: act(dispute.pk, actor=request.actor, at=clock.now()), words)
    except Dispute.DoesNotExist:
        messages.error(request, _("Only a party itself can do this."))
    return redirect("disputes:dispute_detail", ref=dispute.ref)


@require_POST
def said_all(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that everything is said."""
    return _act(request, ref, services.say_all, _("Noted. Once all parties are done it goes to who decides."))


@require_POST
def dispute_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Withdraw the dispute."""
    return _act(request, ref, services.withdraw, _("Withdrawn. The decision stands as it was."))


@require_POST
def ruling_accept(request: HttpRequest, ref: str) -> HttpResponse:
    """Accept the ruling."""
    return _act(request, ref, services.accept, _("Accepted. Thank you."))


@require_http_methods(["GET", "POST"])
def dispute_appeal(request: HttpRequest, ref: str) -> HttpResponse:
    """Appeal against the ruling, once, with what is new."""
    actor, at = request.actor, clock.now()
    dispute = dispute_detail(actor, ref)
    require(actor, "registrations.file")
    back = reverse("disputes:dispute_detail", args=[dispute.ref])
    party = party_for(dispute, actor)
    if party is None or party.partner_id != actor.organisation_id or not may_appeal(dispute, party, at):
        messages.info(request, _("There is nothing to appeal against now."))
        return redirect(back)
    form = AppealForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        made: list[int] = []

        def create() -> str:
            made.append(services.appeal(dispute.pk, actor=actor, at=at, text=form.cleaned_data["text"]).pk)
            return str(made[-1])

        if sent_once(request, form, create):
            attach_all(request, made[-1] if made else None, form.cleaned_data["documents"], actor, at)
            messages.success(request, _("Your appeal goes to the next rung."))
            return redirect(back)
    return render(
        request,
        "disputes/dispute_appeal.html",
        {"form": form, "dispute": dispute, "party": party, "cancel_url": back},
        status=422 if form.is_bound else 200,
    )
