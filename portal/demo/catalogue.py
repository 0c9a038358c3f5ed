"""Families, product lines and products of the demo's manufacturer, Meridian Flow & Motion."""

from collections.abc import Iterator
from dataclasses import dataclass

from crm.catalog.models import Product, ProductFamily, ProductLine

MANUFACTURER = "Meridian Flow & Motion"

# code, English, simplified, traditional
FAMILIES = (
    ("pumps", "Pumps", "泵", "泵浦"),
    ("valves", "Valves", "阀门", "閥門"),
    ("drives", "Drives", "传动", "傳動"),
    ("bearings", "Bearings", "轴承", "軸承"),
)

# family, code, English, simplified, traditional, typical deal in CNY, product series, sizes
LINES = (
    ("pumps", "P-CENT", "Centrifugal pumps", "离心泵", "離心泵", 620_000, "MC", "32-160 50-200 65-250 80-315 125-400"),
    ("pumps", "P-SUBM", "Submersible pumps", "潜水泵", "潛水泵", 450_000, "MS", "40 75 110 185 300"),
    ("pumps", "P-DOSE", "Metering pumps", "计量泵", "計量泵", 180_000, "MD", "06 12 25 60 120"),
    ("pumps", "P-VACU", "Vacuum pumps", "真空泵", "真空泵", 380_000, "MV", "100 250 400 630 1000"),
    ("valves", "V-BUTT", "Butterfly valves", "蝶阀", "蝶閥", 240_000, "BF", "DN80 DN150 DN250 DN400 DN600"),
    ("valves", "V-BALL", "Ball valves", "球阀", "球閥", 210_000, "BL", "DN15 DN25 DN50 DN100 DN200"),
    ("valves", "V-CTRL", "Control valves", "调节阀", "調節閥", 540_000, "CV", "DN25 DN40 DN50 DN80 DN150"),
    ("valves", "V-SAFE", "Safety valves", "安全阀", "安全閥", 160_000, "SV", "DN20 DN32 DN50 DN80"),
    ("drives", "D-FREQ", "Frequency converters", "变频器", "變頻器", 330_000, "FD", "2K2 7K5 22K 75K 250K"),
    ("drives", "D-SERV", "Servo drives", "伺服驱动器", "伺服驅動器", 420_000, "SD", "0K4 0K75 1K5 3K0 7K5"),
    ("drives", "D-GEAR", "Geared motors", "减速电机", "減速電機", 290_000, "GM", "37 57 77 97 127"),
    ("drives", "D-SOFT", "Soft starters", "软启动器", "軟啟動器", 150_000, "SS", "30 75 160 315"),
    ("bearings", "B-BALL", "Deep groove ball bearings", "深沟球轴承", "深溝滾珠軸承", 130_000, "62", "05 08 12 16 20"),
    ("bearings", "B-ROLL", "Cylindrical roller bearings", "圆柱滚子轴承", "圓柱滾子軸承", 260_000, "NU",
     "208 212 218 224 232"),
    ("bearings", "B-SPHE", "Spherical roller bearings", "调心滚子轴承", "自動調心滾子軸承", 350_000, "222",
     "16 20 24 30 36"),
    ("bearings", "B-UNIT", "Bearing units", "带座轴承", "帶座軸承", 110_000, "UC", "P205 P208 F210 P214 T212"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The saved families, lines by code and products, and what a typical deal of each line is worth in CNY."""

    families: list[ProductFamily]
    lines: dict[str, ProductLine]
    products: list[Product]
    typical_value: dict[int, int]

    def of_families(self, *families: str) -> list[ProductLine]:
        """Return the lines of the named families, all lines for none."""
        wanted = {row[1] for row in LINES if not families or row[0] in families}
        return [line for code, line in self.lines.items() if code in wanted]


def _names(english: str, simplified: str, traditional: str) -> dict[str, str]:
    return {"name_en": english, "name_zh_hans": simplified, "name_zh_hant": traditional}


def load_catalogue() -> Catalogue:
    """Save families, lines and products in bulk."""
    families = ProductFamily.objects.bulk_create(
        ProductFamily(code=code, order=order, **_names(*names))
        for order, (code, *names) in enumerate(FAMILIES, start=1)
    )
    by_code = {family.code: family for family in families}
    lines = ProductLine.objects.bulk_create(
        ProductLine(
            code=code, family=by_code[family], order=order, **_names(english, simplified, traditional)
        )
        for order, (family, code, english, simplified, traditional, *_rest) in enumerate(LINES, start=1)
    )
    by_code = {line.code: line for line in lines}
    return Catalogue(
        families=families,
        lines=by_code,
        products=Product.objects.bulk_create(_products(by_code)),
        typical_value={line.pk: row[5] for line, row in zip(lines, LINES, strict=True)},
    )


def _products(lines: dict[str, ProductLine]) -> Iterator[Product]:
    for _family, code, english, simplified, traditional, _value, series, sizes in LINES:
        for size in sizes.split():
            yield Product(
                code=f"{series}-{size}",
                line=lines[code],
                **_names(
                    f"{english} {series} {size}",
                    f"{simplified} {series} {size}",
                    f"{traditional} {series} {size}",
                ),
            )
