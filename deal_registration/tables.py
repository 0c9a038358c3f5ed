"""Tables of registrations: the dealer's own, those staff may read, and the queue of what waits for a decision."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ui import tables

from .enums import WAITING_FOR_DECISION
from .models import Registration
from .promises import promise_of
from .wording import found_codes


def joined_lines(registration, states=None) -> str:
    """Return the names of the product lines, in the reader's language; of ``states`` only, where given."""
    return ", ".join(
        row.line.name for row in registration.lines.all() if states is None or row.state in states
    )


class RegistrationTable(tables.Table):
    """*My registrations*. Rows carry ``protected_until`` (see ``selectors.registration_rows``)."""

    customer_name = tables.TitleColumn(verbose_name=_("Customer"), default=_("No customer yet"))
    state = tables.StatusColumn(verbose_name=_("Status"))
    lines = tables.Column(verbose_name=_("Product lines"), orderable=False, empty_values=(), card="subtitle")
    project_name = tables.Column(verbose_name=_("Project"), card="hide")
    own_reference = tables.Column(verbose_name=_("Your reference"), card="hide")
    value = tables.MoneyColumn(verbose_name=_("Value"))
    received_at = tables.WhenColumn(verbose_name=_("Filed"))
    protected_until = tables.DaysLeftColumn(verbose_name=_("Protection"), order_by=("protected_until",))
    ref = tables.ReferenceColumn(verbose_name=_("Reference"), card="hide")

    class Meta:
        model = Registration
        fields = (
            "customer_name",
            "state",
            "lines",
            "project_name",
            "value",
            "received_at",
            "protected_until",
            "own_reference",
            "ref",
        )

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

    partner = tables.Column(verbose_name=_("Partner"), accessor="partner__account__name", card="meta")
    territory = tables.NameColumn(verbose_name=_("Territory"), card="hide", orderable=False)

    class Meta(RegistrationTable.Meta):
        fields = (
            "customer_name",
            "state",
            "partner",
            "lines",
            "territory",
            "value",
            "received_at",
            "protected_until",
            "ref",
        )
        exclude = ("own_reference", "project_name")

    def row_url(self, record) -> str:
        """Open the page for staff."""
        return reverse("registrations:review_detail", args=[record.ref])


class QueueTable(tables.Table):
    """What waits for a decision. Rows come from ``selectors.review_queue``."""

    review_due_at = tables.Column(verbose_name=_("Promised by"), card="status", empty_values=())
    customer_name = tables.TitleColumn(verbose_name=_("Customer"))
    partner = tables.Column(verbose_name=_("Partner"), accessor="partner__account__name", card="subtitle")
    lines = tables.Column(verbose_name=_("Waiting lines"), orderable=False, empty_values=())
    found = tables.Column(verbose_name=_("Why a person decides"), orderable=False, empty_values=())
    territory = tables.NameColumn(verbose_name=_("Territory"), orderable=False)
    value = tables.MoneyColumn(verbose_name=_("Value"))
    received_at = tables.WhenColumn(verbose_name=_("Filed"), card="hide")

    class Meta:
        model = Registration
        fields = (
            "review_due_at",
            "customer_name",
            "partner",
            "lines",
            "found",
            "territory",
            "value",
            "received_at",
        )

    def row_url(self, record) -> str:
        """Open the review."""
        return reverse("registrations:review_detail", args=[record.ref])

    def render_review_due_at(self, record) -> str:
        """Draw the promise's clock."""
        return render_to_string(
            "review/_promise.html", {"promise": promise_of(record.review_due_at, at=timezone.now())}
        )

    def value_review_due_at(self, record) -> str:
        """Return the promise as ISO time for the export."""
        return (
            timezone.localtime(record.review_due_at).isoformat(timespec="minutes")
            if record.review_due_at
            else ""
        )

    def render_lines(self, record) -> str:
        """Name the lines that wait."""
        return joined_lines(record, WAITING_FOR_DECISION) or "—"

    value_lines = render_lines

    def render_found(self, record) -> str:
        """Say in words what the check found on the waiting lines."""
        return render_to_string("review/_found.html", {"codes": found_codes(record)})

    def value_found(self, record) -> str:
        """Say the same for the export."""
        return ", ".join(str(words) for _code, words, _tone in found_codes(record))
