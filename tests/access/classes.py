"""Whose every address is. One not named here fails the matrix; so does a name that no address has any more."""

from dataclasses import dataclass

from tests.cast import CAST, DEALERS

REVIEWERS = frozenset({"channel_manager", "other_channel_manager"})
FILERS = frozenset(DEALERS)
READERS = FILERS | REVIEWERS | {"administrator"}
CRM = FILERS | REVIEWERS | {"sales_rep", "administrator"}
SELLERS = frozenset({"sales_rep"})
EDITORS = SELLERS | {"administrator"}
IMPORTERS = frozenset({"administrator"})
SENDERS = IMPORTERS | FILERS
LOGGERS = REVIEWERS | SELLERS | FILERS
EVERYONE = frozenset(CAST)

# Reached by anybody, signed in or not.
PUBLIC = frozenset(
    {
        "account_confirm_email",
        "account_confirm_login_code",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_signup",
        "api:schema",
        "account_email_verification_sent",
        "content_image",
        "ledger:receipt_tool",
        "ledger:receipt_verify",
        "ledger:seal_list",
        "ledger:seal_list_json",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "portal:demo_mail",
        "portal:demo_mails",
        "portal:health_live",
        "portal:health_ready",
        "portal:language",
        "wagtail_serve",
        "wagtailcore_login",
        "wagtaildocs_serve",
    }
)

# One's own and nobody else's, whoever one is.
SIGNED_IN = frozenset(
    {
        "account_change_password",
        "account_email",
        "account_reauthenticate",
        "account_set_password",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "accounts:customer_options",
        "honour:figures",
        "list_views:arrange",
        "list_views:columns",
        "list_views:view_list",
        "api:documentation",
        "notifications:list",
        "notifications:preferences",
        "notifications:read_all",
        "people:appearance",
        "people:profile",
        "portal:dashboard",
        "portal:partner_switch",
        "portal:search",
        "usersessions_list",
        "wagtaildocs_authenticate_with_password",
    }
)

# Opened by an API key alone: a session, or none, is answered with 401.
KEYED = frozenset(
    {
        "api:me",
        "api:product_lines",
        "api:registration",
        "api:registration_answer",
        "api:registration_file",
        "api:registration_lost",
        "api:registration_receipt",
        "api:registration_withdraw",
        "api:registration_won",
        "api:registrations",
        "api:territories",
    }
)

# Pages about no single row: who may open them.
ROLES: dict[str, frozenset[str]] = {
    "accounts:account_import": IMPORTERS,
    "accounts:account_import_template": IMPORTERS,
    "accounts:account_list": CRM,
    "accounts:account_new": EDITORS,
    "accounts:accounts_transfer": EDITORS,
    "accounts:duplicate_judge": EDITORS,
    "accounts:duplicate_list": EDITORS,
    "accounts:duplicate_progress": EDITORS,
    "accounts:duplicate_search": EDITORS,
    "activities:activity_list": LOGGERS,
    "disputes:dispute_list": READERS,
    "disputes:precedent_list": READERS,
    "disputes:proposal_list": frozenset({"administrator"}),
    "imports:import_list": SENDERS,
    "intake:sheet_new": FILERS,
    "intake:sheet_template": FILERS,
    "opportunities:opportunity_funnel": LOGGERS,
    "opportunities:opportunity_list": LOGGERS,
    "opportunities:opportunity_new": SELLERS,
    "partners:agreement_accept": frozenset({"dealer_manager"}),
    "partners:company": FILERS,
    "partners:company_keys": frozenset({"dealer_manager"}),
    "partners:partner_list": REVIEWERS | {"administrator"},
    "partners:team": frozenset({"dealer_manager"}),
    "prechecks:precheck_list": READERS,
    "prechecks:precheck_new": FILERS,
    "prechecks:standing_list": REVIEWERS,
    "projects:project_list": CRM - FILERS,
    "registrations:registration_list": READERS,
    "registrations:registration_new": FILERS,
    "registrations:review_approve_many": REVIEWERS,
    "registrations:review_queue": REVIEWERS,
    "registrations:review_reject_many": REVIEWERS,
}


