"""The permissions there are, in words, and the roles a new portal begins with.

Administrators change roles afterwards; a role that exists already is left as it is.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .models import Role, Side

# What a permission lets its holder do, within their scope, in the words of the role page.
PERMISSIONS = {
    "registrations.view": _("See deal registrations"),
    "registrations.file": _("File deal registrations"),
    "registrations.decide": _("Decide on deal registrations"),
    "registrations.revert": _("Take back mistaken decisions on deal registrations"),
    "accounts.view": _("See accounts"),
    "accounts.edit": _("Edit accounts"),
    "accounts.merge": _("Find and merge duplicate accounts"),
    "accounts.transfer": _("Transfer accounts to territories outside the own scope"),
    "imports.run": _("Import data from files"),
    "opportunities.view": _("See opportunities"),
    "opportunities.work": _("Work on opportunities"),
    "activities.log": _("Log activities"),
    "partners.view": _("See partners"),
    "partners.manage": _("Manage partners, their authorisations and agreements"),
    "team.manage": _("Manage the own team"),
    "api.manage": _("Make and revoke API keys"),
    "settings.manage": _("Manage settings: territories, product lines, programmes"),
    "people.manage": _("Manage users and roles"),
    "jobs.manage": _("See failed jobs and retry them"),
    "content.edit": _("Edit pages, images and documents"),
    "reports.view": _("See reports"),
    "views.share": _("Share saved views of lists with a role"),
}

# Any of these opens the staff's content and settings admin.
ADMIN_PERMISSIONS = frozenset({"content.edit", "settings.manage", "people.manage", "jobs.manage"})


@dataclass(frozen=True, slots=True)
class DefaultRole:
    """A role as a new portal has it: code, names in three languages, side, permissions."""

    code: str
    name_en: str
    name_zh_hans: str
    name_zh_hant: str
    side: str
    permissions: tuple[str, ...]


_CHANNEL = (
    "registrations.view",
    "registrations.decide",
    "accounts.view",
    "opportunities.view",
    "activities.log",
    "partners.view",
    "partners.manage",
    "reports.view",
)
_SALES = (
    "accounts.view",
    "accounts.edit",
    "accounts.merge",
    "opportunities.view",
    "opportunities.work",
    "activities.log",
)
_DEALER = (
    "registrations.view",
    "registrations.file",
    "imports.run",
    "accounts.view",
    "opportunities.view",
    "activities.log",
    "partners.view",
)

DEFAULT_ROLES = (
    DefaultRole("dealer_sales", "Dealer salesperson", "经销商销售", "經銷商銷售", Side.PARTNER, _DEALER),
    DefaultRole(
        "dealer_manager",
        "Dealer manager",
        "经销商负责人",
        "經銷商負責人",
        Side.PARTNER,
        (*_DEALER, "team.manage", "api.manage", "reports.view"),
    ),
    DefaultRole("channel_manager", "Channel manager", "渠道经理", "渠道經理", Side.STAFF, _CHANNEL),
    DefaultRole(
        "channel_head", "Channel head", "渠道总监", "渠道總監", Side.STAFF, (*_CHANNEL, "views.share")
    ),
    DefaultRole("sales_rep", "Sales representative", "厂家销售", "廠家銷售", Side.STAFF, _SALES),
    DefaultRole(
        "sales_head",
        "Head of sales",
        "销售总监",
        "銷售總監",
        Side.STAFF,
        (*_SALES, "imports.run", "accounts.transfer", "reports.view", "views.share"),
    ),
    DefaultRole("marketing", "Marketing", "市场", "市場", Side.STAFF, ("content.edit",)),
    DefaultRole(
        "administrator",
        "Administrator",
        "管理员",
        "管理員",
        Side.STAFF,
        (
            "settings.manage",
            "people.manage",
            "jobs.manage",
            "api.manage",
            "content.edit",
            "partners.view",
            "partners.manage",
            "accounts.view",
            "accounts.edit",
            "accounts.merge",
            "imports.run",
            "accounts.transfer",
            "registrations.view",
            "registrations.revert",
            "reports.view",
            "views.share",
        ),
    ),
)


def ensure_default_roles() -> int:
    """Create the default roles that are missing; return how many were. Existing roles keep what they have."""
    have = set(Role.objects.values_list("code", flat=True))
    missing = [
        Role(
            code=role.code,
            name_en=role.name_en,
            name_zh_hans=role.name_zh_hans,
            name_zh_hant=role.name_zh_hant,
            side=role.side,
            permissions=list(role.permissions),
        )
        for role in DEFAULT_ROLES
        if role.code not in have
    ]
    Role.objects.bulk_create(missing)
    return len(missing)
