"""Jobs of deal registration."""

from django.utils.translation import gettext_lazy as _

from core.jobs import handler


@handler("registrations.screen", label=_("Check a registration"))
def screen(job) -> None:
    """Screen one line; earlier ones of its product line first."""
    from .services import screen_line

    screen_line(job.payload["registration_line"])


@handler("registrations.rescreen", label=_("Check what was held again"))
def rescreen(job) -> None:
    """Screen again what was held behind a place that was decided."""
    from .services import rescreen_held

    rescreen_held(job.payload["line"], job.payload["after"])


@handler("registrations.rescreen_waiting", label=_("Check what waits again after a merge of customers"))
def rescreen_waiting(job) -> None:
    """Screen lines again that wait for a decision and rest on accounts that were merged, or parted again."""
    from .services import rescreen_waiting as rescreen_lines

    rescreen_lines(job.payload["registration_lines"])
