"""Run as a program by ``attachments``: a PDF comes in, its JSON attachment goes out. Knows nothing of the portal."""

import io
import sys


def main(largest: int) -> int:
    """Write the first ``.json`` attachment to standard output; return 0 if there was one."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()), strict=False)
    for attachment in reader.attachment_list:
        if attachment.name.lower().endswith(".json"):
            content = attachment.content
            if len(content) > largest:
                return 3
            sys.stdout.buffer.write(content)
            return 0
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(int(sys.argv[1])))
    except Exception:
        sys.exit(1)
