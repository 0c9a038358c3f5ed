"""Databases and caches: SQLite by default, PostgreSQL where one is named."""

import environ

from .environment import ENVIRONMENT, Mode

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if ENVIRONMENT.database_url:
    DATABASES = {"default": environ.Env.db_url_config(ENVIRONMENT.database_url)}
    DATABASES["default"] |= {
        "ATOMIC_REQUESTS": False,  # services own their transactions
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
else:
    ENVIRONMENT.data_dir.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ENVIRONMENT.data_dir / "portal.sqlite3",
            "ATOMIC_REQUESTS": False,
            "OPTIONS": {
                # IMMEDIATE loses no concurrent filing; the default mode loses three quarters of them.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;"
                    + (
                        "PRAGMA synchronous=OFF;"
                        if ENVIRONMENT.mode is Mode.TEST
                        else "PRAGMA synchronous=FULL;"
                    )
                    + "PRAGMA foreign_keys=ON;PRAGMA cache_size=-65536;"
                ),
            },
        }
    }

# The default cache holds what must survive a lost Redis (sign-in limits): it is a table.
# "fast" holds only what may vanish at any moment.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "fast": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENVIRONMENT.cache_url}
        if ENVIRONMENT.cache_url
        else {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    ),
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
