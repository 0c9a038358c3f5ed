"""Users, sign-in and sessions."""

from .environment import ENVIRONMENT, Mode

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if ENVIRONMENT.mode is Mode.TEST
    else [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:dashboard"
LOGOUT_REDIRECT_URL = "/"

ACTOR_BUILDER = "partners.actors.build_actor"

ACCOUNT_ADAPTER = "core.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited; a changed address is confirmed before it counts
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "change_email": "5/m/user",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "verify_receipt": "30/m/ip",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.trusted_proxies
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "core.people.security_keys.AddKeyForm",
    "edit_webauthn": "core.people.security_keys.RenameKeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.is_secure
STAFF_MFA_REQUIRED = ENVIRONMENT.staff_mfa_required
USERSESSIONS_TRACK_ACTIVITY = False

# Reached without signing in, by view name; the access matrix in the tests classifies every URL.
PUBLIC_VIEWS = frozenset(
    {
        "wagtail_serve",
        "wagtailimages_serve",
        "wagtaildocs_serve",
        "wagtailcore_authenticate_with_password",
        "wagtailcore_login",
        "portal:health_live",
        "portal:health_ready",
        "portal:language",
        "portal:demo_mails",
        "portal:demo_mail",
        "ledger:receipt_tool",
        "ledger:receipt_verify",
        "ledger:seal_list",
        "ledger:seal_list_json",
        "javascript-catalog",
    }
)
