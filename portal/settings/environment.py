"""The one place that reads environment variables, into one typed, frozen object."""

import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent


class Mode(StrEnum):
    """How the portal runs: ``demo`` (embedded defaults), ``test`` or ``production``."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Environment:
    """What the surroundings say. Every other settings file reads this object only."""

    mode: Mode
    debug: bool
    data_dir: Path
    secret_key: str
    database_url: str
    broker_url: str
    cache_url: str
    origin: str
    allowed_hosts: list[str]
    trusted_proxies: int
    email_url: str
    email_from: str
    s3_bucket: str
    s3_endpoint: str
    s3_region: str
    sentry_dsn: str
    ledger_signing_key: str
    ledger_trusted_keys: list[str]
    staff_mfa_required: bool
    metrics: bool
    log_level: str
    merge_undo_days: int
    sheet_most_rows: int
    api_requests_per_minute: int
    sheet_template_days: int
    duplicates_minimum_score: float
    honour_least_cases: int
    honour_least_partners: int

    @property
    def is_production(self) -> bool:
        """Whether real people's data is served."""
        return self.mode is Mode.PRODUCTION

    @property
    def is_secure(self) -> bool:
        """Whether the portal is reached over TLS."""
        return self.origin.startswith("https://")


def _kept_secret(data_dir: Path, name: str) -> str:
    """Return a secret kept in the data folder, made at first use; for the demo only."""
    path = data_dir / name
    if path.exists():
        return path.read_text().strip()
    data_dir.mkdir(parents=True, exist_ok=True)
    value = secrets.token_urlsafe(48)
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(value)
    except FileExistsError:  # two processes started at once: the first one's secret stands
        return path.read_text().strip()
    return value


def read_environment() -> Environment:
    """Read and check the environment.

    Raises ``ImproperlyConfigured`` naming what production lacks.
    """
    env = environ.Env()
    mode = Mode(env.str("PORTAL_MODE", default="demo"))
    data_dir = Path(env.str("PORTAL_DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
    secret_key = env.str("PORTAL_SECRET_KEY", default="")
    origin = env.str("PORTAL_ORIGIN", default="")
    database_url = env.str("DATABASE_URL", default="") if mode is not Mode.TEST else ""
    if mode is Mode.TEST:
        secret_key = secret_key or "test-only-secret-key-that-guards-nothing-at-all-0123456789"
        database_url = env.str("PORTAL_TEST_DATABASE_URL", default="")
    if mode is Mode.PRODUCTION:
        lacking = [
            name
            for name, value in (
                ("PORTAL_SECRET_KEY", secret_key),
                ("PORTAL_ORIGIN", origin),
                ("DATABASE_URL", database_url),
                ("PORTAL_BROKER_URL", env.str("PORTAL_BROKER_URL", default="")),
                ("PORTAL_LEDGER_SIGNING_KEY", env.str("PORTAL_LEDGER_SIGNING_KEY", default="")),
            )
            if not value
        ]
        if lacking:
            raise ImproperlyConfigured(f"PORTAL_MODE=production needs: {', '.join(lacking)}")
    else:
        secret_key = secret_key or _kept_secret(data_dir, "secret_key")
    origin = origin or "http://127.0.0.1:8000"
    host = (
        origin.split("://", 1)[-1].rsplit(":", 1)[0] if origin.count(":") > 1 else origin.split("://", 1)[-1]
    )
    default_hosts = [host] if mode is Mode.PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"]
    return Environment(
        mode=mode,
        debug=env.bool("PORTAL_DEBUG", default=False),
        data_dir=data_dir,
        secret_key=secret_key,
        database_url=database_url,
        broker_url=env.str("PORTAL_BROKER_URL", default=""),
        cache_url=env.str("PORTAL_CACHE_URL", default=""),
        origin=origin.rstrip("/"),
        allowed_hosts=env.list("PORTAL_ALLOWED_HOSTS", default=default_hosts),
        trusted_proxies=env.int("PORTAL_TRUSTED_PROXIES", default=0),
        email_url=env.str("PORTAL_EMAIL_URL", default=""),
        email_from=env.str("PORTAL_EMAIL_FROM", default="Partner portal <portal@example.com>"),
        s3_bucket=env.str("PORTAL_S3_BUCKET", default=""),
        s3_endpoint=env.str("PORTAL_S3_ENDPOINT", default=""),
        s3_region=env.str("PORTAL_S3_REGION", default=""),
        sentry_dsn=env.str("PORTAL_SENTRY_DSN", default=""),
        ledger_signing_key=env.str("PORTAL_LEDGER_SIGNING_KEY", default=""),
        ledger_trusted_keys=env.list("PORTAL_LEDGER_TRUSTED_KEYS", default=[]),
        staff_mfa_required=env.bool("PORTAL_STAFF_MFA_REQUIRED", default=mode is Mode.PRODUCTION),
        metrics=env.bool("PORTAL_METRICS", default=False),
        log_level=env.str("PORTAL_LOG_LEVEL", default="INFO" if mode is not Mode.TEST else "WARNING"),
        merge_undo_days=env.int("PORTAL_MERGE_UNDO_DAYS", default=30),
        api_requests_per_minute=env.int("PORTAL_API_REQUESTS_PER_MINUTE", default=120),
        sheet_most_rows=env.int("PORTAL_SHEET_MOST_ROWS", default=500),
        sheet_template_days=env.int("PORTAL_SHEET_TEMPLATE_DAYS", default=180),
        duplicates_minimum_score=env.float("PORTAL_DUPLICATES_MINIMUM_SCORE", default=35.0),
        honour_least_cases=max(env.int("PORTAL_HONOUR_LEAST_CASES", default=5), 2),
        honour_least_partners=max(env.int("PORTAL_HONOUR_LEAST_PARTNERS", default=3), 2),
    )


ENVIRONMENT = read_environment()
