"""Mail: an SMTP server in production; in the demo messages are kept and read on a page of the portal."""

import environ

from .environment import ENVIRONMENT, Mode

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from
EMAIL_TIMEOUT = 20
DEMO_MAIL_DIR = ENVIRONMENT.data_dir / "mails"
if ENVIRONMENT.email_url:
    _mail = environ.Env.email_url_config(ENVIRONMENT.email_url)
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST", "localhost"), _mail.get("EMAIL_PORT") or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
        _mail.get("EMAIL_HOST_USER", ""),
        _mail.get("EMAIL_HOST_PASSWORD", ""),
    )
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
elif ENVIRONMENT.mode is Mode.DEMO:
    EMAIL_BACKEND = "portal.demo.mail.KeptMailBackend"
elif ENVIRONMENT.mode is Mode.PRODUCTION:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
