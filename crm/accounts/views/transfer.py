"""Transferring accounts: one from its page, many from the list; the result, and the way back."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.jobs.models import Job, JobOutcome, JobState, Outcome
from core.ui.bulk import Choice
from crm.submitting import refusals_as_messages, sent_once
from crm.territories.models import Territory

from ..filters import AccountFilters
from ..models import Account
from ..rules import may_transfer, transferable_by
from ..services import transfer as services
from ..transfer_form import TransferForm

SHOWN = 100
NAMED = 12


@require_http_methods(["GET", "POST"])
def account_transfer(request: HttpRequest, ref: str) -> HttpResponse:
    """Transfer one account."""
    account = Account.objects.select_related("territory", "owner").get_visible(request.actor, ref=ref)
    require(request.actor, "accounts.edit", account)
    if not may_transfer(request.actor, account):
        raise NotAllowed
    return _transfer(
        request,
        Account.objects.filter(pk=account.pk),
        missing=0,
        back=(account.get_absolute_url(), account.name),
    )


@require_http_methods(["GET", "POST"])
def accounts_transfer(request: HttpRequest) -> HttpResponse:
    """Transfer the accounts named in the address, or all that the filters in it let through."""
    require(request.actor, "accounts.edit")
    choice = Choice.from_query(request.GET)
    visible = Account.objects.visible_to(request.actor).known()
    accounts = choice.among(visible, filterset_class=AccountFilters, request=request)
    count = accounts.count()
    back = reverse("accounts:account_list")
    if not count:
        messages.warning(request, _("Choose at least one account."))
        return redirect(back)
    if choice.filters:
        back = f"{back}?{choice.filters}"
    missing = 0 if choice.everything else len(choice.refs) - count
    return _transfer(request, accounts, missing=missing, back=(back, _("Accounts")))


def _transfer(request, accounts: QuerySet, *, missing: int, back: tuple[str, str]) -> HttpResponse:
    """Show the form, tell what would be lost from sight, and carry it out."""
    actor = request.actor
    form = TransferForm(request.POST or None, actor=actor, accounts=accounts)
    lost = 0
    if request.method == "POST" and form.is_valid():
        to = form.to()
        if "sight" not in request.POST:
            lost = services.out_of_sight(
                transferable_by(actor, accounts),
                actor=actor,
                sets_owner="owner" in to,
                owner_id=to["owner"].pk if to.get("owner") else None,
                territory=to.get("territory"),
            )
        if not lost:
            ref = sent_once(
                request,
                form,
                lambda: services.begin_transfer(
                    accounts,
                    actor=actor,
                    at=timezone.now(),
                    reason=form.cleaned_data["reason"],
                    along=form.along(),
                    with_children=form.with_children,
                    missing=missing,
                    **to,
                ),
            )
            if ref:
                services.carry_out_now(ref)
                return redirect("accounts:transfer_detail", ref=ref)
    count = accounts.count()
    return render(
        request,
        "accounts/transfer_form.html",
        {
            "form": form,
            "count": count,
            "named": list(accounts.select_related("owner", "territory").order_by("name", "pk")[:NAMED]),
            "more": max(count - NAMED, 0),
            "not_theirs": count - transferable_by(actor, accounts).count(),
            "missing": missing,
            "lost": lost,
            "back": back,
            "at_once": services.AT_ONCE,
            "page_title": _("Transfer the account") if count == 1 else _("Transfer accounts"),
            "submit_label": _("Transfer anyway") if lost else _("Transfer"),
            "cancel_url": back[0],
        },
        status=422 if form.errors else 200,
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why some accounts were not transferred: the reason in words, how many, and those the reader sees."""

    reason: str
    count: int
    accounts: list[Account]


def _job(request: HttpRequest, ref: str) -> Job:
    """Return the job of a transfer that the actor started or keeps an eye on, or raise ``Http404``."""
    key = f"{services.KIND}:{ref}"
    return Job.objects.select_related("started_by").get_visible(request.actor, kind=services.KIND, key=key)


@require_GET
def transfer_detail(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how far a transfer is, and what became of each account; names only of those the reader sees."""
    job, actor = _job(request, ref), request.actor
    if actor.is_dealer:
        raise Http404
    plan = services.Plan.of(job)
    is_over = job.state in (JobState.DONE, JobState.FAILED)
    if request.htmx and not is_over:
        return render(request, "accounts/_transfer_progress.html", _progress(job, plan))
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    outcomes = JobOutcome.objects.filter(job=job)
    counts = dict(outcomes.order_by().values_list("outcome").annotate(n=Count("pk")))
    visible = Account.objects.visible_to(actor).known()
    done = visible.filter(pk__in=outcomes.filter(outcome=Outcome.DONE).order_by().values("object_id"))
    shown = list(done.select_related("owner", "territory").order_by("name", "pk")[: SHOWN + 1])
    done_count = counts.get(Outcome.DONE, 0)
    return render(
        request,
        "accounts/transfer_detail.html",
        {
            **_progress(job, plan),
            "is_over": is_over,
            "has_failed": job.state == JobState.FAILED,
            "started_by": job.started_by,
            "new_owner": _owner(plan),
            "new_territory": Territory.objects.filter(pk=plan.territory_id).first(),
            "done_count": done_count,
            "unchanged_count": counts.get(Outcome.UNCHANGED, 0),
            "refused_count": counts.get(Outcome.REFUSED, 0) + plan.missing,
            "shown": shown[:SHOWN],
            "has_more": len(shown) > SHOWN,
            "unseen": done_count - done.count(),
            "refusals": _refusals(outcomes, visible, plan),
            "may_go_back": services.may_go_back(job, actor, timezone.now()),
        },
    )


def _progress(job: Job, plan: services.Plan) -> dict:
    """Return what the bar shows."""
    total = len(plan.account_ids)
    return {"plan": plan, "job": job, "total": total, "ref": plan.ref, "percent": job.progress}


def _owner(plan: services.Plan):
    """Return the person the accounts go to; None for nobody."""
    from django.contrib.auth import get_user_model

    return get_user_model().objects.filter(pk=plan.owner_id).first() if plan.owner_id else None


def _refusals(outcomes: QuerySet, visible: QuerySet, plan: services.Plan) -> list[Refusal]:
    """Return the accounts not transferred by reason, most first; two queries."""
    by_code: dict[str, list[int]] = {}
    refused = outcomes.filter(outcome=Outcome.REFUSED).order_by("object_id")
    for code, account_id in refused.values_list("code", "object_id"):
        by_code.setdefault(code, []).append(account_id)
    named = [pk for ids in by_code.values() for pk in ids[:SHOWN]]
    accounts = visible.in_bulk(named)
    counts = {code: len(ids) for code, ids in by_code.items()}
    if plan.missing:
        counts["not_found"] = counts.get("not_found", 0) + plan.missing
    return [
        Refusal(
            str(services.REASONS.get(code, code)),
            count,
            [accounts[pk] for pk in by_code.get(code, ())[:SHOWN] if pk in accounts],
        )
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


@require_POST
def transfer_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Put everything of a transfer back as it was."""
    job = _job(request, ref)
    if job.started_by_id != request.actor.user_id:
        raise NotAllowed
    with refusals_as_messages(request):
        back = services.begin_transfer_back(ref, actor=request.actor, at=timezone.now())
        services.carry_out_now(back)
        return redirect("accounts:transfer_detail", ref=back)
    return redirect("accounts:transfer_detail", ref=ref)
