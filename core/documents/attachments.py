"""Taking the JSON attachment out of a PDF from outside, in a child process with limits of memory and time."""

import resource
import subprocess
import sys
from pathlib import Path

READER = Path(__file__).with_name("attachment_reader.py")
SECONDS = 8
MEMORY_BYTES = 768 * 1024 * 1024


class NoAttachment(Exception):
    """The PDF holds no JSON attachment, or cannot be read within the limits."""


def _limit() -> None:
    """Bind the child: memory, processor time, no files written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def json_attachment(pdf: bytes, *, largest: int) -> bytes:
    """Return the first attachment of ``pdf`` whose name ends in ``.json``, at most ``largest`` bytes.

    Raises ``NoAttachment``.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(READER), str(largest)],
            input=pdf,
            capture_output=True,
            timeout=SECONDS + 4,
            check=False,
            preexec_fn=_limit,
            env={},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoAttachment from error
    if done.returncode != 0 or not done.stdout:
        raise NoAttachment
    return done.stdout
