"""Static files, and uploads on disk or in S3-compatible storage."""

from .environment import BASE_DIR, ENVIRONMENT

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data_dir / "static"
STATICFILES_DIRS = [path for path in (BASE_DIR / "static", BASE_DIR / "assets") if path.is_dir()]
MEDIA_URL = "/media/"
MEDIA_ROOT = ENVIRONMENT.data_dir / "media"

_static_backend = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if ENVIRONMENT.is_production
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)


def _storage(location: str) -> dict:
    """Return the storage of one kind of upload: a prefix in the bucket, or a folder."""
    if ENVIRONMENT.s3_bucket:
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": ENVIRONMENT.s3_bucket,
                "endpoint_url": ENVIRONMENT.s3_endpoint or None,
                "region_name": ENVIRONMENT.s3_region or None,
                "location": location,
                "file_overwrite": False,
                "default_acl": None,
            },
        }
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENVIRONMENT.data_dir / location, "base_url": f"/{location}/"},
    }


STORAGES = {
    "default": _storage("media"),  # Wagtail's images and documents
    "private": _storage("private"),  # what people upload: served through an access check only
    "staticfiles": {"BACKEND": _static_backend},
}
WHITENOISE_USE_FINDERS = not ENVIRONMENT.is_production
WHITENOISE_AUTOREFRESH = False
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
