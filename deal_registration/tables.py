"""Tables of registrations: the dealer's own, those staff may read, and the queue of what waits for a decision."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from core.ui import tables
from core.ui.templatetags.ui import icon, reference
from core.ui.wording import listed

from .enums import WAITING_FOR_DECISION, State
from .models import Registration
from .promises import promise_of
from .wording import found_codes


def joined_lines(registration, states=None) -> str:
    """Return the names of the product lines, in the reader's language; of ``states`` only, where given."""
    return listed(row.line.name for row in registration.lines.all() if states is None or row.state in states)


MARK = (
    '<span class="cell-mark" title="{0}">{1}<span aria-hidden="true">{2}</span>'
    '<span class="visually-hidden">{0}</span></span>'
)


def _marks(record) -> list:
    """Return the marks that the page's list asked for (``deal_registration.marks``)."""
    return getattr(record, "marks", [])


class DealColumn(tables.TitleColumn):
    """The customer as the row's link, with a second line of what tells deals apart.

    ``beside`` names what stands on the second line: (heading, function of the record) pairs. An export gives each a
    column of its own, and the reference.
    """

    def __init__(self, *args, beside=(), **kwargs):
        kwargs.setdefault("verbose_name", _("Customer"))
        super().__init__(*args, empty_values=(), **kwargs)
        self.beside = beside

    def render(self, value, record, table):
        """Return the name as a link, and the second line."""
        told = [str(text) for _heading, read in self.beside if (text := read(record))]
        return format_html(
            '<a href="{}">{}</a>{}{}',
            table.url_of(record),
            value or _("No customer yet"),
            format_html_join("", MARK, ((mark.words, icon(mark.icon), mark.text) for mark in _marks(record))),
            format_html('<small class="cell-beside">{}</small>', " · ".join(told)) if told else "",
        )

    def value(self, value, record):
        """Return everything the export's columns hold."""
        return [value, *(str(read(record) or "") for _heading, read in self.beside), reference(record.ref)]

    def export_headings(self, heading: str) -> list[str]:
        """Return the headings of customer, second line and reference."""
        return [heading, *(str(name) for name, _read in self.beside), str(_("Reference"))]

    def export_values(self, value) -> list:
        """Return the cells."""
        return value


class _FurtherColumns(tables.Table):
    """What every list of registrations offers beside what it shows."""

    own_reference = tables.Column(verbose_name=_("Your reference"), optional=True)
    project_name = tables.Column(verbose_name=_("Project"), optional=True)
    tender_number = tables.Column(verbose_name=_("Tender number"), optional=True)
    opportunity_type = tables.Column(verbose_name=_("Type of business"), optional=True)
    territory = tables.NameColumn(verbose_name=_("Territory"), order_by=("territory__path",), optional=True)
    expected_close_on = tables.WhenColumn(verbose_name=_("Expected close"), style="date", optional=True)
    created_by = tables.PersonColumn(
        verbose_name=_("Filed by"), order_by=("created_by__full_name",), optional=True
    )

    def render_opportunity_type(self, record) -> str:
        """Return the type in words."""
        return record.get_opportunity_type_display()

    def value_opportunity_type(self, record) -> str:
        """Return the same for an export."""
        return str(record.get_opportunity_type_display())


FURTHER = tuple(_FurtherColumns.base_columns)


