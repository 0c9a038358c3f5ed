"""The settings of a programme version and a tier's benefits, as typed objects with their defaults.

Every number of the business is here as a *default* of a setting; what counts is what the version in force says.
"""

from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from enum import StrEnum


class Disclosure(StrEnum):
    """How much of a verdict the partner is told."""

    NOTHING = "nothing"  # received, in review
    CLASS = "class"  # class and codes in plain words
    CLASS_AND_RELEASE = "class_and_release"  # and the day a taken scope becomes free


class TakenScope(StrEnum):
    """What becomes of a filing on a scope that is protected for another partner."""

    BLOCK = "block"  # rejected, with the day it becomes free
    WAIT = "wait"  # waits in the order of filing, checked again the moment it is free


@dataclass(frozen=True, slots=True)
class ProgrammeTerms:
    """What one programme version sets. Days are calendar days unless the name says business days.

    ``dispute_rungs``: who decides a dispute, lowest rung first; each ``{"role": code, "business_days": n}``, or with
    ``"users": {territory code ("" for everywhere): [e-mail addresses]}`` instead of a role.
    """

    protection_days: int = 90
    protection_reminder_days: tuple[int, ...] = (30, 14, 7)
    extensions_allowed: int = 1  # how often one protection may be made longer; 0: never
    extension_days: int = 30
    extension_open_days: int = 30  # asked at the earliest so many days before the end
    extension_activity_days: int = 30  # activity counts as recent for so long
    extension_auto: bool = False  # granted without a person where activity is recent
    information_business_days: int = 5
    review_target_business_days: int = 1
    review_ceiling_business_days: int = 2
    review_notice_percents: tuple[int, ...] = (80, 100)
    review_escalation_percent: int = 150
    direct_activity_days: int = 90
    repeat_order_days: int = 365
    minimum_value: dict[str, str] = field(default_factory=dict)  # by currency; empty: none
    required_documents: tuple[str, ...] = ()
    required_certificates: dict[str, str] = field(default_factory=dict)  # by product line code
    disclosure: str = Disclosure.CLASS_AND_RELEASE
    undisclosed_codes: tuple[str, ...] = ("R08", "R09")
    auto_approve: bool = False
    dispute_open_days: int = 30
    dispute_statement_business_days: int = 5
    dispute_appeal_business_days: int = 10
    dispute_rungs: tuple[dict, ...] = (
        {"role": "channel_manager", "business_days": 3},
        {"role": "channel_head", "business_days": 5},
    )
    dispute_barred_roles: tuple[str, ...] = ("sales_head",)
    dispute_reminder_percent: int = 80
    dispute_overruled_count: int = 3  # of the last ``dispute_overruled_of`` rulings on one code
    dispute_overruled_of: int = 5
    taken_scope: str = TakenScope.BLOCK
    cool_down_days: int = 14  # after own expiry, where a rival filed meanwhile
    slots: int = 20  # open registrations a partner may hold before a person looks
    slots_floor: int = 5
    slots_ceiling: int = 60
    slots_per_honest_close: int = 1  # won or lost reported before the end
    slots_per_silent_expiry: int = 1
    slots_window_days: int = 365
    idle_days: int = 30
    idle_percent: int = 40
    idle_least_open: int = 5  # with fewer open registrations nobody asks how many are asleep
    message_retract_minutes: int = 10  # within which an author takes a message back
    prechecks_per_day: int = 20  # questions before filing; 0: none are answered
    prechecks_per_month: int = 200  # in any thirty days
    precheck_slow_score: int = 50  # signs of probing, 0 to 100, from which a person answers
    precheck_stop_score: int = 75  # and from which nothing is answered

    @classmethod
    def from_json(cls, data: dict) -> "ProgrammeTerms":
        """Read a version's ``settings``; what it does not set has the default, what is unknown is ignored."""
        known = {}
        for item in fields(cls):
            if item.name in data:
                value = data[item.name]
                known[item.name] = tuple(value) if isinstance(value, list) else value
        return cls(**known)

    def to_json(self) -> dict:
        """Return what is stored in a version's ``settings``."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True)
class Benefits:
    """What a tier gives. ``auto_approval_ceiling``: by currency, the largest value approved without a person."""

    margin_points: Decimal = Decimal(0)
    extra_protection_days: int = 0
    auto_approval_ceiling: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict) -> "Benefits":
        """Read a tier's ``benefits``."""
        return cls(
            margin_points=Decimal(str(data.get("margin_points", 0))),
            extra_protection_days=int(data.get("extra_protection_days", 0)),
            auto_approval_ceiling=dict(data.get("auto_approval_ceiling", {})),
        )
