"""The rows a course of registrations makes, with keys given beforehand, because verdicts name each other's keys."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from django.core.management.color import no_style
from django.db import connection, models

from crm.accounts.models import Account
from crm.opportunities.models import Opportunity, OpportunityLine
from crm.projects.models import Project
from deal_registration.models import (
    Claim,
    InformationRequest,
    InternalNote,
    LineSequence,
    MatchDecision,
    Registration,
    RegistrationContact,
    RegistrationLine,
)

from .world import World

NUMBERED = (Account, Project, Opportunity, Registration, RegistrationLine, Claim)


def _numbers(model: type[models.Model]) -> Iterator[int]:
    last = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
    return count(last + 1)


@dataclass(slots=True)
class Rows:
    """Everything to be inserted, in the order of insertion."""

    prospects: list[Account] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    opportunity_lines: list[OpportunityLine] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    lines: list[RegistrationLine] = field(default_factory=list)
    contacts: list[RegistrationContact] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    requests: list[InformationRequest] = field(default_factory=list)
    decisions: list[MatchDecision] = field(default_factory=list)
    notes: list[InternalNote] = field(default_factory=list)
    sequences: dict[int, LineSequence] = field(default_factory=dict)
    numbers: dict[type, Iterator[int]] = field(
        default_factory=lambda: {model: _numbers(model) for model in NUMBERED}
    )

    def number(self, row: models.Model) -> None:
        """Give a row its key."""
        row.pk = next(self.numbers[type(row)])

    def save(self, world: World) -> None:
        """Insert everything and move the database's own counters past the keys given."""
        for what, model, rows in (
            ("prospects", Account, self.prospects),
            ("projects", Project, self.projects),
            ("opportunities", Opportunity, self.opportunities),
            ("", OpportunityLine, self.opportunity_lines),
            ("registrations", Registration, self.registrations),
            ("lines of registrations", RegistrationLine, self.lines),
            ("", RegistrationContact, self.contacts),
            ("claims", Claim, self.claims),
            ("", InformationRequest, self.requests),
            ("", MatchDecision, self.decisions),
            ("", InternalNote, self.notes),
            ("", LineSequence, self.sequences.values()),
        ):
            world.save(model, rows, what)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), NUMBERED):
                cursor.execute(statement)
