"""States of a registration line, kinds of claims, classes of a verdict, reasons."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a line of a registration stands; the registration shows a summary of its lines."""

    DRAFT = "draft", _("Draft")
    SCREENING = "screening", _("Being checked")
    IN_REVIEW = "in_review", _("In review")
    ACTION_REQUIRED = "action_required", _("Your answer needed")
    CONFLICT_HOLD = "conflict_hold", _("On hold: earlier claim")
    APPROVED = "approved", _("Approved")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    EXPIRED = "expired", _("Expired")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Replaced")


WAITING_FOR_DECISION = frozenset({State.IN_REVIEW, State.CONFLICT_HOLD})
PENDING = frozenset({State.SCREENING, State.IN_REVIEW, State.ACTION_REQUIRED, State.CONFLICT_HOLD})
LIVE = PENDING | {State.APPROVED}
ENDED = frozenset(set(State) - LIVE - {State.DRAFT})

# What a registration shows for its lines: the first state of this list that any line is in.
SUMMARY_ORDER = (
    State.APPROVED,
    State.ACTION_REQUIRED,
    State.SCREENING,
    State.IN_REVIEW,
    State.CONFLICT_HOLD,
    State.WON,
    State.EXPIRED,
    State.LOST,
    State.REVOKED,
    State.REJECTED,
    State.WITHDRAWN,
    State.SUPERSEDED,
    State.DRAFT,
)


class ClaimKind(models.TextChoices):
    """What a claim rests on."""

    REGISTRATION = "registration", _("Registration")
    LEAD = "lead", _("Lead")
    ORDER = "order", _("Past order")


class ClaimState(models.TextChoices):
    """Whether a claim waits, protects or is over."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Protected")
    ENDED = "ended", _("Ended")


class MatchVerdict(models.TextChoices):
    """What a person said of a doubtful customer or project."""

    SAME = "same", _("The same")
    ANOTHER = "another", _("Another")


class RejectionReason(models.TextChoices):
    """The closed list of reasons for rejecting."""

    DUPLICATE = "duplicate", _("Duplicate: another registration came first")
    DIRECT = "direct", _("Existing direct pipeline or customer")
    HOUSE = "house", _("House account, served by the manufacturer")
    TERRITORY = "territory", _("Outside the authorised territory")
    PRODUCT = "product", _("Product line not authorised")
    NOT_QUALIFIED = "not_qualified", _("Opportunity not qualified")
    NO_RELATIONSHIP = "no_relationship", _("No verifiable relationship with the customer")
    INCOMPLETE = "incomplete", _("Incomplete after a request for information")


class LossReason(models.TextChoices):
    """Why a registered deal was lost."""

    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Competitor's product")
    DELIVERY = "delivery", _("Delivery time")
    CANCELLED = "cancelled", _("Project cancelled or postponed")
    OTHER = "other", _("Another reason")


class RevocationReason(models.TextChoices):
    """The closed list of reasons for revoking a protection that was granted."""

    MISSTATED = "misstated", _("What was filed is not so")
    INACTIVE = "inactive", _("The deal was not worked on")
    NOT_AUTHORISED = "not_authorised", _("The partner is no longer authorised")
    CUSTOMER = "customer", _("The customer asked for it")
    RULING = "ruling", _("A ruling gave the deal to another")
    TERMS = "terms", _("The rules of the programme were broken")


class ExtensionState(models.TextChoices):
    """What became of a request for more time. ``VOID``: the protection ended before anybody decided."""

    ASKED = "asked", _("Waiting for a decision")
    GRANTED = "granted", _("Granted")
    DECLINED = "declined", _("Declined")
    VOID = "void", _("No longer needed")
