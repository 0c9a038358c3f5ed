"""The reader that makes notices, and the job that mails one of them."""

from django.utils.translation import gettext_lazy as _

from core.jobs import handler
from core.ledger import readers

from . import following, mailing

readers.register("notifications", following.follow)


@handler(following.MAIL, label=_("Send a mail"))
def send_mail(job) -> None:
    """Send one notice by mail."""
    payload = job.payload
    mailing.send_notice(payload["kind"], event_id=payload["event"], user_id=payload["user"])
