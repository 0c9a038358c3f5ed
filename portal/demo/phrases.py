"""What people of the demo write to each other, in the language of the partner they write to."""

from deal_registration.enums import RejectionReason

from .partners import PartnerOfDemo

LANGUAGES = {"CN": "zh-hans", "TW": "zh-hant"}
REJECTIONS = {
    "en": (
        (RejectionReason.NOT_QUALIFIED, "The project has no budget yet; please file again once it has."),
        (RejectionReason.NO_RELATIONSHIP, "Please name a contact who knows of your offer."),
        (RejectionReason.INCOMPLETE, ""),
    ),
    "zh-hans": (
        (RejectionReason.NOT_QUALIFIED, "项目尚无预算，立项后欢迎再次报备。"),
        (RejectionReason.NO_RELATIONSHIP, "请提供了解贵司方案的客户联系人。"),
        (RejectionReason.INCOMPLETE, ""),
    ),
    "zh-hant": (
        (RejectionReason.NOT_QUALIFIED, "專案尚無預算，立案後歡迎再次報備。"),
        (RejectionReason.NO_RELATIONSHIP, "請提供了解貴司方案的客戶聯絡人。"),
        (RejectionReason.INCOMPLETE, ""),
    ),
}
QUESTIONS = {
    "en": (
        (
            ("description", "expected_close_on"),
            "When does the customer decide, and what exactly is to be replaced?",
        ),
        (("contacts",), "Please name the person at the customer you are in touch with."),
        (("description",), "Which machines are to be replaced, and how many?"),
    ),
    "zh-hans": (
        (("description", "expected_close_on"), "客户何时定标？具体更换哪些设备？"),
        (("contacts",), "请补充与贵司对接的客户联系人。"),
        (("description",), "请说明需要更换的设备型号和数量。"),
    ),
    "zh-hant": (
        (("description", "expected_close_on"), "客戶何時決標？具體汰換哪些設備？"),
        (("contacts",), "請補充與貴司對接的客戶聯絡人。"),
        (("description",), "請說明需要汰換的設備型號和數量。"),
    ),
}
WITHDRAWALS = {
    "en": ("Customer postponed the project", "Filed by mistake", ""),
    "zh-hans": ("客户推迟了项目", "误报", ""),
    "zh-hant": ("客戶延後了專案", "誤報", ""),
}
POSTPONED = {"en": "Postponed to next year", "zh-hans": "项目推迟到明年", "zh-hant": "專案延至明年"}


def language_of(partner: PartnerOfDemo) -> str:
    """Return the language one writes to a partner in; the first printed login reads English."""
    return "en" if partner.key == "hulan" else LANGUAGES.get(partner.name.city.country, "en")
