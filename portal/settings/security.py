"""Keys, hosts, cookies, headers and the content security policy."""

from csp.constants import NONCE, NONE, SELF

from .environment import ENVIRONMENT

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
PORTAL_ORIGIN = ENVIRONMENT.origin
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.origin]
LEDGER_SIGNING_KEY = ENVIRONMENT.ledger_signing_key
LEDGER_TRUSTED_KEYS = ENVIRONMENT.ledger_trusted_keys  # public halves of keys that were replaced, base64
LEDGER_KEY_FILE = ENVIRONMENT.data_dir / "ledger_signing_key"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_secure
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail previews pages in a frame of its own origin
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # which is what it asks about
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
if ENVIRONMENT.is_secure:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if ENVIRONMENT.trusted_proxies:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^health/"]

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "frame-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}
# Wagtail's admin sets inline styles and scripts of its own; it gets its policy by ``portal.csp``.
