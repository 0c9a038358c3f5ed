"""Claims when two customers become one: never two protections on one scope, and everything waiting checked again."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, jobs
from core.ui.names import local_name
from core.ui.wording import listed
from crm.accounts.merging import registry
from crm.accounts.merging.journal import Journal
from crm.catalog.models import ProductLine
from crm.projects.merging import joined_projects

from . import claims, guards
from .enums import WAITING_FOR_DECISION, ClaimKind, ClaimState, MatchVerdict
from .models import Claim, MatchDecision, RegistrationLine
from .sequence import lock_lines

RESCREEN = "registrations.rescreen_waiting"


def _lock_sequences(account_ids) -> None:
    """Lock the sequences of all product lines, then let protections whose window has passed expire.

    All of them: a filing that is being screened on any line could be about to find one of the two accounts. Merges are
    few and short; filings wait for one as they wait for each other.
    """
    line_ids = list(ProductLine.objects.order_by("pk").values_list("pk", flat=True))
    lock_lines(line_ids)
    claims.expire_lapsed(line_ids, at=clock.deciding_time())


def overlapping(claims_of_both: Iterable[Claim], project_of: Callable[[int | None], int | None]) -> set[int]:
    """Return the product lines on which two of the claims would protect one scope, as the database's rule says it.

    ``project_of`` gives the project that a claim's project will be, once the customers are one.
    """
    rows = sorted(claims_of_both, key=lambda claim: (claim.line_id, claim.pk))
    found = set()
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            if one.line_id != other.line_id:
                break
            mine, theirs = project_of(one.project_id), project_of(other.project_id)
            same_project = mine is None or theirs is None or mine == theirs
            if same_project and one.starts_at < other.ends_at and other.starts_at < one.ends_at:
                found.add(one.line_id)
    return found


def _hold_two_protections(survivor, loser, at: datetime) -> str | None:
    """Return why somebody has to rule first: both accounts hold protection that overlaps."""
    protecting = Claim.objects.filter(
        customer_id__in=(survivor.pk, loser.pk), kind=ClaimKind.REGISTRATION, state=ClaimState.APPROVED
    )
    joined = {pk: project.pk for pk, project in joined_projects(loser.pk, survivor.pk).items()}
    lines = overlapping(protecting.order_by("pk"), lambda pk: joined.get(pk, pk))
    if not lines:
        return None
    names = listed(local_name(line) for line in ProductLine.objects.filter(pk__in=lines).order_by("pk"))
    return _(
        "Both accounts hold a protected registration for the same scope (%(lines)s). One of the two has to end,"
        " by a ruling, a withdrawal or its date, before they become one."
    ) % {"lines": names}


def _check_again(account_ids, journal: Journal, event_pk: int, at: datetime) -> None:
    """Have every waiting line that rests on the accounts, or was compared with them, screened again.

    What the last check noted of other organisations lies in its verdict; there are never many lines waiting.
    """
    concerned = set(account_ids)
    their_claims = set(Claim.objects.filter(customer_id__in=concerned).values_list("pk", flat=True))
    waiting = RegistrationLine.objects.filter(state__in=WAITING_FOR_DECISION).select_related("registration")
    again = [
        line.pk
        for line in waiting.order_by("line_id", "sequence_number")
        if line.registration.customer_id in concerned
        or concerned & _named(line.verdict, "organisations")
        or their_claims & _named(line.verdict, "claims")
    ]
    if again:
        jobs.enqueue(RESCREEN, f"{RESCREEN}:{event_pk}", {"registration_lines": again})


def _named(verdict: dict | None, what: str) -> set[int]:
    """Return the ids of the organisations, or claims, that a verdict names."""
    hits = (verdict or {}).get("hits", ())
    return {pk for hit in hits for pk in hit["evidence"].get(what, ())}


def _decisions(column: str) -> Callable[[Journal, int, int], None]:
    """Return what moves the decisions about a customer or project; of two on one registration, *the same* counts."""

    def move(journal: Journal, before: int, after: int) -> None:
        for decision in MatchDecision.objects.filter(**{column: before}).order_by("pk"):
            there = MatchDecision.objects.filter(
                registration_id=decision.registration_id, **{column: after}
            ).first()
            if there is None:
                journal.move(MatchDecision, column, MatchDecision.objects.filter(pk=decision.pk), after)
                continue
            if there.verdict != MatchVerdict.SAME and decision.verdict == MatchVerdict.SAME:
                journal.set(
                    there,
                    verdict=decision.verdict,
                    decided_by_id=decision.decided_by_id,
                    decided_at=decision.decided_at,
                )
            journal.remove(decision)

    return move


registry.moves_by("deal_registration.MatchDecision.customer", _decisions("customer_id"))
registry.moves_by("deal_registration.MatchDecision.project", _decisions("project_id"))
registry.register(
    registry.Party(
        "deal_registration",
        lock=_lock_sequences,
        hold=_hold_two_protections,
        follow=_check_again,
        constraints=(
            (
                guards.CONSTRAINT,
                gettext_lazy(
                    "Two protected registrations would stand on one scope. One of them has to end first."
                ),
            ),
        ),
    )
)
