"""All that the check of one line may know, as frozen data without a database."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum


class Sameness(IntEnum):
    """How a known organisation relates to the customer filed."""

    SAME = 3  # the same: L1, L3, or a person said so
    DOUBTFUL = 2  # L2 or L4, nobody has decided yet
    GROUP = 1  # L5: same group


class Region(IntEnum):
    """How the partner's authorisations of the line meet the territory."""

    AUTHORISED = 0
    UNCLAIMED = 1  # nobody holds it exclusively
    EXCLUSIVE_TO_ANOTHER = 2


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """One claim on the line whose customer is, or may be, the one filed.

    ``project_id`` None is the whole customer. ``received_at`` is when its registration came in, ``starts_at`` when
    its window begins (an approved one's at the approval). ``ends_at`` None: pending, open-ended. ``outlived``:
    protection ran to its end (not given up).
    """

    claim_id: int
    partner_id: int
    sameness: Sameness
    kind: str
    state: str
    sequence_number: int
    starts_at: datetime
    ends_at: datetime | None
    project_id: int | None = None
    outlived: bool = False
    won_at: datetime | None = None
    registration_id: int | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MatchFact:
    """An organisation that the identity engine names for the customer filed."""

    organisation_id: int
    level: str
    sameness: Sameness
    is_known: bool


@dataclass(frozen=True, slots=True)
class HouseFact:
    """A house listing in force at ``received_at``."""

    listing_id: int
    organisation_id: int
    by_group: bool


@dataclass(frozen=True, slots=True)
class DirectFact:
    """An open direct opportunity of the manufacturer with this customer."""

    opportunity_id: int
    created_at: datetime
    last_activity_at: datetime | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the check of one line of one registration may know.

    ``received_at`` decides which lists and terms apply; ``judged_at`` is the instant at which claims must overlap:
    the receipt at screening (the present where the programme has a wait-list), the present at approval. ``value``
    None: not given. ``other_projects``: the customer's named projects on the line that no claim names, without ours;
    ``parted_projects``: those that a person said are others than ours. ``received_on`` is the day of receipt at the
    site. ``open_registrations`` and ``idle_registrations`` are the partner's own, this one counted; ``slots`` None:
    no limit. ``undisclosed``: codes that the programme never tells its partners.
    """

    partner_id: int
    line_id: int
    sequence_number: int
    received_at: datetime
    judged_at: datetime
    project_id: int | None = None
    partner_active: bool = True
    agreement_in_force: bool = True
    missing_certificate: str = ""
    line_authorised: bool = True
    region: Region = Region.AUTHORISED
    value: Decimal | None = None
    currency: str = ""
    minimum_value: Decimal | None = None
    missing_documents: tuple[str, ...] = ()
    claims: tuple[ClaimFact, ...] = ()
    matches: tuple[MatchFact, ...] = ()
    house: tuple[HouseFact, ...] = ()
    direct: tuple[DirectFact, ...] = ()
    other_projects: tuple[int, ...] = ()
    parted_projects: frozenset[int] = frozenset()
    group_has_account: bool = False
    tender_published_on: date | None = None
    received_on: date | None = None
    open_registrations: int = 1
    idle_registrations: int = 0
    slots: int | None = None
    direct_activity_days: int = 90
    repeat_order_days: int = 365
    idle_days: int = 30
    idle_percent: int = 40
    idle_least_open: int = 5
    cool_down_days: int = 14
    undisclosed: frozenset[str] = frozenset()
