"""Mails of the demo: kept as files in ``settings.DEMO_MAIL_DIR`` and read back for a page of the portal.

A file's name begins with the instant it was written, so that names sort by time; nothing else is kept.
"""

import re
import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage as ParsedMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

NAME = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}")


class KeptMailBackend(BaseEmailBackend):
    """Writes each message as one ``.eml`` file instead of sending it."""

    def send_messages(self, email_messages) -> int:
        """Keep the messages; return how many."""
        folder = Path(settings.DEMO_MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now().astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}"
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(message.message().as_bytes(linesep="\r\n"))
            Path(file.name).replace(folder / f"{name}.eml")  # whole or not at all
        return len(email_messages)


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One kept message. ``name`` is what its page is addressed by."""

    name: str
    at: datetime
    subject: str
    sender: str
    recipients: str
    text: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()


def kept_mails(limit: int = 200, recipient: str = "") -> list[KeptMail]:
    """Return the newest messages first, at most ``limit``, those to ``recipient`` (part of the address) only."""
    folder = Path(settings.DEMO_MAIL_DIR)
    found: list[KeptMail] = []
    for path in sorted(folder.glob("*.eml"), reverse=True) if folder.is_dir() else ():
        if len(found) >= limit:
            break
        mail = _read(path)
        if mail is not None and recipient.lower() in mail.recipients.lower():
            found.append(mail)
    return found


def kept_mail(name: str) -> KeptMail | None:
    """Return one message by its name, or None when there is none of that name or the name is malformed."""
    if not NAME.fullmatch(name):
        return None
    path = Path(settings.DEMO_MAIL_DIR) / f"{name}.eml"
    return _read(path) if path.is_file() else None


def _read(path: Path) -> KeptMail | None:
    """Return the message in one file; None for a file that is not one of ours."""
    if not NAME.fullmatch(path.stem):
        return None
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return KeptMail(
        name=path.stem,
        at=datetime.strptime(path.stem[:22], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC),
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipients=str(message["To"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(part.get_filename() or "" for part in message.iter_attachments()),
    )


def _body(message: ParsedMessage, kind: str) -> str:
    """Return the message's body of one kind ("plain" or "html"), or ""."""
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part is not None else ""
