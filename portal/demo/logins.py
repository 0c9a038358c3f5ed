"""The people one can sign in as in the demo. Their names say what they do; nobody real is meant."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

PASSWORD = "portal-demo-2026"


@dataclass(frozen=True, slots=True)
class Login:
    """One demo user: how to sign in, and what one sees then.

    ``key`` names the part in the cast, ``organisation`` the partner (``portal.demo.partners.CAST``) of a dealer,
    ``scopes`` the staff scopes as (role code, territory code or "" for everywhere, family codes or () for all).
    """

    key: str
    email: str
    name: str
    role: str
    language: str
    time_zone: str
    organisation: str = ""
    partner_role: str = ""
    scopes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    password: str = PASSWORD


SHANGHAI, TAIPEI, BERLIN, AMSTERDAM = "Asia/Shanghai", "Asia/Taipei", "Europe/Berlin", "Europe/Amsterdam"

_LOGINS = (
    Login("dealer_sales", "sales@hulan-fluid.example", "Dealer sales (Hulan)", _("Dealer salesperson, East China"),
          "en", SHANGHAI, "hulan", "dealer_sales"),
    Login("dealer_manager", "manager@hulan-fluid.example", "经销商负责人（沪澜）",
          _("Dealer manager of the same partner, a distributor"), "zh-hans", SHANGHAI, "hulan", "dealer_manager"),
    Login("rival", "sales@henglan-drive.example", "经销商销售（衡岚）", _("Rival dealer in East China"),
          "zh-hans", SHANGHAI, "henglan", "dealer_manager"),
    Login("sub_dealer", "sales@suyue-pump.example", "二级经销商销售（苏跃）", _("Sub-dealer below the distributor"),
          "zh-hans", SHANGHAI, "suyue", "dealer_manager"),
    Login("taiwan_dealer", "sales@lingding-auto.example", "經銷商銷售（凌鼎）", _("Dealer in Taiwan"),
          "zh-hant", TAIPEI, "lingding", "dealer_manager"),
    Login("german_dealer", "vertrieb@nordwerk-antriebe.example", "Dealer sales (Nordwerk)", _("Dealer in Germany"),
          "en", BERLIN, "nordwerk", "dealer_manager"),
    Login("channel_manager", "channel.east@meridian.example", "Channel manager (East China)",
          _("Channel manager, East China"), "en", SHANGHAI, scopes=(("channel_manager", "cn-east", ()),)),
    Login("channel_manager_taiwan", "channel.taiwan@meridian.example", "渠道經理（台灣）",
          _("Channel manager, Taiwan"), "zh-hant", TAIPEI, scopes=(("channel_manager", "tw", ()),)),
    Login("channel_manager_europe", "channel.europe@meridian.example", "Channel manager (Europe)",
          _("Channel manager, Germany and the Netherlands"), "en", BERLIN, scopes=(("channel_manager", "eu", ()),)),
    Login("channel_head", "channel.head@meridian.example", "Channel head", _("Channel head, sees every registration"),
          "en", SHANGHAI, scopes=(("channel_head", "", ()),)),
    Login("sales_rep", "rep.east@meridian.example", "Sales rep (East China)", _("Sales rep, East China"),
          "en", SHANGHAI, scopes=(("sales_rep", "cn-east", ()),)),
    Login("sales_head", "sales.head@meridian.example", "Sales head", _("Sales head, sees every account"),
          "en", SHANGHAI, scopes=(("sales_head", "", ()),)),
    Login("marketing", "marketing@meridian.example", "Marketing", _("Marketing, edits pages in the content admin"),
          "en", SHANGHAI, scopes=(("marketing", "", ()),)),
    Login("administrator", "admin@meridian.example", "Administrator", _("Administrator, keeps settings and people"),
          "en", SHANGHAI, scopes=(("administrator", "", ()),)),
)  # fmt: skip


def demo_logins() -> list[Login]:
    """Return the demo's logins, dealers first, in the order they are printed."""
    return list(_LOGINS)


def as_text() -> str:
    """Return the logins as lines for the terminal, the one password said once."""
    width = max(len(login.email) for login in _LOGINS)
    lines = [f"Sign in with any of these, password {PASSWORD}", ""]
    lines += [f"  {login.email.ljust(width)}  {login.role}" for login in _LOGINS]
    return "\n".join(lines)