class RegistrationTable(_FurtherColumns):
    """*My registrations*. Rows carry ``protected_until`` (see ``selectors.registration_rows``)."""

    customer_name = DealColumn(
        beside=(
            (_("Project"), lambda record: record.project_name),
            (_("Your reference"), lambda record: record.own_reference),
        )
    )
    state = tables.StatusColumn(verbose_name=_("Status"))
    lines = tables.Column(verbose_name=_("Product lines"), orderable=False, empty_values=(), card="subtitle")
    value = tables.MoneyColumn(verbose_name=_("Value"))
    received_at = tables.WhenColumn(verbose_name=_("Filed"))
    protected_until = tables.DaysLeftColumn(verbose_name=_("Protection"), order_by=("protected_until",))

    class Meta:
        model = Registration
        fields = ("customer_name", "state", "lines", "value", "received_at", "protected_until", *FURTHER)

    def row_url(self, record) -> str:
        """Open the registration; a draft, its form."""
        name = (
            "registrations:registration_edit"
            if record.state == "draft"
            else "registrations:registration_detail"
        )
        return reverse(name, args=[record.ref])

    def render_lines(self, record) -> str:
        """Name the product lines."""
        return joined_lines(record) or "—"

    def value_lines(self, record) -> str:
        """Name the product lines for the export."""
        return joined_lines(record)


class StaffRegistrationTable(RegistrationTable):
    """All registrations staff may see, with their partner."""

    customer_name = DealColumn(
        beside=(
            (_("Partner"), lambda record: record.partner.account.name),
            (_("Territory"), lambda record: record.territory.name if record.territory else ""),
            (_("Project"), lambda record: record.project_name),
        )
    )

    own_reference = tables.Column(verbose_name=_("Partner's reference"), optional=True)
    partner = tables.Column(
        verbose_name=_("Partner"),
        accessor="partner__account__name",
        order_by=("partner__account__name",),
        optional=True,
    )

    class Meta(RegistrationTable.Meta):
        fields = (*RegistrationTable.Meta.fields, "partner")

    def row_url(self, record) -> str:
        """Open the page for staff."""
        return reverse("registrations:review_detail", args=[record.ref])


class QueueTable(_FurtherColumns):
    """What waits for a decision. Rows come from ``selectors.review_queue``."""

    due_at = tables.Column(verbose_name=_("Promised by"), card="status", empty_values=())
    customer_name = DealColumn(beside=StaffRegistrationTable.base_columns["customer_name"].beside)
    lines = tables.Column(verbose_name=_("Waiting lines"), orderable=False, empty_values=(), card="subtitle")
    found = tables.Column(verbose_name=_("Why a person decides"), orderable=False, empty_values=())
    value = tables.MoneyColumn(verbose_name=_("Value"))
    received_at = tables.WhenColumn(verbose_name=_("Filed"), optional=True)
    own_reference = StaffRegistrationTable.base_columns["own_reference"]
    partner = StaffRegistrationTable.base_columns["partner"]

    class Meta:
        model = Registration
        fields = (
            "due_at",
            "customer_name",
            "lines",
            "found",
            "value",
            "received_at",
            *FURTHER,
            "partner",
        )

    def row_url(self, record) -> str:
        """Open the review."""
        return reverse("registrations:review_detail", args=[record.ref])

    def render_due_at(self, record) -> str:
        """Draw the clock of the nearer promise; past its ceiling it says so."""
        now = timezone.now()
        ceiling = record.review_ceiling_at
        return render_to_string(
            "review/_promise.html",
            {
                "promise": promise_of(record.due_at, at=now),
                "is_past_ceiling": bool(ceiling and ceiling <= now),
                "ceiling": ceiling,
            },
        )

    def value_due_at(self, record):
        """Return the promised time for the export."""
        return record.due_at

    def render_lines(self, record) -> str:
        """Name the lines that wait, or those that are to be protected longer."""
        waiting = joined_lines(record, WAITING_FOR_DECISION)
        return waiting or (joined_lines(record, {State.APPROVED}) if record.extension_due_at else "") or "—"

    value_lines = render_lines

    def render_found(self, record) -> str:
        """Say in words what the check found on the waiting lines, and whether more time is asked for."""
        return render_to_string(
            "review/_found.html",
            {"codes": found_codes(record), "asks_for_time": record.extension_due_at is not None},
        )

    def value_found(self, record) -> str:
        """Say the same for the export."""
        words = [str(words) for _code, words, _tone in found_codes(record)]
        return listed([*words, *([str(_("More time is asked for"))] if record.extension_due_at else [])])
