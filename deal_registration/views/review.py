"""The reviewer's page of one registration: everything that a decision rests on, and the decisions themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.access.guards import allows, require
from core.documents import files_of
from core.ledger import timeline
from core.ui.paging import count_label
from crm.panels import panels_for
from partners.models import Authorisation, Partner, PartnerTier

from ..beside import notes_for
from ..claim_picture import Span, claims_picture
from ..contested import contested_among
from ..enums import WAITING_FOR_DECISION, ClaimState, State
from ..extension_selectors import requests_of, undecided_of
from ..forms import (
    ApproveForm,
    AskForm,
    DeclineExtensionForm,
    GrantExtensionForm,
    NoteForm,
    RejectForm,
)
from ..models import Registration
from ..promises import promise_of
from ..review_selectors import ReviewFacts, ScopeClaim, lines_in_scope, review_facts
from ..selectors import registration_detail, review_queue
from ..story import amendments_of, readable
from ..told_words import sentence
from ..wording import CLASS_ORDER, CLASS_WORDS, CODE_HELP, CODE_WORDS, detail_of
from ..workflow import LINE_WORKFLOW

RUNNING_CLAIMS = frozenset({ClaimState.PENDING, ClaimState.APPROVED})
MOST_COUNTED = 1_000  # of a partner's other registrations in one status
CLAIM_TONES = {ClaimState.PENDING: "warning", ClaimState.APPROVED: "success", ClaimState.ENDED: "neutral"}


@require_GET
def review_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one registration to staff: those who decide get the means to, the others read."""
    require(request.actor, "registrations.view")
    registration = registration_detail(request.actor, ref)
    if request.actor.is_dealer:
        return redirect("registrations:registration_detail", ref=registration.ref)
    return show_review(request, registration)


def show_review(
    request, registration: Registration, *, opened: str = "", status: int = 200, **bound
) -> HttpResponse:
    """Render the review page; ``bound`` holds refused forms by name, ``opened`` names the one to show open."""
    actor, now = request.actor, timezone.now()
    lines = list(registration.lines.all())
    facts = review_facts(registration, actor)
    decidable = [row for row in lines if row.line_id in facts.decidable]
    stopped = contested_among(row.pk for row in lines if row.state in WAITING_FOR_DECISION)
    notes = notes_for(cases_of(lines), actor)
    history = timeline(registration, actor)
    requests = undecided_of(requests_of(registration))
    extension = extension_lines(registration, requests, actor)
    picture_of = [claim for claim in facts.claims if claim.overlaps or claim.claim.state in RUNNING_CLAIMS]
    return render(
        request,
        "review/review_detail.html",
        {
            "registration": registration,
            "panels": panels_for("registrations.review", registration, request),
            "rows": [
                (
                    row,
                    row.line_id in facts.decidable,
                    line_hits(row, notes),
                    changes_of(row),
                    why_not(row, facts, actor, stopped),
                )
                for row in lines
            ],
            "facts": facts,
            "may_compare": bool(decidable),
            "doubtful_count": sum(row.is_doubtful for row in facts.customers),
            "picture": claims_picture([_span(claim) for claim in picture_of], now=now),
            "decidable": decidable,
            "approve_form": bound.get("approve_form")
            or (ApproveForm(lines=decidable) if decidable else None),
            "reject_form": bound.get("reject_form") or (RejectForm(lines=decidable) if decidable else None),
            "ask_form": bound.get("ask_form") or AskForm(),
            "note_form": bound.get("note_form") or NoteForm(),
            "opened": opened,
            "extension_requests": requests,
            "may_decide_extension": bool(extension),
            "extension_promise": promise_of(
                min((request.due_at for request in requests), default=None), at=now
            ),
            "grant_form": bound.get("grant_form")
            or (GrantExtensionForm(lines=extension) if extension else None),
            "decline_form": bound.get("decline_form")
            or (DeclineExtensionForm(lines=extension) if extension else None),
            "may_revoke": allows(actor, "registrations.decide", registration)
            and any(row.state == State.APPROVED for row in lines_in_scope(registration, actor)),
            "may_revert": actor.may("registrations.revert")
            and any(row.state in LINE_WORKFLOW["revert"].sources for row in lines),
            "amendments": amendments_of(history),
            "ceiling": registration.review_ceiling_at,
            "is_past_ceiling": bool(registration.review_ceiling_at and registration.review_ceiling_at <= now),
            "may_decide": allows(actor, "registrations.decide", registration) and bool(decidable),
            "promise": promise_of(registration.review_due_at, at=now),
            "is_waiting": any(row.state in WAITING_FOR_DECISION for row in lines),
            "waiting_label": count_label(review_queue(actor)) if actor.may("registrations.decide") else "",
            "partner_facts": partner_facts(registration, lines, actor, now),
            "contacts": list(registration.contacts.all()),
            "files": list(files_of(registration)),
            "timeline_entries": readable(history, actor),
            "open_requests": [
                row for row in registration.information_requests.all() if row.answered_at is None
            ],
        },
        status=status,
    )


