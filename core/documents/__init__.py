"""Uploaded files behind an access check, and PDFs."""

from core.lazy import public_names

__getattr__ = public_names(
    __name__,
    {
        "UploadRefused": "checking",
        "check": "checking",
        "store": "storing",
        "files_of": "storing",
        "copy_files": "storing",
        "register": "registry",
    },
)
