"""A few filings through the real services, so that the demo is seen to work: the worker checks them at its start."""
# ruff: noqa: E501  (names and addresses, one to a line)

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from djmoney.money import Money

from core.access.actor import actor_for
from core.people.models import User
from crm.catalog.models import Product, ProductLine
from crm.territories.models import Territory
from deal_registration import services

# who files, customer, country, city, territory, lines, project, value with currency
FILINGS = (
    ("sales@hulan-fluid.example", "宁波朗屹海水淡化有限公司", "CN", "宁波", "cn-zj", ("P-CENT", "D-FREQ"),
     "一期取水泵站", "860000", "CNY"),
    ("sales@henglan-drive.example", "嘉兴沐钧物流装备有限公司", "CN", "嘉兴", "cn-zj", ("B-UNIT",), "", "145000", "CNY"),
    ("sales@lingding-auto.example", "曜拓半導體股份有限公司", "TW", "新竹市", "tw-hsz", ("P-VACU",), "新廠一期",
     "5200000", "TWD"),
    ("vertrieb@nordwerk-antriebe.example", "Weidfels Papierfabrik GmbH", "DE", "Kiel", "de-sh", ("D-GEAR", "B-ROLL"),
     "", "64000", "EUR"),
)  # fmt: skip


def file_fresh(now: datetime) -> int:
    """File them as their dealers; return how many."""
    lines = {line.code: line.pk for line in ProductLine.objects.all()}
    for email, name, country, city, territory, codes, project, value, currency in FILINGS:
        actor = actor_for(User.objects.get(email=email))
        draft = services.save_draft(
            actor=actor,
            at=now,
            data={
                "customer_name": name,
                "customer_country": country,
                "customer_city": city,
                "territory": Territory.objects.get(code=territory),
                "project_name": project,
                "value": Money(value, currency),
                "expected_close_on": (now + timedelta(days=75)).date(),
            },
            contacts=[{"name": {"DE": "Einkauf", "TW": "採購課"}.get(country, "采购部")}],
            line_ids=[lines[code] for code in codes],
        )
        if project:
            upload = SimpleUploadedFile("bill-of-materials.csv", _needs(codes), "text/csv")
            services.attach(draft.pk, upload, actor=actor, at=now, kind="inquiry")
        services.submit(draft.pk, actor=actor, at=now)
    return len(FILINGS)


def _needs(codes: tuple[str, ...]) -> bytes:
    """Return a customer's list of what is needed, as a spreadsheet program saves it."""
    rows = [
        f"{number},{product.code},{product.name_en},{4 * number}"
        for number, product in enumerate(
            Product.objects.filter(line__code__in=codes).order_by("code")[:6], start=1
        )
    ]
    return "\r\n".join(["position,product,description,quantity", *rows, ""]).encode()
