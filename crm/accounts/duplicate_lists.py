"""The work list of accounts that may be one: its filters and its table."""

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access.fields import field_access
from core.ui import filters, tables
from core.ui.names import local_name
from core.ui.templatetags.ui import icon, status
from crm.identity.words import LEVELS
from crm.territories.models import Territory

from .duplicate_presenting import level_in_words, reasons_in_words
from .models import Account, DuplicatePair, Lifecycle, PairState

STATES = [(state.value, state.label) for state in (PairState.OPEN, PairState.HELD, PairState.DIFFERENT)]
LEVEL_CHOICES = [(level, LEVELS[level]) for level in ("L1", "L3", "L2", "L4")]


class DuplicateFilters(filters.FilterSet):
    """What staff narrow pairs by."""

    state = filters.ChoiceFilter(
        choices=STATES, label=_("Status"), method="by_state", empty_label=_("to be decided")
    )
    level = filters.ChoiceFilter(choices=LEVEL_CHOICES, label=_("How sure"))
    territory = filters.ModelChoiceFilter(
        queryset=lambda request: Territory.objects.visible_to(request.actor),
        to_field_name="code",
        method="by_territory",
        label=_("Territory"),
    )
    mine = filters.ChoiceFilter(choices=[("mine", _("mine"))], method="by_owner", label=_("Owner"))

    class Meta:
        model = DuplicatePair
        fields = ()

    def by_state(self, queryset, name, value):
        """Keep pairs of one status; without this filter, those to be decided."""
        return queryset.filter(state=value)

    def by_territory(self, queryset, name, value):
        """Keep pairs of which one account lies in a territory or below it."""
        return queryset.filter(
            Q(low__territory__path__startswith=value.path) | Q(high__territory__path__startswith=value.path)
        )

    def by_owner(self, queryset, name, value):
        """Keep pairs of which one account is one's own."""
        me = self.request.actor.user_id
        return queryset.filter(Q(low__owner_id=me) | Q(high__owner_id=me))


class DuplicateTable(tables.Table):
    """Two accounts a row, why they are a pair, and what can be done at once."""

    low = tables.TitleColumn(verbose_name=_("Accounts"), orderable=False)
    rank = tables.Column(verbose_name=_("How sure"), order_by=("rank", "-score"), card="subtitle")
    evidence = tables.Column(verbose_name=_("Why"), orderable=False, empty_values=())
    territory = tables.Column(verbose_name=_("Territory"), orderable=False, empty_values=())
    state = tables.StatusColumn(verbose_name=_("Status"), card="meta")
    actions = tables.Column(verbose_name="", orderable=False, empty_values=(), stays=True)

    class Meta:
        model = DuplicatePair
        fields = ("low", "rank", "evidence", "territory", "state", "actions")

    @classmethod
    def hidden_for(cls, actor) -> tuple[str, ...]:
        """Return the columns the actor may not read: the territory is the accounts' own field."""
        readable = field_access(actor, Account).readable("territory")
        return (*super().hidden_for(actor), *(() if readable else ("territory",)))

    def row_url(self, record) -> str:
        """Return where both are compared."""
        return record.compare_url

    def render_low(self, record):
        """Return both names, the link on the first."""
        lines = [_account_line(account, record.shows_city) for account in (record.low, record.high)]
        return format_html(
            '<a class="pair-names" href="{}">{}</a>',
            record.compare_url,
            format_html_join("", "{}", ((line,) for line in lines)),
        )

    def render_rank(self, record):
        """Return the level in words."""
        tone = "warning" if record.level in ("L1", "L3") else "info"
        return status(record.level, level_in_words(record), tone=tone, icon="arrows-diff")

    def render_evidence(self, record):
        """Return the reasons, without values."""
        words = reasons_in_words(record.evidence, record.reader, whole=False)[:3]
        held = [record.reason] if record.state == PairState.HELD and record.reason else []
        return format_html_join(
            "", '<span class="pair-reason is-why">{}</span>', ((word,) for word in held or words)
        )

    def render_territory(self, record):
        """Return the territories of both, once where they are one."""
        places = [account.territory for account in (record.low, record.high) if account.territory_id]
        names = dict.fromkeys(local_name(place) for place in places)
        return format_html_join("", '<span class="pair-reason">{}</span>', ((name,) for name in names))

    def render_actions(self, record):
        """Return the way to comparing both, and the one press that tells them apart or takes that back."""
        if record.state == PairState.MERGED:
            return ""
        compare = format_html(
            '<a class="btn btn-sm" href="{}" aria-label="{}">{}{}</a>',
            record.compare_url,
            f"{gettext('Compare')}: {record.low.name}, {record.high.name}",
            icon("arrows-diff"),
            gettext("Compare"),
        )
        if not record.may_judge:
            return compare
        if record.state == PairState.DIFFERENT:
            press = _button("reopen", "arrow-back-up", gettext("Undo"), record)
        else:
            press = _button("different", "x", gettext("Not the same"), record)
        return format_html('<span class="pair-actions">{}{}</span>', compare, press)


def _account_line(account, shows_city: bool):
    """Return one account as a line: name, place, and a badge for a prospect."""
    badge = status("prospect", account.get_lifecycle_display()) if _is_prospect(account) else ""
    return format_html(
        '<span class="pair-name"><span>{}</span><small>{}</small>{}</span>',
        account.name,
        account.city if shows_city else "",
        badge,
    )


def _is_prospect(account) -> bool:
    return account.lifecycle == Lifecycle.PROSPECT


def _button(name: str, drawing: str, words: str, record):
    """Return a button of the form below the list."""
    return format_html(
        '<button type="submit" class="btn btn-sm" form="judge" name="{}" value="{}" aria-label="{}" data-row-key>'
        "{}{}</button>",
        name,
        f"{record.low.ref}-{record.high.ref}",
        f"{words}: {record.low.name}, {record.high.name}",
        icon(drawing),
        words,
    )
