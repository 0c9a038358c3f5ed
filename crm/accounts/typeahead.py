"""Customers offered while one is typed: within what the person may see, with the reason, whatever the spelling.

The matching engine looks across everything; what it finds beyond the person's scope is left out without a trace.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import search
from core.access.actor import Actor
from core.access.fields import FieldAccess, field_access
from core.search.folding import fold, is_chinese, letters_of
from core.ui.wording import listed
from crm import identity
from crm.identity.candidates import Candidate
from crm.identity.words import explain, explain_code

from .models import Account, Kind
from .selectors import identity_fields

LONGEST_QUERY = 200
MOST_REASONS = 2
MOST_SHOWN = 3  # reasons of a likely twin, for and against
LOOKED_AT = 30
ALSO = ("registry_id", "website", "phone", "country", "city")  # what else a form has filled in already
# Kinds of evidence, by the beginning of their codes, that are no reason for offering: they speak against, or say
# nothing by themselves.
NO_REASON = (
    "registry.differs", "place.unknown", "name.ambiguous", "named",
    "common", "rivals", "kind", "trade", "more",
)  # fmt: skip
# Weaker than what one sees oneself: that the name begins with what was typed.
WEAK = (
    "name.order", "name.alike", "name.cut",
    "name.typos", "brand", "slip", "short", "initials", "added", "words", "read", "common", "rivals",
)  # fmt: skip
# Which field a kind of evidence tells of, by the first part of its code.
FIELD_OF = {
    "registry": "registry_id",
    "number": "number",
    "domain": "website",
    "label": "website",
    "phone": "phone",
    "place": "city",
}


@dataclass(frozen=True, slots=True)
class CustomerOption:
    """A known customer offered while somebody types, and why."""

    account: Account
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The reasons in a row."""
        return listed(self.reasons)


def is_enough(query: str) -> bool:
    """Tell whether so little can mean somebody: two signs, or one Chinese character."""
    return len(query) > 1 or is_chinese(query)


def customer_options(
    actor: Actor, query: str, *, also: Mapping[str, str] | None = None, limit: int = 8
) -> list[CustomerOption]:
    """Return customers ``actor`` may see that ``query`` may mean: a name, a part of it, a misspelling, a registry id.

    ``also``: what the form holds beside the name, by field; what the actor may not read of accounts is not compared.
    A constant number of queries, however much is kept.
    """
    query = query.strip()[:LONGEST_QUERY]
    if not is_enough(query):
        return []
    access = field_access(actor, Account)
    visible = (
        Account.objects.visible_to(actor).known().filter(kind=Kind.CUSTOMER).exclude(pk=actor.organisation_id)
    )
    candidate = _candidate(query, also or {}, access)
    codes = {
        match.organisation_id: codes_for(match.evidence, access)
        for match in identity.find_matches(candidate, limit=LOOKED_AT)
        if match.level != "L5"
    }
    by_words = list(
        visible.filter(pk__in=search.matching_ids("accounts.account", query)).order_by("name", "pk")[:limit]
    )
    likely = {row.pk: row for row in visible.filter(pk__in=list(codes)).order_by("pk")}
    rows = [likely[pk] for pk in codes if pk in likely and codes[pk]]
    rows += [row for row in by_words if row not in rows]
    return [CustomerOption(row, _reasons(query, row, codes.get(row.pk, []))) for row in rows[:limit]]


def _candidate(query: str, also: Mapping[str, str], access: FieldAccess) -> Candidate:
    """Return what is asked of the engine: what is typed may be a name, a registry id, a number or a web address."""
    known = {name: str(also.get(name, ""))[:LONGEST_QUERY] for name in ALSO if access.readable(name)}
    if access.readable("registry_id"):
        known["registry_id"] = known["registry_id"] or query
    if access.readable("website"):
        known["website"] = known["website"] or (query if "." in query and " " not in query else "")
    if access.readable("number"):
        known["number"] = query
    return Candidate(name=query, **known)


def codes_for(evidence: Iterable, access: FieldAccess) -> list[str]:
    """Return the kinds of evidence that speak for a match, the weightiest first, but for fields that are hidden."""
    return [
        item.code
        for item in evidence
        if getattr(item, "weight", 0) >= 0
        and not item.code.startswith(NO_REASON)
        and access.readable(_field_of(item.code))
    ]


def _field_of(code: str) -> str:
    """Return the account's field that a kind of evidence tells of."""
    return FIELD_OF.get(code.split(".")[0], "name")


def _reasons(query: str, account: Account, codes: list[str]) -> tuple[str, ...]:
    """Return up to two reasons in words: what the engine says, what one sees oneself where that says more."""
    seen = _seen(query, account)
    if not codes:
        return (seen or _("has these words"),)
    words = []
    if seen and codes[0].startswith(WEAK):
        words, codes = [seen], [code for code in codes if not code.startswith(WEAK)]
    return tuple(dict.fromkeys((*words, *map(explain_code, codes))))[:MOST_REASONS]


def _seen(query: str, account: Account) -> str:
    """Return what anybody sees: the name begins so, or contains it, or the number does; else nothing."""
    typed = letters_of(fold(query))
    if not typed:
        return ""
    names = [letters_of(fold(name)) for name in (account.name, account.other_name) if name]
    if any(name.startswith(typed) for name in names):
        return _("name begins so")
    if any(typed in name for name in names):
        return _("name contains it")
    if account.number and account.number.lower().startswith(query.lower()):
        return _("customer number")
    return ""


# --- likely twins of something about to be added


@dataclass(frozen=True, slots=True)
class Twin:
    """A known account that looks like the one about to be added.

    ``evidence`` are sentences for staff, with the values compared, ``against`` those that speak against it;
    ``codes`` is what an event keeps.
    """

    account: Account
    level: str
    score: float
    evidence: tuple[str, ...]
    against: tuple[str, ...]
    codes: tuple[str, ...]


def twins(data: Mapping, actor: Actor, *, limit: int = 5) -> list[Twin]:
    """Return accounts the actor may see that look like the one described by ``data`` (fields by name), best first."""
    fields = {name: data.get(name) or "" for name in (*identity_fields(), "number")}
    access = field_access(actor, Account)
    matches = {
        match.organisation_id: match
        for match in identity.find_matches(Candidate(**fields), limit=LOOKED_AT)
        if match.evidence and match.level != "L5"
    }
    visible = Account.objects.visible_to(actor).known().select_related("owner").in_bulk(list(matches))
    return [_twin(visible[pk], match, access) for pk, match in matches.items() if pk in visible][:limit]


def _twin(account: Account, match, access: FieldAccess) -> Twin:
    """Return a match as it is shown: a few reasons for it, the telling ones first, and what speaks against it."""
    shown = [item for item in match.evidence if access.readable(_field_of(item.code))]
    against = [item for item in shown if getattr(item, "weight", 0) < 0 or item.code.endswith("differs")]
    speaking = sorted(
        (item for item in shown if item not in against), key=lambda item: item.code.startswith(NO_REASON)
    )
    return Twin(
        account,
        match.level,
        match.score,
        tuple(dict.fromkeys(explain(item) for item in speaking))[:MOST_SHOWN],
        tuple(dict.fromkeys(explain(item) for item in against))[:MOST_SHOWN],
        tuple(item.code for item in match.evidence),
    )
