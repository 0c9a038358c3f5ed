"""Pairs and merges as people see them: fields side by side, reasons, what moves, what stayed behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.access.fields import field_access
from core.ui.countries import country_name
from core.ui.names import local_name
from core.ui.wording import listed
from crm import identity
from crm.identity.words import explain, explain_code, level_words

from .merging import relations
from .models import Account, DuplicatePair, Lifecycle, Merge, PairState
from .services.accounts import candidate_of
from .services.duplicates import MOST_TWINS, is_offered
from .services.merging import FIELDS, LOSER, default_choice, why_not_undone

# What an account's page names by its own: not counted beside what moves.
NOT_TOLD = frozenset({"accounts.DuplicatePair", "notifications.Notification"})
OF_IDS = ("registry", "number")
MOST_NAMED = 5


def reasons_in_words(evidence: Iterable[list[str]], actor, *, whole: bool = True) -> list[str]:
    """Return why two accounts are a pair, with the values where ``whole``; ids the actor may not read are not told."""
    return _in_words((item for item in evidence if not _speaks_against(item)), actor, whole)


def doubts_in_words(evidence: Iterable[list[str]], actor) -> list[str]:
    """Return what speaks against two accounts being one."""
    return _in_words((item for item in evidence if _speaks_against(item)), actor, True)


def _speaks_against(item: list[str]) -> bool:
    """Tell whether a piece of evidence counts against; one that counts nothing tells by its code."""
    weight = float(item[3]) if len(item) > 3 else 0.0
    return weight < 0 or (not weight and ".differs" in item[0])


def _in_words(evidence: Iterable[list[str]], actor, whole: bool) -> list[str]:
    """Return evidence in words, each once; the field permissions are read once, and only where values are told."""
    hides_ids = whole and not field_access(actor, Account).readable("registry_id")
    words = []
    for code, low, high, *_weight in evidence:
        told = whole and not (hides_ids and code.startswith(OF_IDS))
        words.append(explain(identity.Evidence(code, low, high)) if told else explain_code(code))
    return list(dict.fromkeys(words))


def level_in_words(pair: DuplicatePair) -> str:
    """Return how sure a pair is, in words."""
    return level_words(pair.level) if pair.level else _("Found by a person")


def value_in_words(account: Account, field: str, actor) -> str:
    """Return what stands in a field of an account."""
    value = getattr(account, field)
    if value in (None, ""):
        return ""
    match field:
        case "kind":
            return str(account.get_kind_display())
        case "country":
            return country_name(value)
        case "territory":
            return local_name(value)
        case "owner":
            return value.full_name or value.email
        case "parent":
            visible = Account.objects.visible_to(actor).filter(pk=value.pk).exists()
            return value.name if visible else _("a company you do not see")
    return str(value)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of two accounts side by side. ``choice`` is whose value counts unless another is chosen."""

    field: str
    label: str
    mine: str
    theirs: str
    choice: str
    is_open: bool

    @property
    def differs(self) -> bool:
        """Whether both hold something, and not the same."""
        return bool(self.mine and self.theirs and self.mine != self.theirs)

    @property
    def takes_theirs(self) -> bool:
        """Whether the value of the merged account counts."""
        return self.choice == LOSER


def field_rows(survivor: Account, loser: Account, chosen: dict, actor) -> list[FieldRow]:
    """Return the fields the actor may read, those that are empty on both sides left out."""
    access = field_access(actor, Account)
    rows = []
    for field in ("name", "other_name", "registry_id", "number", *FIELDS[4:]):
        if not access.readable(field):
            continue
        mine, theirs = value_in_words(survivor, field, actor), value_in_words(loser, field, actor)
        if not mine and not theirs:
            continue
        label = str(Account._meta.get_field(field).verbose_name)
        default = default_choice(field, survivor, loser)
        rows.append(
            FieldRow(
                field,
                label[:1].upper() + label[1:],
                mine,
                theirs,
                chosen.get(field, default),
                is_open=mine != theirs and (access.writable(field) or default == LOSER),
            )
        )
    return rows


def better_first(one: Account, other: Account) -> tuple[Account, Account]:
    """Return two accounts, the one that should stay first: known, with a number, more complete, older."""

    def worth(account: Account) -> tuple:
        filled = sum(getattr(account, name) not in (None, "") for name in FIELDS)
        return (
            account.lifecycle == Lifecycle.ACCOUNT,
            bool(account.number),
            filled,
            -account.created_at.timestamp(),
            -account.pk,
        )

    return (one, other) if worth(one) >= worth(other) else (other, one)


