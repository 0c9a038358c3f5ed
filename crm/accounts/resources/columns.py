"""The columns of an account sheet: what they are called, what stands in them, how a cell becomes a value."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from core.imports.resources import Column
from core.imports.widgets import ChoiceWidget, CountryWidget, LookupWidget, TextWidget
from crm.identity.registry_ids import problem_with

from ..models import Account, Kind


def _longest(field: str) -> int:
    return Account._meta.get_field(field).max_length


def _registry_problem(text: str, row: Mapping[str, str]) -> str:
    """Return what is wrong with a registry id, by the country beside it where that is a code."""
    country = row.get("country", "").strip()
    return problem_with(text, country if len(country) == 2 else "")


def text_field(name: str, **options) -> Field:
    """Return a column of text, as long as the account's field."""
    return Field(attribute=name, column_name=name, widget=TextWidget(_longest(name), **options))


def fields() -> dict[str, Field]:
    """Return the columns' fields anew: those that look things up keep what they learnt."""
    made = {
        name: text_field(name)
        for name in ("name", "other_name", "number", "website", "phone", "city", "address", "industry")
    }
    made["registry_id"] = text_field("registry_id", check=_registry_problem)
    made["parent"] = Field(attribute="parent", column_name="parent", widget=TextWidget(_longest("number")))
    made["country"] = Field(attribute="country", column_name="country", widget=CountryWidget())
    made["kind"] = Field(
        attribute="kind", column_name="kind", widget=ChoiceWidget(lambda: list(Kind.choices))
    )
    made["territory"] = Field(
        attribute="territory",
        column_name="territory",
        widget=LookupWidget(_("No territory in use has this code.")),
    )
    made["owner"] = Field(
        attribute="owner",
        column_name="owner",
        widget=LookupWidget(
            _("No colleague has this address."),
            ambiguous=_("Several colleagues have this name. Write the e-mail address."),
        ),
    )
    return made


COLUMNS = (
    Column(
        "name",
        _("Name"),
        _("As it stands in the register."),
        required=True,
        names=(
            "account",
            "company",
            "customer",
            "客户",
            "客户名称",
            "公司名称",
            "客戶",
            "客戶名稱",
            "公司名稱",
        ),
    ),
    Column(
        "other_name",
        _("Name in another language"),
        _("Helps to find it in another language."),
        names=("english name", "chinese name", "英文名", "英文名称", "英文名稱", "别名", "別名"),
    ),
    Column(
        "registry_id",
        _("Registry id"),
        _("统一社会信用代码, 統一編號, VAT or DUNS. Tells whether the company is known already."),
        names=("vat", "duns", "税号", "信用代码", "统一社会信用代码", "統一編號", "統編"),
    ),
    Column(
        "number",
        _("Customer number"),
        _("The number in your ERP. A row with the number of a known account changes that account."),
        names=("customer no", "account number", "客户代码", "客戶代碼"),
    ),
    Column(
        "kind", _("Kind"), _("Customer or partner; customer if left empty."), names=("type", "类型", "類型")
    ),
    Column("website", _("Website"), "", names=("web", "url", "homepage", "网址", "網址")),
    Column("phone", _("Phone"), "", names=("telephone", "tel", "联系电话", "聯絡電話")),
    Column("country", _("Country"), _("Its name or two-letter code."), names=("国家", "國家", "nation")),
    Column("city", _("City"), "", names=("town", "所在城市")),
    Column("address", _("Address"), "", names=("street", "详细地址", "詳細地址")),
    Column("industry", _("Industry"), "", names=("sector", "所属行业", "所屬產業")),
    Column(
        "territory",
        _("Territory"),
        _("The code of a territory of yours. It decides which colleagues see the account."),
        names=("region", "销售区域", "銷售區域"),
    ),
    Column(
        "owner",
        _("Owner"),
        _("The e-mail address of a colleague; you, if left empty for a new account."),
        names=("account manager", "sales rep", "e-mail of the owner", "负责人", "負責人"),
    ),
    Column(
        "parent",
        _("Parent company"),
        _("The customer number of the company above it, in the portal or in this file."),
        names=("parent number", "group", "母公司", "上级公司", "上級公司"),
    ),
)
