"""The columns of a sheet of filings: what they are called, what stands in them, how a cell becomes a value."""

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import Widget

from core.imports.resources import Column
from core.imports.widgets import ChoiceWidget, CountryWidget, LookupWidget, TextWidget
from crm.opportunities.enums import OpportunityType

from ..forms.fields import check_close_day, check_tender_day, has_a_letter
from ..models import Registration, RegistrationContact
from .cells import amount_of, day_of

LINE_FIELDS = ("line_1", "line_2", "line_3")
CONTACT_FIELDS = ("contact_name", "contact_job_title", "contact_email", "contact_phone")
REQUIRED = ("customer_name", "customer_country", "territory", "line_1", "amount", "expected_close_on")
TEXTS = (
    "own_reference",
    "customer_name",
    "customer_registry_id",
    "customer_city",
    "customer_address",
    "customer_website",
    "customer_phone",
    "project_name",
    "tender_number",
    "purchasing_name",
    "specifying_name",
)
NAMES = ("customer_name", "project_name", "purchasing_name", "specifying_name")
_PARTED = re.compile(r"[;；\n]")


class AmountWidget(Widget):
    """An amount of money without its currency."""

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs) -> Any:
        """Return the amount."""
        return amount_of(value)


class DayWidget(Widget):
    """A day. ``check`` gets it and ``today``, which is asked for each row: in the zone of who files."""

    def __init__(
        self, check: Callable[[datetime.date, datetime.date], None], today: Callable[[], datetime.date]
    ):
        super().__init__()
        self.check, self.today = check, today

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs) -> datetime.date:
        """Return the day; refuse one that cannot be meant."""
        day = day_of(value)
        self.check(day, self.today())
        return day


class LinesWidget(LookupWidget):
    """Product lines: one, or several parted by semicolons."""

    def clean(self, value: str, row: Mapping[str, str] | None = None, **kwargs) -> list:
        """Return the lines named."""
        parts = [part.strip() for part in _PARTED.split(value) if part.strip()]
        return [super(LinesWidget, self).clean(part, row) for part in parts]


def _name_problem(text: str, row: Mapping[str, str]) -> Any:
    """Return what is wrong with a name."""
    try:
        has_a_letter(text)
    except ValidationError as error:
        return error.message
    return ""


def _email_problem(text: str, row: Mapping[str, str]) -> Any:
    """Return what is wrong with an e-mail address."""
    try:
        validate_email(text)
    except ValidationError as error:
        return error.message
    return ""


def fields(today: Callable[[], datetime.date]) -> dict[str, Field]:
    """Return the columns' fields anew: those that look things up keep what they learnt."""

    def longest(name: str) -> int:
        return Registration._meta.get_field(name).max_length

    made: dict[str, Widget] = {
        name: TextWidget(longest(name), check=_name_problem if name in NAMES else None) for name in TEXTS
    }
    made["description"] = TextWidget(longest("description"))
    for name in CONTACT_FIELDS:
        own = RegistrationContact._meta.get_field(name.removeprefix("contact_"))
        check = {"contact_email": _email_problem, "contact_name": _name_problem}.get(name)
        made[name] = TextWidget(own.max_length, check=check)
    made["customer_country"] = CountryWidget()
    made["territory"] = LookupWidget(
        _("No territory in use is called so. Choose one from the template's list.")
    )
    for name in LINE_FIELDS:
        made[name] = LinesWidget(_("No product line is called so. Choose one from the template's list."))
    made["opportunity_type"] = ChoiceWidget(lambda: list(OpportunityType.choices))
    made["amount"] = AmountWidget()
    made["currency"] = ChoiceWidget(lambda: [(code, code) for code in settings.CURRENCIES])
    made["expected_close_on"] = DayWidget(check_close_day, today)
    made["tender_published_on"] = DayWidget(check_tender_day, today)
    return {name: Field(attribute=name, column_name=name, widget=widget) for name, widget in made.items()}


