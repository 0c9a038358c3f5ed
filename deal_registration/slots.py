"""How many open registrations a partner may hold before a person looks: a pure function of how it closed the past ones.

Whoever reports what became of a deal while it is protected, won or lost, earns slots; whoever lets protection run out
in silence loses some. Within a floor and a ceiling, and only what ended in the last twelve months counts.
"""

from dataclasses import dataclass

from partners.terms import ProgrammeTerms


@dataclass(frozen=True, slots=True)
class SlotRule:
    """What a programme sets: where a partner begins, the bounds, and what each ending is worth."""

    base: int = 20
    floor: int = 5
    ceiling: int = 60
    per_honest_close: int = 1
    per_silent_expiry: int = 1

    @classmethod
    def of(cls, terms: ProgrammeTerms) -> "SlotRule":
        """Return the rule in a programme's terms."""
        return cls(
            base=terms.slots,
            floor=terms.slots_floor,
            ceiling=terms.slots_ceiling,
            per_honest_close=terms.slots_per_honest_close,
            per_silent_expiry=terms.slots_per_silent_expiry,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """How a partner's registrations ended lately: reported won or lost before the end, or run out in silence."""

    honest: int = 0
    silent: int = 0


def slots(record: Record, rule: SlotRule) -> int:
    """Return the slots of a partner with ``record``.

    An honest close never lowers the number and a silent expiry never raises it; in which order they came does not
    matter; the number stays within floor and ceiling.
    """
    earned = rule.per_honest_close * record.honest - rule.per_silent_expiry * record.silent
    return min(max(rule.base + earned, rule.floor), rule.ceiling)
