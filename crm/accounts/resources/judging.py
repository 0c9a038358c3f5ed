"""What each row of an account sheet would do.

A row means a known account by its customer number first, else by what identity matching says; only accounts the actor
may see are named, whatever else the matching finds is left out without a trace.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.access.fields import field_access
from core.access.guards import allows
from core.imports.judging import MAYBE, SURE, Judged, Problem, Twin
from core.imports.resources import ImportResource
from core.ui.names import SUFFIXES
from crm import identity
from crm.identity.candidates import Candidate
from crm.territories.models import Territory
from crm.territories.scopes import covers

from ..forms import colleagues
from ..models import Account
from ..selectors import identity_fields
from . import columns
from .in_file import Seen

LIKELY, PERHAPS = ("L1", "L3"), ("L2", "L4")
MOST_TWINS = 3
NAMES = ("name", "other_name")


class JudgesAccounts(ImportResource):
    """The half of the resource that cleans and judges; nothing is written here."""

    def __init__(self, actor):
        super().__init__(actor)
        self.fields.update(columns.fields())
        self._access = field_access(actor, Account)
        self._seen = Seen()

    def may_fill(self, field: str) -> bool:
        """Tell whether the actor's roles let them write the field."""
        return self._access.writable(field)

    def prepare(self) -> None:
        """Learn the territories and colleagues there are."""
        territories = Territory.objects.visible_to(self.actor).filter(is_active=True)
        self.fields["territory"].widget.learn(
            ([row.code, *(getattr(row, f"name_{suffix}", "") for suffix in SUFFIXES.values())], row)
            for row in territories
        )
        self.fields["owner"].widget.learn(([row.email, row.full_name], row) for row in colleagues())

    def judge(self, rows: Sequence[Judged]) -> None:
        """Say of each row whether it is new, changes an account, changes nothing, looks known, or has errors."""
        numbers = {row.values["number"] for row in rows if row.values.get("number")}
        taken = dict(Account.objects.filter(number__in=numbers).values_list("number", "pk"))
        parents = {row.values["parent"] for row in rows if row.values.get("parent")}
        self._seen.known_parents |= set(
            self._visible().filter(number__in=parents).values_list("number", flat=True)
        )
        matches = {row.number: self._matches(row) for row in rows if self._asks_who(row, taken)}
        wanted = set(taken.values()) | {
            match.organisation_id for found in matches.values() for match in found
        }
        visible = self._visible().select_related("territory", "owner", "parent").in_bulk(list(wanted))
        for row in rows:
            self._seen.note(row)
            if row.problems:
                continue
            known = taken.get(row.values.get("number"))
            if known is not None:
                self._judge_known(row, visible.get(known))
            else:
                self._judge_unknown(row, matches.get(row.number, ()), visible)

    def finish_judging(self) -> Mapping[int, Problem | int]:
        """Refuse rows whose parent is nowhere or below them; let parents be written first."""
        return self._seen.parents_in_order()

    def _visible(self):
        return Account.objects.visible_to(self.actor).known()

    def _asks_who(self, row: Judged, taken: Mapping[str, int]) -> bool:
        return not row.problems and row.values.get("number") not in taken

    def _matches(self, row: Judged) -> list:
        """Return what identity matching says, but for relatives."""
        fields = {name: row.values.get(name, "") for name in (*identity_fields(), "number")}
        found = identity.find_matches(Candidate(**fields), limit=10)
        return [match for match in found if match.level in LIKELY + PERHAPS]

    def _judge_known(self, row: Judged, account: Account | None) -> None:
        """Judge a row whose customer number is there."""
        if account is None:
            row.refuse(self._about("number", row, _("This customer number cannot be used.")))
            return
        if self._refused_in_file(row):
            return
        row.target, row.action = account.pk, "update"
        self._check_change(row, account)
        if not row.problems:
            row.changes = self._changes(row, account)
            row.action = "update" if row.changes else "unchanged"

    def _judge_unknown(self, row: Judged, matches: Iterable, visible: Mapping[int, Account]) -> None:
        """Judge a row by what it says of who it is."""
        if self._refused_in_file(row):
            return
        offered = [match for match in matches if match.organisation_id in visible][:MOST_TWINS]
        for match in offered:
            account = visible[match.organisation_id]
            known_by_alias = any(evidence.code == "name.alias" for evidence in match.evidence)
            if match.level in LIKELY and not self._changes(
                row, account, without=NAMES if known_by_alias else ()
            ):
                row.target, row.action = account.pk, "unchanged"
                return
        row.same_as_row = self._seen.twin_of(row)
        row.twins = [
            Twin(
                match.organisation_id,
                SURE if match.level in LIKELY else MAYBE,
                tuple(dict.fromkeys(evidence.code for evidence in match.evidence)),
            )
            for match in offered
        ]
        if row.twins or row.same_as_row is not None:
            row.action = "twin"
        else:
            self._check_new(row)

    def _refused_in_file(self, row: Judged) -> bool:
        """Refuse a customer number that stands in an earlier row, too."""
        earlier = self._seen.number_stands_in(row)
        if earlier is None:
            return False
        row.refuse(
            self._about("number", row, _("This customer number stands in row %(row)s already."), row=earlier)
        )
        return True

    def _about(self, field: str, judged: Judged, message: Any, **params: Any) -> Problem:
        return Problem.of(message, field=field, value=judged.texts.get(field, ""), **params)

    def _check_new(self, row: Judged) -> None:
        """Refuse what the services would refuse of a new account."""
        if not row.values.get("name"):
            row.refuse(self._about("name", row, _("A new account needs a name.")))
        territory, owner = row.values.get("territory"), row.values.get("owner")
        path = territory.path if territory is not None else ""
        if territory is not None and not self._covers(path):
            row.refuse(self._about("territory", row, _("You may not add accounts in this territory.")))
        elif (
            territory is None
            and owner is not None
            and owner.pk != self.actor.user_id
            and not self._covers("")
        ):
            row.refuse(self._about("territory", row, _("Name a territory of yours, or own the account.")))

    def _check_change(self, row: Judged, account: Account) -> None:
        """Refuse what the services would refuse of a change."""
        if not allows(self.actor, "accounts.edit", account):
            row.refuse(self._about("number", row, _("You may see this account, but not change it.")))
        territory = row.values.get("territory")
        if territory is not None and territory != account.territory and not self._covers(territory.path):
            row.refuse(self._about("territory", row, _("You may not move accounts into this territory.")))

    def _covers(self, path: str) -> bool:
        return self.actor.sees_everything or covers(self.actor, "accounts.edit", territory_path=path)

    def _changes(self, row: Judged, account: Account, *, without: Sequence[str] = ()) -> dict:
        """Return what a row would change of an account: field → text before and after."""
        changes = {}
        for field, value in row.values.items():
            before = (
                account.parent.number if field == "parent" and account.parent else getattr(account, field)
            )
            if field not in without and (before or None) != value:
                changes[field] = (_text(field, before), _text(field, value))
        return changes


def _text(field: str, value: Any) -> str:
    """Return a value as the preview shows it. Free of language: codes stay codes until they are shown."""
    if value is None:
        return ""
    if field == "territory":
        return value.code
    if field == "owner":
        return value.full_name or value.email
    return str(value)
