"""Celery: a file transport by default, any broker in production. The work itself is a row (``core.jobs``)."""

from datetime import timedelta

from .environment import ENVIRONMENT, Mode

CELERY_BROKER_URL = ENVIRONMENT.broker_url or "filesystem://"
if not ENVIRONMENT.broker_url:
    CELERY_BROKER_TRANSPORT = "core.jobs.spool:Transport"
    _spool = ENVIRONMENT.data_dir / "spool"
    for _name in ("messages", "processed", "control"):
        (_spool / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_spool / "messages"),
        "data_folder_out": str(_spool / "messages"),
        "processed_folder": str(_spool / "processed"),
        "control_folder": str(_spool / "control"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
elif ENVIRONMENT.broker_url.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # seconds that a hint may cost while the broker is away
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a hint not sent is not worth waiting for: the sweep finds the row
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
JOBS_SEND_HINTS = ENVIRONMENT.mode is not Mode.TEST


def _every(seconds: float, task: str) -> dict:
    """Return a beat entry that expires before it would pile up."""
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expires": max(seconds, 5)}}


CELERY_BEAT_SCHEDULE = {
    "jobs-sweep": _every(5, "core.jobs.tasks.sweep"),
    "ledger-seal": _every(5, "core.ledger.tasks.seal"),
    "ledger-readers": _every(3, "core.ledger.tasks.follow"),
    "registrations-clocks": _every(60, "deal_registration.tasks.run_clocks"),
    "disputes-clocks": _every(60, "deal_registration.disputes.tasks.run_clocks"),
    "honour-restate": _every(600, "deal_registration.honour.tasks.restate"),
    "content-scheduled": _every(60, "content.tasks.publish_scheduled"),
}
