"""One precedent; one proposed change of a rule."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core import clock
from deal_registration.wording import CODE_HELP, CODE_WORDS

from .. import services
from ..enums import ProposalState
from ..forms import ProposalForm
from ..models import Dispute, RuleProposal
from ..selectors import precedent_rows
from ..wording import codes_in_words
from .sending import done


@require_GET
def precedent_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one precedent; the dispute behind it is a link for staff who see it."""
    actor = request.actor
    precedent = precedent_rows(actor).get_visible(actor, ref=ref)
    dispute = None
    if not actor.is_dealer:
        dispute = Dispute.objects.visible_to(actor).filter(pk=precedent.ruling.dispute_id).first()
    codes = [row.code for row in precedent.ruling.codes.all()]
    return render(
        request,
        "disputes/precedent_detail.html",
        {
            "precedent": precedent,
            "dispute": dispute,
            "codes": codes_in_words(codes),
            "rules": [(CODE_WORDS[code], CODE_HELP[code]) for code in codes if code in CODE_WORDS],
            "lines": list(precedent.lines.all()),
        },
    )


@require_http_methods(["GET", "POST"])
def proposal_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one proposed change with its figures and rulings; take it up or dismiss it."""
    actor = request.actor
    proposal = RuleProposal.objects.select_related("programme", "decided_by").get_visible(actor, ref=ref)
    form = ProposalForm(request.POST or None)
    is_open = proposal.state == ProposalState.OPEN
    if form.is_bound and not is_open:
        messages.info(request, _("This was decided already."))
        return redirect("disputes:proposal_detail", ref=proposal.ref)
    if form.is_bound and form.is_valid():
        done(
            request,
            lambda: services.decide_proposal(proposal.pk, actor=actor, at=clock.now(), **form.cleaned_data),
            _("Decided."),
        )
        return redirect("disputes:proposal_detail", ref=proposal.ref)
    visible = Dispute.objects.visible_to(actor)
    rulings = proposal.rulings.select_related("dispute__registration", "precedent").order_by("-decided_at")
    seen = set(visible.filter(rulings__in=rulings.values("pk")).values_list("pk", flat=True))
    return render(
        request,
        "disputes/proposal_detail.html",
        {
            "proposal": proposal,
            "rule": CODE_WORDS.get(proposal.code, proposal.code),
            "help": CODE_HELP.get(proposal.code, ""),
            "rulings": [
                (ruling, getattr(ruling, "precedent", None), ruling.dispute_id in seen) for ruling in rulings
            ],
            "form": form if is_open else None,
            "percent": round(100 * proposal.overturned / max(proposal.considered, 1)),
        },
        status=422 if form.is_bound else 200,
    )