COLUMNS = (
    Column(
        "customer_name",
        _("End customer"),
        _("Who will use the goods, by its full registered name."),
        required=True,
        names=("customer", "company", "客户", "客户名称", "最终客户", "客戶", "客戶名稱", "最終客戶"),
    ),
    Column(
        "customer_country",
        _("Country"),
        _("Of the end customer: its name or two-letter code."),
        required=True,
        names=("nation", "customer country", "国家", "國家"),
    ),
    Column(
        "territory",
        _("Territory of the site"),
        _("Where the goods will be used; else where the customer is."),
        required=True,
        names=("territory", "region", "销售区域", "区域", "銷售區域", "區域"),
    ),
    Column(
        "line_1",
        _("Product line"),
        _("Several are parted by semicolons, or stand in the columns beside."),
        required=True,
        names=("product lines", "line", "lines", "产品线", "產品線"),
    ),
    Column("line_2", _("Second product line"), "", names=("line 2", "产品线2", "產品線2")),
    Column("line_3", _("Third product line"), "", names=("line 3", "产品线3", "產品線3")),
    Column(
        "amount",
        _("Expected value"),
        _(
            "What the customer will pay for these product lines, without tax. In digits, for example 1200000.50."
        ),
        required=True,
        names=("value", "amount", "金额", "预计金额", "金額", "預計金額"),
    ),
    Column(
        "currency",
        _("Currency"),
        _("Three letters; the portal's own currency, if left empty."),
        names=("ccy", "币种", "幣別"),
    ),
    Column(
        "expected_close_on",
        _("Expected close"),
        _("When you expect the order, as year-month-day."),
        required=True,
        names=("close date", "close", "预计成交日期", "預計成交日期"),
    ),
    Column(
        "project_name",
        _("Project or site"),
        _("Without a project, the whole customer is meant."),
        names=("project", "site", "项目", "项目名称", "專案", "專案名稱"),
    ),
    Column("tender_number", _("Tender number"), "", names=("tender", "招标编号", "標案編號")),
    Column(
        "tender_published_on",
        _("Tender published on"),
        _("As year-month-day."),
        names=("tender date", "招标公告日期", "招標公告日期"),
    ),
    Column(
        "opportunity_type",
        _("Type of business"),
        _("New business, if left empty."),
        names=("type", "opportunity type", "业务类型", "業務類型"),
    ),
    Column(
        "customer_registry_id",
        _("Registry id"),
        _("Unified social credit code, Taiwan business number, VAT or DUNS."),
        names=("vat", "duns", "统一社会信用代码", "税号", "統一編號", "統編"),
    ),
    Column("customer_city", _("City"), "", names=("town", "所在城市")),
    Column("customer_address", _("Address"), "", names=("street", "详细地址", "詳細地址")),
    Column(
        "customer_website",
        _("Website or e-mail domain"),
        _("Helps us recognise the customer, for example example.com."),
        names=("website", "domain", "网址", "網址"),
    ),
    Column("customer_phone", _("Phone"), "", names=("telephone", "tel", "联系电话", "聯絡電話")),
    Column(
        "purchasing_name",
        _("Purchasing customer"),
        _("If somebody else buys for the end customer."),
        names=("buyer", "采购方", "採購方"),
    ),
    Column(
        "specifying_name",
        _("Specifying party (designer)"),
        _("Design institute or consultant, if there is one."),
        names=("designer", "设计院", "設計院"),
    ),
    Column("contact_name", _("Contact at the customer"), "", names=("contact", "联系人", "聯絡人")),
    Column("contact_job_title", _("Contact's job title"), "", names=("job title", "职务", "職稱")),
    Column("contact_email", _("Contact's e-mail address"), "", names=("e-mail", "email", "邮箱", "電子郵件")),
    Column("contact_phone", _("Contact's phone"), "", names=("mobile", "手机", "手機")),
    Column("description", _("What is needed"), "", names=("description", "remarks", "备注", "備註")),
    Column(
        "own_reference",
        _("Your own reference"),
        _("Only for you: a number or word from your own system."),
        names=("own reference", "our reference", "自有编号", "自有編號"),
    ),
)