@dataclass(frozen=True)
class OfObject:
    """An address of one row: its kind, and who may do it to a row they see."""

    kind: str
    who: frozenset[str]
    parameter: str = "ref"
    # What else the address names, by parameter → kind of object, taken from the same side.
    others: tuple[tuple[str, str], ...] = ()


OBJECTS: dict[str, OfObject] = {
    "accounts:account_detail": OfObject("account", CRM),
    "accounts:account_edit": OfObject("account", EDITORS),
    "accounts:account_parent": OfObject("account", EDITORS),
    "accounts:account_share": OfObject("account", EDITORS),
    "accounts:account_unshare": OfObject("account", EDITORS, others=(("user_ref", "user"),)),
    "accounts:account_transfer": OfObject("account", EDITORS),
    "accounts:contact_edit": OfObject("contact", EDITORS),
    "accounts:contact_new": OfObject("account", EDITORS),
    "accounts:contact_remove": OfObject("contact", EDITORS),
    "accounts:transfer_back": OfObject("transfer", SELLERS),
    "accounts:transfer_detail": OfObject("transfer", EDITORS),
    "accounts:account_merge": OfObject("account", EDITORS, others=(("other_ref", "twin"),)),
    "accounts:merge_detail": OfObject("merge", EDITORS),
    "accounts:merge_undo": OfObject("merge", EDITORS),
    "activities:account_log": OfObject("account", LOGGERS),
    "activities:account_plan": OfObject("account", LOGGERS),
    "activities:activity_complete": OfObject("activity", LOGGERS),
    "activities:activity_drop": OfObject("activity", LOGGERS),
    "activities:opportunity_log": OfObject("opportunity", LOGGERS),
    "activities:opportunity_plan": OfObject("opportunity", LOGGERS),
    "disputes:dispute_open": OfObject("registration", FILERS),
    "disputes:dispute_detail": OfObject("dispute", READERS),
    "disputes:statement_add": OfObject("dispute", FILERS),
    "disputes:said_all": OfObject("dispute", FILERS),
    "disputes:dispute_withdraw": OfObject("dispute", FILERS),
    "disputes:ruling_accept": OfObject("dispute", FILERS),
    "disputes:dispute_appeal": OfObject("dispute", FILERS),
    "disputes:dispute_rule": OfObject("dispute", REVIEWERS),
    "disputes:precedent_publish": OfObject("dispute", REVIEWERS),
    "disputes:precedent_detail": OfObject("precedent", READERS),
    "disputes:proposal_detail": OfObject("proposal", frozenset({"administrator"})),
    "imports:import_cancel": OfObject("import", SENDERS),
    "imports:import_columns": OfObject("import", SENDERS),
    "imports:import_confirm": OfObject("import", SENDERS),
    "imports:import_decide": OfObject("import", SENDERS),
    "imports:import_detail": OfObject("import", SENDERS),
    "imports:import_errors": OfObject("import", SENDERS),
    "imports:import_progress": OfObject("import", SENDERS),
    "imports:import_read_again": OfObject("import", SENDERS),
    "imports:import_undo": OfObject("import", SENDERS),
    "list_views:view_delete": OfObject("list_view", EVERYONE),
    "list_views:view_edit": OfObject("list_view", EVERYONE),
    "list_views:view_restore": OfObject("list_view", EVERYONE),
    "list_views:view_update": OfObject("list_view", EVERYONE),
    "messages:message_read": OfObject("registration", FILERS | REVIEWERS),
    "messages:message_retract": OfObject(
        "registration", FILERS | REVIEWERS, others=(("message_ref", "message"),)
    ),
    "messages:message_send": OfObject("registration", FILERS | REVIEWERS),
    "messages:thread": OfObject("registration", READERS),
    "notifications:open": OfObject("notice", EVERYONE),
    "notifications:read": OfObject("notice", EVERYONE),
    "opportunities:opportunity_detail": OfObject("opportunity", LOGGERS),
    "opportunities:opportunity_edit": OfObject("opportunity", SELLERS),
    "opportunities:opportunity_lose": OfObject("opportunity", SELLERS),
    "opportunities:opportunity_reopen": OfObject("opportunity", SELLERS),
    "opportunities:opportunity_share": OfObject("opportunity", SELLERS),
    "opportunities:opportunity_stage": OfObject("opportunity", SELLERS),
    "opportunities:opportunity_unshare": OfObject("opportunity", SELLERS, others=(("user_ref", "user"),)),
    "opportunities:opportunity_win": OfObject("opportunity", SELLERS),
    "partners:key_revoke": OfObject("api_key", frozenset({"dealer_manager", "administrator"})),
    "partners:partner_keys": OfObject("partner", frozenset({"administrator"})),
    "partners:partner_detail": OfObject("partner", READERS),
    "prechecks:precheck_answer": OfObject("precheck", REVIEWERS),
    "prechecks:precheck_detail": OfObject("precheck", READERS),
    "prechecks:precheck_register": OfObject("precheck", FILERS),
    "prechecks:standing_detail": OfObject("standing", REVIEWERS),
    "prechecks:standing_lift": OfObject("standing", REVIEWERS),
    "projects:project_detail": OfObject("project", CRM - FILERS),
    "projects:project_edit": OfObject("project", EDITORS),
    "registrations:registration_detail": OfObject("registration", READERS),
    "registrations:registration_progress": OfObject("registration", READERS),
    "registrations:registration_edit": OfObject("registration", FILERS),
    "registrations:registration_delete": OfObject("registration", FILERS),
    "registrations:registration_answer": OfObject("registration", FILERS),
    "registrations:registration_withdraw": OfObject("registration", FILERS),
    "registrations:registration_won": OfObject("registration", FILERS),
    "registrations:registration_lost": OfObject("registration", FILERS),
    "registrations:registration_again": OfObject("registration", FILERS),
    "registrations:registration_amend": OfObject("registration", FILERS),
    "registrations:registration_extend": OfObject("registration", FILERS),
    "registrations:registration_extend_by_link": OfObject("extend_link", FILERS, parameter="token"),
    "registrations:file_add": OfObject("registration", FILERS),
    "registrations:file_remove": OfObject("registration", FILERS, others=(("file_ref", "file"),)),
    "registrations:receipt_json": OfObject("registration", READERS),
    "registrations:receipt_pdf": OfObject("registration", READERS),
    "registrations:review_detail": OfObject("registration", READERS),
    "registrations:review_approve": OfObject("registration", REVIEWERS),
    "registrations:review_reject": OfObject("registration", REVIEWERS),
    "registrations:review_ask": OfObject("registration", REVIEWERS),
    "registrations:review_extension_decline": OfObject("registration", REVIEWERS),
    "registrations:review_extension_grant": OfObject("registration", REVIEWERS),
    "registrations:review_revert": OfObject("registration", frozenset({"administrator"})),
    "registrations:review_revoke": OfObject("registration", REVIEWERS),
    "registrations:review_match": OfObject("registration", REVIEWERS),
    "registrations:review_note": OfObject("registration", REVIEWERS | {"administrator"}),
    "documents:file_download": OfObject("file", READERS),
}

# Inside cms/, what Wagtail itself answers to everybody: its sign-in (ours), words and icons of its pages.
CMS_OPEN = frozenset(
    {
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_login",
        "wagtailadmin_logout",
        "wagtailadmin_password_reset",
        "wagtailadmin_password_reset_complete",
        "wagtailadmin_password_reset_confirm",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_sprite",
        "wagtail_localize:javascript_catalog",
    }
)
CMS_PEOPLE = frozenset({"marketing", "administrator"})
