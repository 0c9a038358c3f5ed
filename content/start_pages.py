"""The words of the pages a new site begins with, in three languages. Marketing replaces them with its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StartPage:
    """One page: its slug, and by language its fields and body."""

    model: str
    slug: str
    fields: dict[str, dict[str, str]]
    body: dict[str, list[tuple[str, object]]]
    in_menu: bool = False


def _card(icon: str, title: str, text: str, address: str = "") -> dict:
    """Return the value of one card."""
    return {"icon": icon, "title": title, "text": text, "page": None, "address": address}


HOME = StartPage(
    model="HomePage",
    slug="start",
    fields={
        "en": {
            "title": "Home",
            "headline": "Your deals, protected from the first day",
            "introduction": "Register an opportunity in two minutes, know at once whether it is free, "
            "and work on it without looking over your shoulder.",
        },
        "zh-hans": {
            "title": "首页",
            "headline": "您的商机，从第一天起受到保护",
            "introduction": "两分钟完成商机报备，即刻得知客户是否可报备，安心跟进每一个项目。",
        },
        "zh-hant": {
            "title": "首頁",
            "headline": "您的商機，從第一天起受到保護",
            "introduction": "兩分鐘完成商機報備，立即得知客戶是否可報備，安心跟進每一個專案。",
        },
    },
    body={
        "en": [
            (
                "cards",
                {
                    "cards": [
                        _card(
                            "file-plus",
                            "Register a deal",
                            "Name the customer and the product lines. The check takes seconds and says what it found.",
                            "/registrations/new/",
                        ),
                        _card(
                            "shield-check",
                            "First come, first protected",
                            "Every filing gets a signed receipt with its time and its facts. "
                            "Anybody can verify it.",
                            "/verify/",
                        ),
                        _card(
                            "users",
                            "One team with you",
                            "Your channel manager sees your question in one queue and answers within a business day.",
                        ),
                    ]
                },
            ),
        ],
        "zh-hans": [
            (
                "cards",
                {
                    "cards": [
                        _card(
                            "file-plus",
                            "商机报备",
                            "填写最终客户和产品线，系统数秒内完成查重，并说明结果。",
                            "/registrations/new/",
                        ),
                        _card(
                            "shield-check",
                            "先报先得",
                            "每次报备都有带签名的回执，记录时间和内容，任何人都可以核验。",
                            "/verify/",
                        ),
                        _card("users", "与您同队", "渠道经理在同一个队列中处理您的报备，一个工作日内答复。"),
                    ]
                },
            ),
        ],
        "zh-hant": [
            (
                "cards",
                {
                    "cards": [
                        _card(
                            "file-plus",
                            "商機報備",
                            "填寫最終客戶和產品線，系統數秒內完成查重，並說明結果。",
                            "/registrations/new/",
                        ),
                        _card(
                            "shield-check",
                            "先報先得",
                            "每次報備都有帶簽章的回執，記錄時間和內容，任何人都可以核驗。",
                            "/verify/",
                        ),
                        _card("users", "與您同隊", "渠道經理在同一個佇列中處理您的報備，一個工作日內答覆。"),
                    ]
                },
            ),
        ],
    },
)

NEWS = StartPage(
    model="NewsIndexPage",
    slug="news",
    fields={"en": {"title": "News"}, "zh-hans": {"title": "新闻"}, "zh-hant": {"title": "新聞"}},
    body={},
    in_menu=True,
)

HOW_IT_WORKS = StartPage(
    model="StandardPage",
    slug="deal-registration",
    fields={
        "en": {
            "title": "How deal registration works",
            "introduction": "What is protected, for how long, and what happens between filing and decision.",
        },
        "zh-hans": {
            "title": "商机报备说明",
            "introduction": "保护的是什么，保护多久，从提交到审批之间发生什么。",
        },
        "zh-hant": {
            "title": "商機報備說明",
            "introduction": "保護的是什麼，保護多久，從提交到審核之間發生什麼。",
        },
    },
    body={
        "en": [
            ("heading", {"text": "What is protected"}),
            (
                "text",
                "<p>A registration protects an end customer, alone or for one project, on the product lines you "
                "name. Each line is checked and decided by itself.</p>",
            ),
            ("heading", {"text": "From filing to decision"}),
            (
                "text",
                "<ol><li>You file. The time of your filing is fixed and you get a receipt.</li>"
                "<li>The check runs within seconds: other registrations, direct business, your authorisations."
                "</li><li>Where the answer is not clear, a channel manager decides, usually within one business "
                "day.</li><li>Once approved, the deal is yours for the period of your programme. You are reminded "
                "before it ends.</li></ol>",
            ),
            (
                "call_to_action",
                {
                    "title": "A customer on your mind?",
                    "text": "Two minutes now may save a deal later.",
                    "button": "Register a deal",
                    "page": None,
                    "address": "/registrations/new/",
                },
            ),
        ],
        "zh-hans": [
            ("heading", {"text": "保护的是什么"}),
            (
                "text",
                "<p>一次报备保护一个最终客户（整个客户或其中一个项目）在您所选产品线上的商机。"
                "每条产品线单独查重、单独审批。</p>",
            ),
            ("heading", {"text": "从提交到审批"}),
            (
                "text",
                "<ol><li>您提交报备，时间即被固定，并获得回执。</li>"
                "<li>系统数秒内查重：其他报备、厂家直销业务、您的授权。</li>"
                "<li>无法自动判断时，由渠道经理审批，通常在一个工作日内。</li>"
                "<li>批准后，商机在计划规定的保护期内归您所有，到期前会提醒您。</li></ol>",
            ),
            (
                "call_to_action",
                {
                    "title": "有客户要报备？",
                    "text": "现在花两分钟，避免日后撞单。",
                    "button": "商机报备",
                    "page": None,
                    "address": "/registrations/new/",
                },
            ),
        ],
        "zh-hant": [
            ("heading", {"text": "保護的是什麼"}),
            (
                "text",
                "<p>一次報備保護一個最終客戶（整個客戶或其中一個專案）在您所選產品線上的商機。"
                "每條產品線單獨查重、單獨審核。</p>",
            ),
            ("heading", {"text": "從提交到審核"}),
            (
                "text",
                "<ol><li>您提交報備，時間即被固定，並獲得回執。</li>"
                "<li>系統數秒內查重：其他報備、廠家直銷業務、您的授權。</li>"
                "<li>無法自動判斷時，由渠道經理審核，通常在一個工作日內。</li>"
                "<li>核准後，商機在計畫規定的保護期內歸您所有，到期前會提醒您。</li></ol>",
            ),
            (
                "call_to_action",
                {
                    "title": "有客戶要報備？",
                    "text": "現在花兩分鐘，避免日後撞單。",
                    "button": "商機報備",
                    "page": None,
                    "address": "/registrations/new/",
                },
            ),
        ],
    },
    in_menu=True,
)

PRIVACY = StartPage(
    model="LegalPage",
    slug="privacy",
    fields={
        "en": {"title": "Privacy"},
        "zh-hans": {"title": "隐私"},
        "zh-hant": {"title": "隱私"},
    },
    body={
        "en": [
            (
                "text",
                "<p>This portal keeps what is needed to register and decide deals: names and addresses of the "
                "people who sign in, of contacts named in registrations, and what was done when by whom.</p>"
                "<p>It sets cookies for signing in, for protecting forms and for your language, and no others. "
                "Nothing is loaded from, or sent to, other companies.</p>"
                "<p>Facts about a person can be erased at their request; the record that something happened "
                "stays, without them.</p>",
            )
        ],
        "zh-hans": [
            (
                "text",
                "<p>本门户只保存报备和审批商机所需的信息：登录人员和报备中联系人的姓名与联系方式，"
                "以及何人在何时做了什么。</p><p>本站只使用登录、表单保护和语言所需的 Cookie，"
                "不加载第三方内容，也不向第三方发送数据。</p>"
                "<p>个人信息可应本人要求删除；事件记录保留，但不再包含其个人信息。</p>",
            )
        ],
        "zh-hant": [
            (
                "text",
                "<p>本入口網站只保存報備和審核商機所需的資訊：登入人員和報備中聯絡人的姓名與聯絡方式，"
                "以及何人在何時做了什麼。</p><p>本站只使用登入、表單保護和語言所需的 Cookie，"
                "不載入第三方內容，也不向第三方傳送資料。</p>"
                "<p>個人資料可應本人要求刪除；事件紀錄保留，但不再包含其個人資料。</p>",
            )
        ],
    },
)

TERMS = StartPage(
    model="LegalPage",
    slug="terms",
    fields={
        "en": {"title": "Terms of use"},
        "zh-hans": {"title": "使用条款"},
        "zh-hant": {"title": "使用條款"},
    },
    body={
        "en": [
            (
                "text",
                "<p>The portal is open to the manufacturer's staff and to people its partners have named. "
                "Accounts are personal: do not share yours.</p>"
                "<p>Whether and how long a deal is protected follows from the programme your company is in and "
                "from the agreement it accepted. Both are shown on the page of your company.</p>",
            )
        ],
        "zh-hans": [
            (
                "text",
                "<p>本门户供厂家员工和伙伴指定的人员使用。账号仅限本人使用，请勿共用。</p>"
                "<p>商机是否受保护、保护多久，以贵公司所在的伙伴计划和已接受的协议为准，"
                "二者均显示在贵公司页面上。</p>",
            )
        ],
        "zh-hant": [
            (
                "text",
                "<p>本入口網站供廠家員工和夥伴指定的人員使用。帳號僅限本人使用，請勿共用。</p>"
                "<p>商機是否受保護、保護多久，以貴公司所在的夥伴計畫和已接受的協議為準，"
                "二者均顯示在貴公司頁面上。</p>",
            )
        ],
    },
)

UNDER_HOME = (NEWS, HOW_IT_WORKS, PRIVACY, TERMS)
