"""Two accounts side by side, making them one, and taking it back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.access.guards import allows, require
from crm.submitting import refusals_as_messages, sent_once

from .. import services
from ..duplicate_presenting import (
    better_first,
    doubts_in_words,
    field_rows,
    left_in_words,
    level_in_words,
    moved_in_words,
    moving,
    reasons_in_words,
)
from ..merge_form import MergeForm
from ..merging import relations
from ..models import Account, DuplicatePair, Lifecycle, Merge, PairState
from ..services.duplicates import evidence_of, match_between, rank_of
from ..services.merging import final_of, fingerprint_of, reason_against, why_not_undone
from .duplicates import pair_asked_for


@require_http_methods(["GET", "POST"])
def account_merge(request: HttpRequest, ref: str, other_ref: str) -> HttpResponse:
    """Compare two accounts field by field; make them one."""
    actor, now = request.actor, timezone.now()
    require(actor, "accounts.merge")
    try:
        one, other = pair_asked_for(request, f"{ref}-{other_ref}")
    except Http404:  # pressed twice, or an old link: one of the two is part of the other by now
        answer = where_it_went(request, ref) or where_it_went(request, other_ref)
        if answer is None:
            raise
        return answer
    require(actor, "accounts.merge", one)
    require(actor, "accounts.merge", other)
    kept_ref = request.POST.get("keep") or request.GET.get("keep")
    survivor, loser = better_first(one, other)
    if kept_ref == loser.ref and loser.lifecycle == survivor.lifecycle:
        survivor, loser = loser, survivor
    rows = field_rows(survivor, loser, {}, actor)
    form = MergeForm(
        request.POST or None,
        open_fields=[row.field for row in rows if row.is_open],
        initial={"keep": survivor.ref, "seen": fingerprint_of(survivor, loser)},
    )
    if request.method == "POST":
        if form.is_valid() and (answer := _merge(request, form, survivor, loser)):
            return answer
        rows = field_rows(survivor, loser, form.choices_sent(), actor)
        form.data = form.data.copy() | {"seen": fingerprint_of(survivor, loser)}
    refused, held = reason_against(survivor, loser, now)
    pair = _pair(one, other)
    return render(
        request,
        "accounts/account_merge.html",
        {
            "form": form,
            "survivor": survivor,
            "loser": loser,
            "rows": rows,
            "pair": pair,
            "pair_key": f"{one.ref}-{other.ref}",
            "level": level_in_words(pair),
            "reasons": reasons_in_words(pair.evidence, actor),
            "doubts": doubts_in_words(pair.evidence, actor),
            "moving": moving(loser),
            "refused": refused,
            "held": held,
            "is_different": pair.state == PairState.DIFFERENT,
            "may_swap": survivor.lifecycle == loser.lifecycle,
            "page_title": _("Are these the same company?"),
        },
        status=422 if form.errors else 200,
    )


def _pair(one: Account, other: Account) -> DuplicatePair:
    """Return the pair with what speaks for it now, which is not saved; of one told apart, as it was told apart."""
    low, high = sorted((one, other), key=lambda account: account.pk)
    pair = DuplicatePair.objects.filter(low=low, high=high).first() or DuplicatePair(low=low, high=high)
    if pair.state == PairState.DIFFERENT:
        return pair
    match = match_between(low, high.pk) or match_between(high, low.pk)
    pair.level = match.level if match else ""
    pair.rank = rank_of(pair.level)
    turned = match is not None and match.organisation_id == low.pk
    pair.evidence = evidence_of(match, turned=turned)
    return pair


def _merge(request: HttpRequest, form: MergeForm, survivor: Account, loser: Account) -> HttpResponse | None:
    """Merge, once however often the button is pressed; None where it was refused: the form says why."""

    def merge() -> str:
        outcome = services.merge_accounts(
            survivor.pk,
            loser.pk,
            fields=form.choices(),
            actor=request.actor,
            at=timezone.now(),
            seen=form.cleaned_data["seen"],
        )
        return outcome.merge.ref if outcome.merge else "held"

    reference = sent_once(request, form, merge)
    if reference is None:
        return None
    if reference == "held":
        messages.warning(request, _("Nothing was merged: the two are held for a ruling."))
        return redirect("accounts:account_merge", ref=survivor.ref, other_ref=loser.ref)
    merged = Merge.objects.get(ref=reference)
    messages.success(
        request,
        _("“%(name)s” is now part of this account. It can be undone until %(day)s.")
        % {"name": loser.name, "day": date_format(localtime(merged.undo_until), "DATE_FORMAT")},
    )
    if survivor.lifecycle == Lifecycle.PROSPECT:
        return redirect(merged)
    return redirect(survivor)


@require_GET
def merge_detail(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one merge: what was moved, what can be undone, what undoing left."""
    actor, now = request.actor, timezone.now()
    require(actor, "accounts.merge")
    merges = Merge.objects.select_related("survivor__territory", "loser__territory", "merged_by", "undone_by")
    merge = merges.get_visible(actor, ref=ref)
    reason = why_not_undone(merge, now)
    may_undo = allows(actor, "accounts.merge", merge.survivor) and allows(
        actor, "accounts.merge", merge.loser
    )
    return render(
        request,
        "accounts/merge_detail.html",
        {
            "merge": merge,
            "moved": moved_in_words(merge.moved),
            "left": left_in_words(merge, actor),
            "added": moved_in_words(relations.added_since(Account, merge.survivor_id, merge.marks)),
            "reason": reason,
            "may_undo": may_undo and not reason,
            "page_title": _("Merge of two accounts"),
        },
    )


@require_POST
def merge_undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a merge back."""
    actor = request.actor
    require(actor, "accounts.merge")
    merge = Merge.objects.get_visible(actor, ref=ref)
    with refusals_as_messages(request):
        services.undo_merge(merge.pk, actor=actor, at=timezone.now())
        messages.success(request, _("The merge is undone: both accounts are there again."))
    return redirect(merge)


def where_it_went(request: HttpRequest, ref: str) -> HttpResponse | None:
    """Return the way to the account that one was merged into, for who may see that; None otherwise."""
    merged = Account.objects.filter(ref=ref, lifecycle=Lifecycle.MERGED).first()
    if merged is None:
        return None
    kept = Account.objects.visible_to(request.actor).filter(pk=final_of(merged)).first()
    if kept is None:
        return None
    messages.info(request, _("The account you asked for was merged into this one."))
    return redirect(reverse("accounts:account_detail", args=[kept.ref]))