def extension_lines(registration: Registration, requests, actor) -> list:
    """Return the lines for which more time is undecided and that the actor decides on."""
    asked = {request.registration_line_id for request in requests}
    return [row for row in lines_in_scope(registration, actor) if row.pk in asked]


def cases_of(lines) -> set[tuple[str, int]]:
    """Return (code, product line) of every hit on the lines."""
    return {(hit["code"], row.line_id) for row in lines for hit in (row.verdict or {}).get("hits", ())}


def line_hits(row, notes=None) -> list[dict]:
    """Return the hits of a line's verdict in words for staff, worst first, with what is shown beside them."""
    hits = (row.verdict or {}).get("hits", ())
    ordered = sorted(hits, key=lambda hit: (CLASS_ORDER.index(hit["class"]), hit["code"]))
    return [
        {
            "code": hit["code"],
            "class": hit["class"],
            "class_words": CLASS_WORDS[hit["class"]],
            "title": CODE_WORDS.get(hit["code"], hit["code"]),
            "text": CODE_HELP.get(hit["code"], ""),
            "notes": (notes or {}).get((hit["code"], row.line_id), []),
            "detail": detail_of(hit),
        }
        for hit in ordered
    ]


def changes_of(row) -> list[str]:
    """Return in words what would change the answer for a line that waits."""
    if row.state not in WAITING_FOR_DECISION:
        return []
    return [sentence(change, row) for change in (row.verdict or {}).get("counterfactuals", ())]


def why_not(row, facts: ReviewFacts, actor, stopped=frozenset()) -> str:
    """Return why the reader cannot decide this line; "" where they can or nothing waits."""
    if row.line_id in facts.decidable or row.state not in WAITING_FOR_DECISION:
        return ""
    if row.pk in stopped:
        return _("In dispute: the ruling decides it.")
    if not actor.may("registrations.decide"):
        return _("Your role reads registrations; channel managers decide them.")
    return _("Outside your scope: another channel manager decides this line.")


def _span(row: ScopeClaim) -> Span:
    """Return one claim as the picture draws it."""
    parts = [row.partner_name, str(row.claim.line)]
    if row.claim.project:
        parts.append(row.claim.project.name)
    label = " · ".join(parts)
    return Span(
        label=label if len(label) <= 60 else label[:59] + "…",
        tone=CLAIM_TONES[row.claim.state],
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_own=row.is_own,
    )


def partner_facts(registration: Registration, lines, actor, now) -> dict:
    """Return what a reviewer weighs about the partner: tier, authorisations for these lines, filings they may see."""
    partner_id = registration.partner_id
    held = PartnerTier.objects.filter(partner_id=partner_id).in_force(now).select_related("tier").first()
    authorisations = (
        Authorisation.objects.filter(partner_id=partner_id, line_id__in=[row.line_id for row in lines])
        .in_force(now)
        .select_related("line__family", "territory")
    )
    by_line: dict[int, list[Authorisation]] = {}
    for authorisation in authorisations:
        by_line.setdefault(authorisation.line_id, []).append(authorisation)
    others = Registration.objects.visible_to(actor).filter(partner_id=partner_id).exclude(pk=registration.pk)
    counts = {
        state: count_label(others.filter(state=state), MOST_COUNTED)
        for state in (State.APPROVED, State.WON, State.IN_REVIEW, State.REJECTED)
    }
    return {
        "is_visible": Partner.objects.visible_to(actor).filter(pk=partner_id).exists(),
        "tier": held.tier if held else None,
        "authorisations": [(row.line, by_line.get(row.line_id, [])) for row in lines],
        "approved": counts[State.APPROVED],
        "won": counts[State.WON],
        "in_review": counts[State.IN_REVIEW],
        "rejected": counts[State.REJECTED],
    }
