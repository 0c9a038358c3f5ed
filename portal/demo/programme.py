"""The demo's partner programme: two versions, three tiers, agreement texts."""

from dataclasses import dataclass

from partners.enums import PartnerType
from partners.models import AgreementTemplate, Programme, ProgrammeVersion, Tier
from partners.terms import Benefits, ProgrammeTerms

from .foundations import note_reference_data
from .world import World

FIRST_VERSION_DAYS, SECOND_VERSION_DAYS = 1100, 400
CERTIFICATE = "servo-commissioning"
CERTIFIED_LINE = "D-SERV"

# code, names, rank, benefits
TIERS = (
    ("silver", ("Silver", "银牌", "銀級"), 1, {"margin_points": "2"}),
    ("gold", ("Gold", "金牌", "金級"), 2,
     {"margin_points": "4", "extra_protection_days": 15,
      "auto_approval_ceiling": {"CNY": "200000", "TWD": "900000", "EUR": "26000"}}),
    ("platinum", ("Platinum", "白金", "白金級"), 3,
     {"margin_points": "6", "extra_protection_days": 30,
      "auto_approval_ceiling": {"CNY": "500000", "TWD": "2200000", "EUR": "65000"}}),
)  # fmt: skip
AGREEMENT = {
    "en": (
        "Partner agreement",
        "The partner sells the product lines and in the territories it is authorised for. It registers deals it is "
        "working on itself, names the end customer truthfully and keeps the manufacturer informed. A registered and "
        "approved deal is protected for the period of the programme. Either side may end this agreement with three "
        "months' notice; protection granted until then runs to its end.",
    ),
    "zh-hans": (
        "伙伴协议",
        "伙伴在获得授权的区域内销售获得授权的产品线，只报备自己正在跟进的商机，如实填写最终客户，并及时通报进展。"
        "已报备并获批准的商机在计划规定的保护期内受保护。任何一方可提前三个月通知终止本协议；此前给予的保护继续有效至到期。",
    ),
    "zh-hant": (
        "夥伴協議",
        "夥伴在取得授權的區域內銷售取得授權的產品線，只報備自己正在跟進的商機，如實填寫最終客戶，並及時通報進展。"
        "已報備並獲核准的商機在計畫規定的保護期內受保護。任一方得於三個月前通知終止本協議；先前給予的保護持續有效至到期。",
    ),
}


@dataclass(frozen=True, slots=True)
class ProgrammeOfDemo:
    """The saved programme with its versions (oldest first), tiers by code and agreement texts."""

    programme: Programme
    versions: list[ProgrammeVersion]
    tiers: dict[str, Tier]
    templates: dict[tuple[str, str], AgreementTemplate]

    def terms_at(self, at) -> ProgrammeTerms:
        """Return the settings in force at an instant."""
        version = max(
            (version for version in self.versions if version.valid_from <= at), key=lambda row: row.valid_from
        )
        return ProgrammeTerms.from_json(version.settings)


def load_programme(world: World) -> ProgrammeOfDemo:
    """Save the programme: the first version protected 60 days and had every deal reviewed."""
    programme = Programme.objects.create(
        code="meridian",
        name_en="Meridian partner programme",
        name_zh_hans="子午伙伴计划",
        name_zh_hant="子午夥伴計畫",
    )
    first = ProgrammeTerms(protection_days=60, protection_reminder_days=(14, 7))
    second = ProgrammeTerms(
        auto_approve=True,
        minimum_value={"CNY": "20000", "TWD": "90000", "EUR": "2500"},
        required_certificates={CERTIFIED_LINE: CERTIFICATE},
    )
    versions = world.save(
        ProgrammeVersion,
        (
            ProgrammeVersion(
                programme=programme,
                number=number,
                valid_from=world.ago(days).replace(hour=0, minute=0, second=0, microsecond=0),
                settings=terms.to_json(),
                note=note,
                created_at=world.ago(days + 3),
            )
            for number, days, terms, note in (
                (1, FIRST_VERSION_DAYS, first, "The programme begins"),
                (
                    2,
                    SECOND_VERSION_DAYS,
                    second,
                    "90 days of protection, small deals approved at once, minimum value",
                ),
            )
        ),
    )
    tiers = world.save(
        Tier,
        (
            Tier(
                programme=programme,
                code=code,
                rank=rank,
                name_en=names[0],
                name_zh_hans=names[1],
                name_zh_hant=names[2],
                benefits=benefits,
            )
            for code, names, rank, benefits in TIERS
        ),
    )
    templates = world.save(
        AgreementTemplate,
        (
            AgreementTemplate(type=kind, language=language, version=1, title=title, text=text,
                              created_at=world.ago(FIRST_VERSION_DAYS))
            for kind in PartnerType.values
            for language, (title, text) in AGREEMENT.items()
        ),
    )  # fmt: skip
    note_reference_data(world, {"programme": [programme], "tier": tiers, "agreement_template": templates})
    for version in versions:
        facts = {
            "version": version.number,
            "valid_from": version.valid_from.isoformat(),
            "note": version.note,
            "terms": version.settings,
        }
        administrator = world.users["administrator"]
        world.history.note(
            "programme.version_published", programme, version.created_at, facts, actor=administrator
        )
    return ProgrammeOfDemo(
        programme,
        versions,
        {tier.code: tier for tier in tiers},
        {(template.type, template.language): template for template in templates},
    )


def benefits_of(tier: Tier) -> Benefits:
    """Return what a tier gives."""
    return Benefits.from_json(tier.benefits)
