"""Deciding several registrations of the queue at once: a page that says what will happen, then each by itself."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access.exceptions import NotAllowed
from core.access.guards import require
from core.ui.bulk import MOST_NAMED, Choice, Report
from core.workflow import TransitionRefused

from .. import services
from ..exceptions import RegistrationError
from ..filters import QueueFilters
from ..forms import RejectManyForm
from ..many_selectors import Preview, previews_of
from ..selectors import review_queue
from ..views.lists import ReviewQueue

REFUSALS = (RegistrationError, TransitionRefused, NotAllowed)


@require_http_methods(["GET", "POST"])
def review_approve_many(request: HttpRequest) -> HttpResponse:
    """Approve every waiting line, in the actor's scope, of the registrations chosen."""

    def approve(preview: Preview) -> None:
        services.approve(
            preview.registration.pk, actor=request.actor, at=timezone.now(), line_ids=preview.line_ids
        )

    return _many(request, approve, form=None, title=_("Approve several"), approving=True)


@require_http_methods(["GET", "POST"])
def review_reject_many(request: HttpRequest) -> HttpResponse:
    """Reject every waiting line, in the actor's scope, of the registrations chosen, all with one reason."""
    form = RejectManyForm(request.POST if request.method == "POST" else None)

    def reject(preview: Preview) -> None:
        services.reject(
            preview.registration.pk,
            actor=request.actor,
            at=timezone.now(),
            line_ids=preview.line_ids,
            reason=form.cleaned_data["reason"],
            text=form.cleaned_data["text"],
        )

    return _many(request, reject, form=form, title=_("Reject several"), approving=False)


def _many(request, act: Callable[[Preview], None], *, form, title: str, approving: bool) -> HttpResponse:
    """Say what will happen with each; on a POST do it, and tell what became of each.

    A POST names the rows that the page showed, one by one: what has come into the filters since is not decided.
    """
    require(request.actor, "registrations.decide")
    bound = request.method == "POST"
    choice = Choice.from_query(request.POST if bound else request.GET)
    back = reverse("registrations:review_queue")
    if choice.filters:
        back = f"{back}?{choice.filters}"
    queue = choice.among(review_queue(request.actor), filterset_class=QueueFilters, request=request)
    rows = list(queue[: MOST_NAMED + 1])
    if not rows or choice.is_empty:
        messages.warning(request, _("Nothing of what you chose waits for a decision any more."))
        return redirect(back)
    if len(rows) > MOST_NAMED:
        messages.info(
            request, _("Shown are the first %(n)s; decide these, then take the rest.") % {"n": MOST_NAMED}
        )
    previews = previews_of(rows[:MOST_NAMED], request.actor, approving=approving)
    missing = 0 if choice.everything else len(choice.refs) - len(rows)
    if bound and (form is None or form.is_valid()):
        return render(
            request,
            "components/bulk_report.html",
            {
                "page_title": title,
                "report": _carry_out(previews, act, missing),
                "back_url": reverse("registrations:review_queue"),
                "back_label": ReviewQueue.title,
            },
        )
    return render(
        request,
        "review/review_many.html",
        {
            "form": form,
            "previews": [preview for preview in previews if not preview.why_not],
            "refused": [preview for preview in previews if preview.why_not],
            "missing": missing,
            "approving": approving,
            "page_title": title,
            "cancel_url": back,
        },
        status=422 if bound else 200,
    )


def _carry_out(previews: list[Preview], act: Callable[[Preview], None], missing: int) -> Report:
    """Do each by itself; one that is refused holds up no other."""
    report = Report(missing=missing)
    for preview in previews:
        try:
            if not preview.lines:
                raise RegistrationError(preview.why_not)
            act(preview)
        except REFUSALS as refusal:
            report.refused.append((preview.registration, str(refusal.message)))
        else:
            report.done += 1
    return report