def moving(loser: Account) -> list[tuple[str, int]]:
    """Return what a merge would move, as (words, how many), the most first; only counted."""
    counts: dict[str, int] = {}
    for name, count in relations.counts_on(Account, loser.pk).items():
        label = name.rsplit(".", 1)[0]
        counts[label] = max(count, counts.get(label, 0))
    told = [(things(label), count) for label, count in counts.items() if _is_told(label)]
    if children := Account.objects.filter(parent_id=loser.pk).count():
        told.append((_("Companies below it"), children))
    return sorted(told, key=lambda row: (-row[1], row[0]))


def moved_in_words(moved: dict[str, int]) -> list[tuple[str, int]]:
    """Return what a merge moved, as (words, how many), the most first."""
    counts: dict[str, int] = {}
    for name, count in moved.items():
        label = name.rsplit(".", 1)[0]
        counts[label] = max(count, counts.get(label, 0))
    told = [(things(label), count) for label, count in counts.items() if _is_told(label)]
    return sorted(told, key=lambda row: (-row[1], row[0]))


def _is_told(label: str) -> bool:
    """Tell whether a kind of row is one that people know: it has pages of its own, so it has a scope."""
    model = apps.get_model(label)
    return label not in NOT_TOLD and hasattr(model._default_manager.all(), "visible_to")


def things(label: str) -> str:
    """Return the name of a kind of row, in the plural, as a heading."""
    words = str(apps.get_model(label)._meta.verbose_name_plural)
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Left:
    """What undoing a merge left as it was: which kind, which columns, the names the reader may see."""

    things: str
    count: int
    names: str
    columns: str


def left_in_words(merge: Merge, actor) -> list[Left]:
    """Return what undoing had to leave, because it was changed since."""
    rows = []
    for entry in merge.left:
        model = apps.get_model(entry["model"])
        label = model._meta.label
        if not _is_told(label):
            continue
        seen = model._default_manager.visible_to(actor).filter(pk__in=entry["ids"][:MOST_NAMED])
        fields = {field.attname: field for field in model._meta.concrete_fields}
        columns = [str(fields[name].verbose_name) for name in entry["columns"] if name in fields]
        rows.append(
            Left(
                things(label),
                len(entry["ids"]),
                listed(str(row) for row in seen.order_by("pk")),
                listed(columns),
            )
        )
    return rows


# --- what an account's page shows


@dataclass(frozen=True, slots=True)
class Twin:
    """Another account that may be the same, and why."""

    account: Account
    place: str
    level: str
    reason: str


def twins_of_account(account: Account, actor, *, limit: int = 3) -> list[Twin]:
    """Return accounts that may be the same as this one and were not told apart, which the actor may compare."""
    matches = identity.find_matches(candidate_of(account), limit=MOST_TWINS, exclude={account.pk})
    offered = {match.organisation_id: match for match in matches if is_offered(match)}
    if not offered:
        return []
    apart = set()
    pairs = DuplicatePair.objects.filter(
        Q(low_id=account.pk) | Q(high_id=account.pk), state=PairState.DIFFERENT
    )
    for low, high in pairs.order_by("pk").values_list("low_id", "high_id"):
        apart.add(high if low == account.pk else low)
    visible = Account.objects.comparable_by(actor).filter(pk__in=offered.keys() - apart).in_bulk()
    shows_city = field_access(actor, Account).readable("city")
    return [
        Twin(
            visible[pk],
            visible[pk].city if shows_city else "",
            level_words(match.level),
            explain_code(match.evidence[0].code) if match.evidence else "",
        )
        for pk, match in offered.items()
        if pk in visible
    ][:limit]


@dataclass(frozen=True)
class MergeRow:
    """A merge as a card shows it."""

    merge: Merge
    at: datetime

    @cached_property
    def may_be_undone(self) -> bool:
        """Whether it can still be taken back."""
        return why_not_undone(self.merge, self.at) == ""


def merges_into(account: Account, actor, at: datetime, *, limit: int = 5) -> list[MergeRow]:
    """Return the newest standing merges into an account."""
    merges = (
        Merge.objects.visible_to(actor)
        .standing()
        .filter(survivor=account)
        .select_related("loser", "survivor", "merged_by")
    )
    return [MergeRow(merge, at) for merge in merges[:limit]]
