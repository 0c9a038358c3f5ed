"""Writing the rows of an account sheet through the services, taking them back, and showing what they mean."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.imports.judging import Judged, RowRefused, Written
from core.imports.resources import Card
from core.ui.countries import country_name
from core.ui.wording import listed
from crm.identity.words import explain_code

from .. import services
from ..models import Account, Kind
from ..services import taking_back
from . import columns
from .judging import JudgesAccounts


class AccountResource(JudgesAccounts):
    """Accounts, by customer number or by who they are."""

    name = "accounts"
    permission = "accounts.edit"
    label = _("Accounts")
    file_name = "accounts"
    model = Account
    list_url_name = "accounts:account_list"
    start_url_name = "accounts:account_import"
    template_url_name = "accounts:account_import_template"
    key_fields = ("name", "city", "number")
    column_list = columns.COLUMNS

    # --- writing

    def write(self, judged: Judged, *, target: int | None, is_decided: bool, at: datetime) -> Written:
        """Create an account or change one, as the actor may; see ``ImportResource.write``.

        Where a person said that the row is a known account, that one keeps its names: the row's is remembered.
        """
        data = {field: value for field, value in judged.values.items() if field != "parent"}
        parent = self._parent_of(judged)
        if target is None:
            self._check_new(judged)
            self._refuse_taken(judged)
            if judged.problems:
                raise RowRefused(judged.problems[0].message, field=judged.problems[0].field)
            pk = services.create_account(data=data, actor=self.actor, at=at).pk
            self._put_under(pk, parent, at)
            return Written(pk, created=True)
        account = self._visible().select_related("parent").filter(pk=target).first()
        if account is None:
            raise RowRefused(_("What this row changes is no longer there."))
        alias = ""
        if is_decided:
            alias = data.pop("name", "")
            if account.other_name:
                data.pop("other_name", None)
            if account.number and data.get("number", account.number) != account.number:
                raise RowRefused(_("The account has another customer number."), field="number")
        before = {field: plain(getattr(account, field)) for field in data}
        account = services.update_account(target, data=data, actor=self.actor, at=at)
        after = {field: plain(getattr(account, field)) for field in data}
        if parent is not None and parent != account.parent_id:
            before["parent"], after["parent"] = account.parent_id, parent
            self._put_under(target, parent, at)
        changed = [field for field in after if before[field] != after[field]]
        if alias and alias in (account.name, account.other_name):
            alias = ""
        if alias and not services.remember_alias(
            target, name=alias, source="import", actor=self.actor, at=at
        ):
            alias = ""
        return Written(
            target,
            created=False,
            before={field: before[field] for field in changed},
            after={field: after[field] for field in changed},
            alias=alias,
        )

    def _refuse_taken(self, judged: Judged) -> None:
        number = judged.values.get("number")
        if number and Account.objects.filter(number=number).exists():
            judged.refuse(self._about("number", judged, _("This customer number cannot be used.")))

    def _parent_of(self, judged: Judged) -> int | None:
        """Return the account above by its number; raises ``RowRefused`` where there is none to be seen."""
        number = judged.values.get("parent")
        if not number:
            return None
        pk = self._visible().filter(number=number).values_list("pk", flat=True).first()
        if pk is None:
            raise RowRefused(_("No account has this customer number."), field="parent", value=number)
        return pk

    def _put_under(self, pk: int, parent: int | None, at: datetime) -> None:
        if parent is not None:
            services.set_parent(pk, parent_pk=parent, actor=self.actor, at=at)

    # --- taking back

    def take_back(self, written: Written, *, at: datetime) -> None:
        """Take a created account away again."""
        taking_back.take_back_account(written.pk, actor=self.actor, at=at)

    def put_back(self, written: Written, *, at: datetime) -> list[str]:
        """Put each field back that is as the import left it; return the others."""
        account = self._visible().select_related("parent").filter(pk=written.pk).first()
        if account is None:
            raise RowRefused(_("It is no longer there."))
        left, data = [], {}
        for field, value in written.after.items():
            if plain(getattr(account, field)) != value:
                left.append(field)
            elif field != "parent":
                data[field] = self._value(field, written.before[field])
        if data:
            services.update_account(written.pk, data=data, actor=self.actor, at=at)
        if "parent" in written.after and "parent" not in left:
            services.set_parent(written.pk, parent_pk=written.before["parent"], actor=self.actor, at=at)
        if written.alias:
            taking_back.forget_alias(written.pk, name=written.alias, actor=self.actor, at=at)
        return left

    def _value(self, field: str, kept: Any) -> Any:
        """Return a field's value from what was kept of it."""
        if kept is None or field not in ("territory", "owner"):
            return kept
        model = Account._meta.get_field(field).related_model
        return model._base_manager.filter(pk=kept).first()

    # --- showing

    def mapping_problem(self, named: Sequence[str]) -> str:
        """Refuse a sheet by whose rows no account could be told."""
        if "name" not in named and "number" not in named:
            return _("Say which column holds the name or the customer number.")
        return ""

    def shown(self, field: str, text: str) -> str:
        """Return a value of a preview in words: codes by their names."""
        if not text:
            return ""
        if field == "country":
            return country_name(text)
        if field == "kind":
            return str(dict(Kind.choices).get(text, text))
        return text

    def cards(self, pks: Iterable[int]) -> dict[int, Card]:
        """Return the accounts among ``pks`` that the actor may see."""
        rows = self._visible().filter(pk__in=list(pks)).order_by("pk")
        return {
            row.pk: Card(
                row.pk,
                row.name,
                " · ".join(part for part in (row.other_name, row.city, row.number) if part),
                row.get_absolute_url(),
            )
            for row in rows
        }

    def reason_words(self, reasons: Iterable[str]) -> str:
        """Return the evidence in words."""
        return listed(explain_code(code) for code in reasons)


def plain(value: Any) -> Any:
    """Return a field's value as it is kept to be put back: a related row by its key."""
    return getattr(value, "pk", value)
