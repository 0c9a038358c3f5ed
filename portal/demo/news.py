"""News pages of the demo, in three languages."""

import uuid
from datetime import datetime, timedelta

from content.enums import Audience
from content.models import NewsIndexPage, NewsPage

# slug, days ago, audience, by language: title, summary, text
NEWS = (
    (
        "longer-protection", 6, Audience.PARTNERS,
        {
            "en": ("90 days of protection, and more for gold and platinum",
                   "Approved registrations are protected for 90 days; gold adds 15, platinum 30.",
                   "The new version of the programme is in force. Reminders come 30, 14 and 7 days before the end."),
            "zh-hans": ("保护期延长至 90 天，金牌、白金更长",
                        "获批报备的保护期为 90 天；金牌增加 15 天，白金增加 30 天。",
                        "新版伙伴计划已生效。保护期结束前 30、14、7 天会提醒您。"),
            "zh-hant": ("保護期延長至 90 天，金級、白金級更長",
                        "獲核准報備的保護期為 90 天；金級增加 15 天，白金級增加 30 天。",
                        "新版夥伴計畫已生效。保護期結束前 30、14、7 天會提醒您。"),
        },
    ),
    (
        "servo-training", 15, Audience.PARTNERS,
        {
            "en": ("Servo commissioning: dates for the next courses",
                   "Two days of hands-on training; the certificate is needed to register servo drives.",
                   "Courses take place in Suzhou, Taoyuan and Essen. Your channel manager takes your registration."),
            "zh-hans": ("伺服调试培训：近期课程安排",
                        "两天实操培训；报备伺服驱动器须持有该证书。",
                        "课程在苏州、桃园和埃森举办，请向您的渠道经理报名。"),
            "zh-hant": ("伺服調試培訓：近期課程安排",
                        "兩天實作培訓；報備伺服驅動器須持有該證書。",
                        "課程於蘇州、桃園和埃森舉辦，請向您的渠道經理報名。"),
        },
    ),
    (
        "new-metering-pumps", 34, Audience.EVERYONE,
        {
            "en": ("New metering pumps up to 120 l/h",
                   "The MD series grows by two sizes for water treatment and chemicals.",
                   "MD-60 and MD-120 can be ordered at once; data sheets are with your channel manager."),
            "zh-hans": ("新款计量泵，流量可达 120 升/小时",
                        "MD 系列新增两个规格，适用于水处理和化工。",
                        "MD-60 和 MD-120 现已接受订货，技术资料请向渠道经理索取。"),
            "zh-hant": ("新款計量泵，流量可達 120 公升/小時",
                        "MD 系列新增兩個規格，適用於水處理和化工。",
                        "MD-60 和 MD-120 即日起接受訂購，技術資料請向渠道經理索取。"),
        },
    ),
    (
        "review-times", 21, Audience.STAFF,
        {
            "en": ("Decisions within one business day: how we are doing",
                   "Reminders for reviewers come at 80 and 100 percent of the promised time.",
                   "Please decide the oldest promise first; the queue is already sorted that way."),
            "zh-hans": ("一个工作日内审批：目前情况",
                        "审批时限达到 80% 和 100% 时会提醒审批人。",
                        "请优先处理时限最早的报备，队列已按此排序。"),
            "zh-hant": ("一個工作日內審核：目前情況",
                        "審核時限達到 80% 和 100% 時會提醒審核人。",
                        "請優先處理時限最早的報備，佇列已依此排序。"),
        },
    ),
)  # fmt: skip


def load_news(now: datetime) -> int:
    """Publish the news in every language below the news list; return how many pieces there are."""
    lists = {page.locale.language_code: page for page in NewsIndexPage.objects.select_related("locale")}
    for slug, days, audience, words in NEWS:
        date = (now - timedelta(days=days)).date()
        key = uuid.uuid5(uuid.NAMESPACE_URL, f"news:{slug}")
        for language, index in lists.items():
            if language in words:
                page = NewsPage(
                    slug=slug, date=date, audience=audience, translation_key=key, **_fields(words[language])
                )
                page.locale = index.locale
                index.add_child(instance=page)
    return len(NEWS)


def _fields(words: tuple[str, str, str]) -> dict:
    title, summary, text = words
    return {"title": title, "summary": summary, "body": [("text", f"<p>{text}</p>")]}
