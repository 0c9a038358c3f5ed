"""Tables of pre-checks: the dealer's own questions, the record staff read, the partners they watch over."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.ui import tables
from core.ui.wording import listed

from ..tables import DealColumn
from .models import Precheck, Standing
from .wording import answer_words


class PrecheckTable(tables.Table):
    """A company's questions, the newest first."""

    customer_name = DealColumn(
        beside=(
            (_("Territory"), lambda record: record.territory.name),
            (_("Project"), lambda record: record.project_name),
        )
    )
    state = tables.StatusColumn(verbose_name=_("Status"))
    lines = tables.Column(verbose_name=_("Product lines"), orderable=False, empty_values=(), card="subtitle")
    answer = tables.Column(verbose_name=_("Answer"), orderable=False, empty_values=())
    asked_by = tables.PersonColumn(verbose_name=_("Asked by"), order_by=("asked_by__full_name",))
    asked_at = tables.WhenColumn(verbose_name=_("Asked"))

    class Meta:
        model = Precheck
        fields = ("customer_name", "state", "lines", "answer", "asked_by", "asked_at")

    def row_url(self, record) -> str:
        """Open the answer."""
        return reverse("prechecks:precheck_detail", args=[record.ref])

    def render_lines(self, record) -> str:
        """Name the product lines."""
        return listed(row.line.name for row in record.lines.all())

    value_lines = render_lines

    def render_answer(self, record) -> str:
        """Say the answer in words."""
        return answer_words(record) or "—"

    def value_answer(self, record) -> str:
        """Say the same for the export."""
        return answer_words(record)


class StaffPrecheckTable(PrecheckTable):
    """The record of every question in one's scope, with its partner."""

    customer_name = DealColumn(
        beside=(
            (_("Partner"), lambda record: record.partner.account.name),
            *PrecheckTable.base_columns["customer_name"].beside,
        )
    )

    class Meta(PrecheckTable.Meta):
        pass


class StandingTable(tables.Table):
    """Partners who ask, those with the most signs of probing first."""

    partner = tables.TitleColumn(
        verbose_name=_("Partner"), accessor="partner__account__name", order_by=("partner__account__name",)
    )
    level = tables.StatusColumn(verbose_name=_("Status"))
    score = tables.NumberColumn(verbose_name=_("Signs of probing"), empty_values=())
    has_waiting = tables.BooleanColumn(verbose_name=_("Questions wait"), order_by=("has_waiting",))
    scored_at = tables.WhenColumn(verbose_name=_("Last asked"))

    class Meta:
        model = Standing
        fields = ("partner", "level", "score", "has_waiting", "scored_at")

    def row_url(self, record) -> str:
        """Open the partner's pre-checks."""
        return reverse("prechecks:standing_detail", args=[record.ref])

    def render_score(self, record) -> str:
        """Show the points of a hundred."""
        return format_html('{} <span class="text-secondary">/ 100</span>', record.score)

    def value_score(self, record) -> int:
        """Return the points for the export."""
        return record.score
