"""Whom a dispute concerns besides who opened it: found from the claims that the verdict hit and that stand now."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from deal_registration.conflicts import projects_overlap
from deal_registration.enums import LIVE, ClaimKind, ClaimState
from deal_registration.models import Claim, RegistrationLine
from partners.selectors import terms_at
from partners.terms import Disclosure


@dataclass(frozen=True, slots=True)
class Concerned:
    """A live claim of another partner that stands in the way of a disputed line."""

    partner_id: int
    registration_id: int
    registration_line_id: int
    line_id: int


def concerned_by(lines: Iterable[RegistrationLine]) -> list[Concerned]:
    """Return the claims of other partners that the dispute about ``lines`` concerns, in order of their places.

    Those the verdict hit, as far as they still wait or protect; and what protects the scope, or waits there with an
    earlier place, at present. Called under the locks of the product lines. Lines have their registration loaded.
    """
    found: dict[int, Concerned] = {}
    for line in lines:
        for claim in _claims_beside(line):
            if claim.registration_line.state in LIVE:
                found[claim.registration_line_id] = Concerned(
                    claim.partner_id,
                    claim.registration_line.registration_id,
                    claim.registration_line_id,
                    claim.line_id,
                )
    return list(found.values())


def _claims_beside(line: RegistrationLine) -> Iterable[Claim]:
    """Yield the live claims of others that one line's verdict hit, or that overlap it and come first."""
    registration = line.registration
    hit = {pk for found in (line.verdict or {}).get("hits", ()) for pk in found["evidence"].get("claims", ())}
    rows = (
        Claim.objects.filter(
            line_id=line.line_id,
            kind=ClaimKind.REGISTRATION,
            state__in=(ClaimState.PENDING, ClaimState.APPROVED),
        )
        .filter(Q(pk__in=hit) | Q(customer_id=registration.customer_id))
        .exclude(partner_id=registration.partner_id)
        .select_related("registration_line")
        .order_by("sequence_number")
    )
    for claim in rows:
        overlaps = claim.customer_id == registration.customer_id and projects_overlap(
            registration.project_id, claim.project_id
        )
        first = claim.state == ClaimState.APPROVED or claim.sequence_number < line.sequence_number
        if claim.pk in hit or (overlaps and first):
            yield claim


def may_know_of_others(registration, lines: Iterable[RegistrationLine]) -> bool:
    """Tell whether the opener may learn that there is another side at all.

    Only as far as the programme told them already: a verdict that disclosed a rival's claim.
    """
    terms = terms_at(registration.partner, registration.received_at)
    if terms.disclosure == Disclosure.NOTHING:
        return False
    told = {
        hit["code"]
        for line in lines
        for hit in (line.verdict or {}).get("hits", ())
        if hit["evidence"].get("claims")
    }
    return bool(told & {"R05", "R06", "R15"} - set(terms.undisclosed_codes))
