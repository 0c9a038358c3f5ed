"""Production settings: complete, and clean under ``check --deploy``."""

import base64
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.settings.environment import read_environment

PRODUCTION = {
    "PORTAL_MODE": "production",
    "PORTAL_SECRET_KEY": "zX9-" * 16 + "a unique key",
    "PORTAL_ORIGIN": "https://partners.example.com",
    "DATABASE_URL": "postgres://portal:secret@127.0.0.1:1/portal",
    "PORTAL_BROKER_URL": "redis://127.0.0.1:6379/0",
    "PORTAL_LEDGER_SIGNING_KEY": base64.b64encode(b"k" * 32).decode(),
}


def manage(environment: dict, tmp_path, *command: str) -> subprocess.CompletedProcess:
    """Run a command under these settings alone."""
    given = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
        env={**given, "PORTAL_DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy_is_clean(tmp_path):
    done = manage(PRODUCTION, tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout + done.stderr


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "PORTAL_MODE"])
def test_what_is_lacking_is_named(monkeypatch, tmp_path, name):
    for key in (*PRODUCTION, "PORTAL_DATA_DIR"):
        monkeypatch.delenv(key, raising=False)
    for key, value in PRODUCTION.items():
        if key != name:
            monkeypatch.setenv(key, value)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match=name):
        read_environment()


def test_nothing_is_lacking(monkeypatch, tmp_path):
    for key, value in (PRODUCTION | {"PORTAL_DATA_DIR": str(tmp_path)}).items():
        monkeypatch.setenv(key, value)
    environment = read_environment()
    assert environment.is_production
    assert environment.is_secure
    assert environment.staff_mfa_required
    assert environment.allowed_hosts == ["partners.example.com"]
