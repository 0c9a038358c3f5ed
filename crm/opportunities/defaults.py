"""The stages a new portal begins with. Administrators change them afterwards."""

from .models import Stage

DEFAULT_STAGES = (
    ("qualifying", "Qualifying", "初步接洽", "初步接洽", 10),
    ("needs", "Needs clear", "需求明确", "需求明確", 30),
    ("offer", "Offer made", "方案报价", "方案報價", 50),
    ("negotiation", "Negotiating", "商务谈判", "商務談判", 75),
    ("commitment", "Commitment given", "口头承诺", "口頭承諾", 90),
)


def ensure_stages() -> None:
    """Create the stages where there are none at all; what is there is left as it is."""
    if Stage.objects.exists():
        return
    Stage.objects.bulk_create(
        Stage(
            code=code,
            name_en=english,
            name_zh_hans=simplified,
            name_zh_hant=traditional,
            probability=probability,
            order=10 * number,
        )
        for number, (code, english, simplified, traditional, probability) in enumerate(DEFAULT_STAGES, 1)
    )
