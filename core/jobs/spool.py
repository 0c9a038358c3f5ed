"""The embedded broker: Celery's file transport, made safe to read while it is written.

Kombu's own writes a message into the folder that is being read, so that a busy machine, a full disk or a crash lets a
reader take half of one, and the worker ends over it. Here a message appears whole or not at all; one that cannot be
read all the same is left out: it was a hint, the work is a row (``core.jobs.models``).
"""

import os
import uuid
from json import dumps
from pathlib import Path
from queue import Empty
from time import monotonic_ns

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import filesystem

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """A channel over a folder of messages, one file each."""

    def _put(self, queue: str, payload: dict, **kwargs) -> None:
        """Put a message into the folder by renaming a file that is whole. Raises ``ChannelError`` where it cannot."""
        name = f"{monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        aside = folder / f"{name}.new"
        try:
            aside.write_bytes(dumps(payload).encode())
            os.replace(aside, folder / name)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise ChannelError(f"cannot write {name} to {folder}") from error

    def _get(self, queue: str) -> dict:
        """Return the next message that can be read. Raises ``Empty`` where there is none."""
        while True:
            try:
                return super()._get(queue)
            except ValueError:
                log.warning("spool.message_unreadable", queue=queue)
            except ChannelError as error:
                raise Empty from error


class Transport(filesystem.Transport):
    """Kombu's file transport with the channel above; named by ``CELERY_BROKER_TRANSPORT``."""

    Channel = Channel
