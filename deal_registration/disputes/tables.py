"""Tables of disputes, precedents and proposed changes."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.ui import tables
from core.ui.wording import listed
from deal_registration.tables import DealColumn
from deal_registration.wording import CODE_WORDS

from .enums import DisputeState
from .models import Dispute, Precedent, RuleProposal
from .wording import codes_in_words


def due_of(dispute: Dispute):
    """Return the next deadline of a dispute, if one runs."""
    return {
        DisputeState.STATEMENTS: dispute.statements_due_at,
        DisputeState.DELIBERATION: dispute.rung_due_at,
        DisputeState.APPEALED: dispute.rung_due_at,
        DisputeState.RULED: dispute.appeal_until,
    }.get(dispute.state)


class DisputeTable(tables.Table):
    """Disputes as a party sees them: by its own words for the customer."""

    customer_name = DealColumn(accessor="registration__customer_name", orderable=False)
    state = tables.StatusColumn(verbose_name=_("Status"))
    due = tables.DaysLeftColumn(
        verbose_name=_("Next deadline"), empty_values=(), orderable=False, accessor="pk"
    )
    opened_at = tables.WhenColumn(verbose_name=_("Opened"))

    class Meta:
        model = Dispute
        fields = ("customer_name", "state", "due", "opened_at")

    def row_url(self, record) -> str:
        """Open the dispute."""
        return reverse("disputes:dispute_detail", args=[record.ref])

    def render_customer_name(self, value, record):
        """Name the customer as the reader's own side typed it."""
        return self.columns["customer_name"].column.render(self.value_customer_name(record), record, self)

    def value_customer_name(self, record) -> str:
        """Return the own side's words for the customer."""
        own = next(iter(record.own_parties), None)
        return own.registration.customer_name if own else record.registration.customer_name

    def render_due(self, record):
        """Show how long is left until the next deadline."""
        due = due_of(record)
        return tables.DaysLeftColumn().render(due) if due else tables.ui.NOTHING

    def value_due(self, record):
        """Return the next deadline for the export."""
        return due_of(record)


class StaffDisputeTable(DisputeTable):
    """Disputes with their parties and place."""

    customer_name = DealColumn(
        accessor="registration__customer_name",
        orderable=False,
        beside=(
            (_("Parties"), lambda record: listed(row.partner.account.name for row in record.own_parties)),
            (_("Territory"), lambda record: record.territory.name),
        ),
    )

    class Meta(DisputeTable.Meta):
        pass

    def value_customer_name(self, record) -> str:
        """Return the opener's words for the customer."""
        return record.registration.customer_name


class PrecedentTable(tables.Table):
    """The library of precedents."""

    title = tables.TitleColumn(verbose_name=_("Ruling"))
    outcome = tables.StatusColumn(verbose_name=_("Outcome"))
    turns_on = tables.Column(
        verbose_name=_("Turns on"), empty_values=(), orderable=False, accessor="pk", card="subtitle"
    )
    lines = tables.Column(verbose_name=_("Product lines"), empty_values=(), orderable=False)
    published_at = tables.Column(verbose_name=_("Published"))

    class Meta:
        model = Precedent
        fields = ("title", "outcome", "turns_on", "lines", "published_at")

    def row_url(self, record) -> str:
        """Open the precedent."""
        return reverse("disputes:precedent_detail", args=[record.ref])

    def render_turns_on(self, record) -> str:
        """Name the rules."""
        return codes_in_words(row.code for row in record.ruling.codes.all()) or "—"

    value_turns_on = render_turns_on

    def render_lines(self, record) -> str:
        """Name the product lines."""
        return listed(line.name for line in record.lines.all()) or "—"

    value_lines = render_lines

    def render_published_at(self, value) -> str:
        """Give the month only: the day would tell which case it was."""
        return date_format(localtime(value), "YEAR_MONTH_FORMAT")

    def value_published_at(self, value) -> str:
        """Give the month only in the export as well."""
        return self.render_published_at(value)


class ProposalTable(tables.Table):
    """Proposed changes of rules."""

    code = tables.TitleColumn(verbose_name=_("Rule of the check"))
    state = tables.StatusColumn(verbose_name=_("Status"))
    overturned = tables.NumberColumn(verbose_name=_("Overturned"))
    considered = tables.NumberColumn(verbose_name=_("Rulings looked at"))
    programme = tables.NameColumn(verbose_name=_("Programme"), orderable=False)
    opened_at = tables.WhenColumn(verbose_name=_("Proposed"))

    class Meta:
        model = RuleProposal
        fields = ("code", "state", "overturned", "considered", "programme", "opened_at")

    def row_url(self, record) -> str:
        """Open the proposal."""
        return reverse("disputes:proposal_detail", args=[record.ref])

    def render_code(self, record):
        """Say the rule in words, as the row's link."""
        return self.columns["code"].column.render(self.value_code(record), record, self)

    def value_code(self, record) -> str:
        """Return the rule in words."""
        return str(CODE_WORDS.get(record.code, record.code))
